// `lfmctl agent`: the model answers with the help of programs. The loop is AgentRun's affair; reading calls, running programs and asking
// about them are in the files beside it.

import ArgumentParser
import LFMClient
import LFMGeneration

struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Answer with the help of tools, each an executable in a folder.",
    discussion: """
      A tool gets its arguments as one JSON object on standard input; what it prints is its result. It is declared by \
      NAME.json beside it ({"description":…,"parameters":{…}}, or OpenAI's form). An executable without such a file is \
      run unasked, with --describe, and declared by what it prints then. Before a tool is run with arguments you are \
      asked, on the terminal. Standard output holds the answer and nothing else; calls, the first lines of results, and \
      what tools say on standard error are told on standard error.

      Tools have no terminal. When a tool ends, or its time is up, everything that it has started and that still runs is \
      killed, but for processes that have begun a session of their own (setsid).

        lfmctl agent --tools ~/tools "What is the weather in Oslo?"

      \(ExitStatus.help)
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var connection: ConnectionOptions

  @Option(help: ArgumentHelp("The folder of the tools.", valueName: "folder"))
  var tools: String

  @Flag(help: "Run tools without asking.")
  var yes = false

  @Option(help: ArgumentHelp("End a tool that runs longer. (default: 30s)", valueName: "time"))
  var toolTimeout: TimeLimit?

  @Option(
    help: ArgumentHelp(
      "Cut what a tool prints if it is longer; the model is told how much is left out.",
      valueName: "bytes"))
  var maxResult = ToolLimits().result

  @Option(help: "How often the model may call tools before it must have answered.")
  var maxRounds = 16

  @Flag(
    help: """
      Print one JSON object: text, tool_calls with their results, and finish_reason. After a failure or a signal it has \
      tool_calls and error, if any tool was called.
      """)
  var json = false

  func validate() throws {
    if prompt.raw { throw ValidationError("an agent has a conversation: leave out --raw") }
    if sampling.topLogProbabilities > 0 {
      throw ValidationError(
        "an agent's answer has no probabilities: leave out --top-log-probabilities")
    }
    if maxRounds < 1 { throw ValidationError("--max-rounds is at least 1") }
    if maxResult < 1 { throw ValidationError("--max-result is at least 1") }
    if let toolTimeout, toolTimeout.duration <= .zero {
      throw ValidationError("--tool-timeout is more than 0")
    }
  }

  func run() async throws {
    let record = AgentRecord()
    let report = report(of: record)
    let lastWords = Termination.atEnd { report(nil) }
    defer { Termination.forget(lastWords) }
    try await reportingFailures(within: connection.timeout, report: report) {
      let sink = try ResultSink(path: nil)
      var run = try makeRun(record)
      let round = try await connection.withClient { client in
        // No program is run, not even to describe itself, where nobody would answer.
        try run.declareTools()
        return try await run.finish(maxRounds: maxRounds) { try await speak(client, $0) }
      }
      if !json {
        let end = sink.isTerminal && round.text.last?.isNewline != true ? "\n" : ""
        try sink.write(round.text + end)
      } else if let object = record.object(answer: round.text, reason: round.reason) {
        try sink.write(object)
      }
    }
  }

  /// What a reader of --json is told of a failure, or, without one, of a signal.
  private func report(of record: AgentRecord) -> @Sendable (Failure?) -> Void {
    guard json else { return { _ in } }
    return { failure in
      guard let object = record.object(failure: failure), let sink = try? ResultSink(path: nil)
      else { return }
      try? sink.write(object)
    }
  }

  /// The run, with everything looked at that costs nothing.
  private func makeRun(_ record: AgentRecord) throws -> AgentRun {
    let consent = try AgentConsent(allowsAll: yes)
    let folder = try ToolFolder(tools)
    guard case .chat(let chat) = try prompt.makePrompt() else {
      throw Failure(.usage, "an agent needs a question or a conversation")
    }
    guard !chat.continueFinalMessage, chat.addGenerationPrompt else {
      throw Failure(
        .usage,
        "an agent begins turns of its own: leave out continue_final_message, and add_generation_prompt where it is false"
      )
    }
    var limits = ToolLimits()
    limits.result = maxResult
    if let toolTimeout { limits.time = toolTimeout.duration }
    return AgentRun(chat: chat, folder: folder, consent: consent, limits: limits, record: record)
  }

  private func speak(_ client: LFMClient, _ chat: Chat) async throws -> AgentRound {
    let request: GenerationRequest
    do {
      request = try sampling.makeRequest(.chat(chat), reportsTokens: false).validated()
    } catch {
      throw Failure(.usage, (error as? GenerationFailure)?.message ?? "\(error)")
    }
    var round = AgentRound()
    var progress = ProgressLine()
    defer { progress.clear() }
    for try await event in client.generate(request, timeout: connection.limit) {
      progress.take(event)
      round.take(event)
      switch event {
      case .failed(let failure): throw failure
      case .finished(let summary):
        if let note = TextOutput.note(on: summary.reason) { StandardError.say(note) }
        return round
      default: break
      }
    }
    throw Failure(.wireProtocol, "the daemon ended the call without saying how it ended")
  }
}
