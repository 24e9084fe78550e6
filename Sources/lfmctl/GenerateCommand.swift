// `lfmctl generate`: text from the model, for people and for shell scripts.

import ArgumentParser
import LFMClient
import LFMGeneration

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate text.",
    discussion: """
      Standard output holds the answer and nothing else; thinking, progress and statistics go to standard error.

        lfmctl generate "What is the capital of Portugal?"
        lfmctl generate "Summarise this." < letter.txt
        git diff | lfmctl generate --system "You write commit messages." --json | jq -r .text

      \(ExitStatus.help)
      """)

  @OptionGroup var prompt: PromptOptions
  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var control: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  @Option(help: "What becomes of the model's thinking: hide, show (on standard error) or only.")
  var think = ThinkingDisplay.hide

  @Flag(help: "Print one JSON object: text, ids, finish_reason, usage.")
  var json = false

  @Flag(help: "Print one JSON object for each event, a line each.")
  var streamJson = false

  @Flag(help: "Say on standard error what the generation cost.")
  var stats = false

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Write to this file instead of standard output; it appears whole or not at all.",
      valueName: "file"), completion: .file())
  var output: String?

  func validate() throws {
    if json, streamJson { throw ValidationError("--json and --stream-json exclude each other") }
    if prompt.inputCount + control.inputCount > 1 {
      throw ValidationError("standard input (-) can be read only once")
    }
  }

  func run() async throws {
    let report = failureReport
    try await reportingFailures(within: connection.timeout, report: report) {
      let sink = try ResultSink(path: output)
      let request = try checkedRequest()
      let summary = try await connection.withClient { client in
        try await consume(client.generate(request, timeout: connection.limit), sink)
      }
      try sink.commit()
      if stats { StandardError.say("\(summary.usage.sentence); \(summary.reason.rawValue)") }
    }
  }

  /// With --stream-json on standard output the reader learns of a failure as it learns of everything else. A file of -o
  /// does not appear at all then.
  private var failureReport: @Sendable (Failure) -> Void {
    guard streamJson, output == nil || output == "-" else { return { _ in } }
    return { failure in
      guard let sink = try? ResultSink(path: nil) else { return }
      try? JSONStreamOutput(sink: sink).fail(failure)
    }
  }

  /// The request, refused here as wrong usage where the daemon would refuse it as an invalid argument.
  private func checkedRequest() throws -> GenerationRequest {
    var request = try sampling.makeRequest(
      try prompt.makePrompt(leavesInput: control.inputCount > 0),
      reportsTokens: json || streamJson)
    try control.apply(to: &request)
    do {
      return try request.validated()
    } catch {
      throw Failure(.usage, error.message)
    }
  }

  private func consume(
    _ events: GenerationStream, _ sink: ResultSink
  ) async throws -> GenerationSummary {
    var progress = ProgressLine()
    var form: any GenerationOutput =
      if json {
        JSONOutput(sink: sink)
      } else if streamJson {
        JSONStreamOutput(sink: sink)
      } else {
        TextOutput(sink: sink, thinking: think)
      }
    defer { progress.clear() }
    for try await event in events {
      try sink.checkReader()
      progress.take(event)
      try form.take(event)
      switch event {
      case .finished(let summary):
        try form.finish(summary)
        return summary
      case .failed(let failure): throw failure
      default: break
      }
    }
    throw Failure(.wireProtocol, "the daemon ended the call without saying how it ended")
  }
}
