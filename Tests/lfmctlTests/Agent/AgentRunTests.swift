import Foundation
import Glibc
import LFMGeneration
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct AgentRunTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\necho \"got $(cat)\"\n", to: "f")
    #expect(unsafe chmod(folder.path("f"), 0o755) == 0)
    try folder.write(
      #"{"parameters": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false}}"#,
      to: "f.json")
    return folder
  }

  private func round(_ answer: String, _ run: AgentRun) -> AgentRound {
    var round = AgentRound()
    round.take(.thinking(TextDelta(text: "hm")))
    // As a daemon reads what a model wrote.
    var reader = ToolCallReader(tools: run.declarations)
    for event in reader.consume(answer) + reader.finish() { round.take(told(event)) }
    round.take(.finished(GenerationOutputTests.summary))
    return round
  }

  private func told(_ event: ToolCallEvent) -> GenerationEvent {
    switch event {
    case .text(let text): .answer(TextDelta(text: text))
    case .rejected(_, let text, let reason): .answer(TextDelta(text: text, problem: reason))
    case .began(let index, let name):
      .toolCallBegun(ToolCallBegun(index: index, id: "c\(index)", name: name))
    case .arguments(let index, let json):
      .toolCallArguments(ToolCallArguments(index: index, json: json))
    case .completed(let index, let call):
      .toolCall(
        GeneratedToolCall(
          index: index, id: "c\(index)", name: call.name, arguments: call.argumentsText,
          problems: call.problems))
    }
  }

  private func results(_ answer: String) throws -> [String] {
    let folder = try folder()
    var run = AgentRun(
      chat: Chat(messages: [ChatMessage(role: "user", text: "q")]),
      tools: try ToolFolder.load(folder.path("")), consent: try AgentConsent(allowsAll: true),
      limit: .seconds(60))
    let round = round(answer, run)
    #expect(!round.isFinal)
    run.answer(round)
    let message = run.chat.messages[1]
    #expect(message.role == "assistant" && message.thinking == "hm")
    #expect(message.toolCalls?.count ?? 0 == round.calls.count)
    #expect(run.record.count == round.calls.count)
    return run.chat.messages.dropFirst(2).compactMap { message in
      guard message.role == "tool", case .text(let text) = message.content else { return nil }
      return text
    }
  }

  private static func block(_ body: String) -> String {
    "Let me see.<|tool_call_start|>[\(body)]<|tool_call_end|>"
  }

  @Test func callsAreRunAndTheirResultsFollow() throws {
    #expect(
      try results(Self.block("f(a=1), f()")) == [#"got {"a": 1}"#, "got {}"])
  }

  @Test func whatBreaksItsDeclarationIsNotRun() throws {
    let results = try results(Self.block("f(a='x'), g(), f(b=1), f(1)"))
    #expect(results.count == 4)
    #expect(results.allSatisfy { $0.hasPrefix(#"{"error": "#) })
  }

  @Test func anAnswerWithoutCallsIsFinal() throws {
    let round = round(
      "It is [cold](x).",
      AgentRun(
        chat: Chat(messages: []), tools: [], consent: try AgentConsent(allowsAll: true),
        limit: .seconds(1)))
    #expect(round.isFinal && round.text == "It is [cold](x).")
  }

  @Test func resultsTellFailures() {
    func text(_ output: String, _ ending: ToolProcess.Ending, isCut: Bool = false) -> String {
      ToolResult.text(of: .init(output: Array(output.utf8), isCut: isCut, ending: ending))
    }
    #expect(text("a\n\n", .exited(0)) == "a")
    #expect(text("aé", .exited(0), isCut: true) == "a … (cut)")
    #expect(
      text("x\n", .exited(2))
        == #"{"error": "the tool ended with exit code 2", "output": "x"}"#)
    #expect(text("", .timedOut) == #"{"error": "the tool took too long and was ended"}"#)
  }
}
