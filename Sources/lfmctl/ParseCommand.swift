// `lfmctl parse`: what a model wrote, parted into thinking, answer and tool calls. Needs neither a daemon nor a model.

import ArgumentParser
import LFMGeneration
import LFMLanguage

struct ParseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parse",
    abstract: "Part a model's output into thinking, answer and tool calls.",
    discussion: """
      Standard input holds what the model wrote in one turn, with special tokens as their text. Calls in Python's notation \
      and in JSON are read; what cannot be read stays in the answer, and standard error says why. Nothing is executed.
      """)

  @Flag(
    help: "Print one JSON object: content, thinking, tool_calls, and problems if there are any.")
  var json = false

  @Option(help: "Check calls against the tools in this file: a JSON list of declarations.")
  var tools: String?

  @Option(help: "What the prompt already had of the turn, such as \"<think>\".")
  var prefill = ""

  func validate() throws {
    if tools == "-" {
      throw ValidationError("standard input holds what the model wrote: give --tools a file")
    }
  }

  func run() async throws {
    try await reportingFailures {
      let sink = try ResultSink(path: nil)
      let declarations = try tools.map(ToolFile.init)?.declarations
      let text = try StandardInput.readText()
      let output = ModelOutput.read(text, prefill: prefill, tools: declarations)
      for problem in output.problems { StandardError.say(problem.sentence(output)) }
      try sink.write(json ? output.json.serialized + "\n" : output.textForPeople)
    }
  }
}

extension ModelOutput {
  var json: JSONValue {
    var object = JSONObject([
      ("content", .string(content)), ("thinking", thinking.map { .string($0) } ?? .null),
      (
        "tool_calls",
        .array(
          calls.map { call in
            .object(
              JSONObject([("name", .string(call.name)), ("arguments", .object(call.arguments))]))
          })
      ),
    ])
    if !problems.isEmpty { object.set("problems", .array(problems.map(\.json))) }
    return .object(object)
  }

  /// Thinking and calls are marked, the answer is not.
  var textForPeople: String {
    var parts: [String] = []
    if let thinking, !thinking.isEmpty {
      var lines = thinking.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      // A line's end at the end begins no other.
      if lines.last?.isEmpty == true { lines.removeLast() }
      parts.append(lines.map { $0.isEmpty ? "|" : "| \($0)" }.joined(separator: "\n"))
    }
    if !content.isEmpty { parts.append(content) }
    parts += calls.map { "call \($0.name) \($0.argumentsText.text)" }
    return parts.map { $0 + "\n" }.joined()
  }
}

extension ModelOutput.Problem {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([
        ("tool_call", call.map { .integer(String($0)) } ?? .null), ("reason", .string(reason)),
      ]))
  }

  fileprivate func sentence(_ output: ModelOutput) -> String {
    guard let call else { return "text that was to be a tool call is none: \(reason)" }
    return "tool call \(call) (\(output.calls[call].name)): \(reason)"
  }
}
