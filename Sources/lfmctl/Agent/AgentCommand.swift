// `lfmctl agent`: the model answers with the help of programs. The loop is here; reading calls, running programs and asking
// about them are in the files beside it.

import ArgumentParser
import LFMClient
import LFMGeneration
import LFMLanguage

struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Answer with the help of tools, each an executable in a folder.",
    discussion: """
      A tool gets its arguments as one JSON object on standard input; what it prints is its result. It is declared by \
      NAME.json beside it ({"description":…,"parameters":{…}}, or OpenAI's form), or by what NAME --describe prints. \
      Before a tool is run you are asked, on the terminal. Standard output holds the answer and nothing else; calls and \
      results are told on standard error.

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

  @Option(help: "How often the model may call tools before it must have answered.")
  var maxRounds = 16

  @Flag(help: "Print one JSON object: text, and tool_calls with their results.")
  var json = false

  func validate() throws {
    if prompt.raw { throw ValidationError("an agent has a conversation: leave out --raw") }
    if maxRounds < 1 { throw ValidationError("--max-rounds is at least 1") }
  }

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let folder = try ToolFolder.load(tools)
      let consent = try AgentConsent(allowsAll: yes)
      guard case .chat(var chat) = try prompt.makePrompt() else {
        throw Failure(.usage, "an agent needs a question or a conversation")
      }
      chat.tools += folder.map(\.text)
      var run = AgentRun(
        chat: chat, tools: folder, consent: consent,
        limit: toolTimeout?.duration ?? .seconds(30))
      let round = try await connection.withClient { try await finalRound($0, &run) }
      if json {
        let members: [(String, JSONValue)] = [
          ("text", .string(round.text)), ("tool_calls", .array(run.record)),
        ]
        try StandardOutput.write(JSONValue(members: members).serialized + "\n")
      } else {
        let end = StandardOutput.isTerminal && round.text.last?.isNewline != true ? "\n" : ""
        try StandardOutput.write(
          TerminalText.fit(round.text, isTerminal: StandardOutput.isTerminal) + end)
      }
    }
  }

  /// Lets the model speak and the tools answer in turns, until it calls none.
  private func finalRound(_ client: LFMClient, _ run: inout AgentRun) async throws -> AgentRound {
    for _ in 0..<maxRounds {
      let round = try await speak(client, run)
      if round.isFinal { return round }
      run.answer(round)
    }
    throw Failure(
      .failure, "there is no answer after \(maxRounds) rounds of tool calls (--max-rounds)")
  }

  private func speak(_ client: LFMClient, _ run: AgentRun) async throws -> AgentRound {
    let request: GenerationRequest
    do {
      request = try sampling.makeRequest(.chat(run.chat), reportsTokens: false).validated()
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

/// A conversation with tools, as far as it has come.
struct AgentRun {
  private(set) var chat: Chat
  /// Every call that was made, with its result, for `--json`.
  private(set) var record: [JSONValue] = []
  private let tools: [FolderTool]
  private var consent: AgentConsent
  private let limit: Duration

  init(chat: Chat, tools: [FolderTool], consent: AgentConsent, limit: Duration) {
    self.chat = chat
    self.tools = tools
    self.consent = consent
    self.limit = limit
  }

  var declarations: [ToolDeclaration] { tools.map(\.declaration) }

  /// Takes the model's turn into the conversation, and the results of its calls behind it.
  mutating func answer(_ round: AgentRound) {
    if !round.text.isEmpty { StandardError.say("the model says: \(round.text)") }
    chat.messages.append(round.message)
    for reason in round.refusals {
      StandardError.say("a tool call could not be read: \(reason)")
      chat.messages.append(
        ChatMessage(role: "tool", text: ToolResult.error("the call could not be read: \(reason)")))
    }
    for call in round.calls {
      let result = result(of: call)
      chat.messages.append(ChatMessage(role: "tool", text: result))
      record.append(
        JSONValue(members: [
          ("name", .string(call.name)), ("arguments", .object(call.arguments)),
          ("result", .string(result)),
        ]))
    }
  }

  /// Runs a call, unless it breaks its declaration or is not allowed: then the model learns why.
  private mutating func result(of call: ToolCall) -> String {
    let arguments = call.argumentsText.text
    guard call.problems.isEmpty, let tool = tools.first(where: { $0.declaration.name == call.name })
    else {
      let problems = call.problems.joined(separator: "; ")
      StandardError.say("not run: \(call.name) \(arguments): \(problems)")
      return ToolResult.error(problems)
    }
    guard consent.allows(call.name, arguments) else {
      StandardError.say("not run: \(call.name) \(arguments)")
      return ToolResult.error("the user did not allow this call")
    }
    StandardError.say("running \(call.name) \(arguments)")
    let process = ToolProcess(program: tool.program, arguments: [], limit: limit)
    do {
      return ToolResult.text(of: try process.run(input: Array((arguments + "\n").utf8)))
    } catch {
      let sentence = (error as? Failure)?.description ?? "\(error)"
      StandardError.say(sentence)
      return ToolResult.error(sentence)
    }
  }
}
