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

  private func run(_ folder: TemporaryFolder, result: Int = 16 << 10) throws -> AgentRun {
    var run = AgentRun(
      chat: Chat(messages: [ChatMessage(role: "user", text: "q")]),
      folder: try ToolFolder(folder.path("")), consent: try AgentConsent(allowsAll: true),
      limits: ToolLimits(time: .seconds(60), result: result))
    try run.declareTools()
    return run
  }

  private func results(_ answer: String) throws -> [String] {
    let folder = try folder()
    var run = try run(folder)
    let round = round(answer, run)
    #expect(!round.isFinal)
    run.answer(round)
    let calls = round.parts.count { if case .call = $0 { true } else { false } }
    let message = run.chat.messages[1]
    #expect(message.role == "assistant" && message.thinking == "hm")
    #expect(message.toolCalls?.count ?? 0 == calls)
    #expect(run.record.calls.count == calls)
    return results(run)
  }

  private func results(_ run: AgentRun) -> [String] {
    run.chat.messages.dropFirst(2).compactMap { message in
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

  /// What was no call is answered behind them: it is none in the conversation either.
  @Test func resultsComeInTheOrderOfTheCalls() throws {
    let results = try results(Self.block("f(1), f(a=1), f('x'), f()"))
    #expect(results.map { $0.hasPrefix(#"{"error": "#) } == [false, false, true, true])
    #expect(results[0] == #"got {"a": 1}"# && results[1] == "got {}")
  }

  /// As one that only --messages declares.
  @Test func aToolWithoutAProgramIsNotRun() throws {
    let folder = try folder()
    var run = try run(folder)
    var round = AgentRound()
    round.take(.toolCall(GeneratedToolCall(index: 0, id: "c", name: "g", arguments: "{}")))
    run.answer(round)
    #expect(
      results(run).first?.contains("there is no program for it in \(folder.path(""))") == true)
  }

  @Test func theModelAnswersAfterTheLastRound() async throws {
    let folder = try folder()
    var patient = try run(folder)
    let calling = round(Self.block("f()"), patient)
    let final = round("It is cold.", patient)
    var spoken = 0
    let answer = try await patient.finish(maxRounds: 2) { _ in
      spoken += 1
      return spoken < 3 ? calling : final
    }
    #expect(answer.text == "It is cold." && spoken == 3)
    #expect(patient.record.calls.count == 2)

    var endless = try run(folder)
    spoken = 0
    do {
      _ = try await endless.finish(maxRounds: 2) { _ in
        spoken += 1
        return calling
      }
      Issue.record("an answer")
    } catch {
      #expect(error is Failure)
    }
    // The last calls are not made.
    #expect(spoken == 3 && endless.record.calls.count == 2)
  }

  @Test func theRecordOutlivesAFailure() throws {
    let failure = Failure(.busy, "full")
    let record = AgentRecord()
    #expect(record.object(failure: failure) == nil)
    let call = ToolCall(name: "f", arguments: JSONObject([("a", .integer("1"))]))
    record.begin(call)
    record.end("r")
    record.begin(call)
    #expect(
      record.object(failure: failure)
        == #"{"tool_calls": [{"name": "f", "arguments": {"a": 1}, "result": "r"}, "#
        + #"{"name": "f", "arguments": {"a": 1}, "result": null}], "error": {"code": "#
        + #""RESOURCE_EXHAUSTED", "message": "full", "retryable": false, "exit_code": 75}}"# + "\n")
    // What was done is not to be done again, whatever the daemon promises of the call that failed.
    var full = failure
    full.isRetryable = true
    full.retryAfter = .seconds(1)
    let other = AgentRecord()
    other.begin(call)
    #expect(other.object(failure: full)?.contains(#""retryable": false, "exit_code": 75"#) == true)
    let signalled = AgentRecord()
    #expect(signalled.object(failure: nil) == nil)
    signalled.begin(call)
    #expect(
      signalled.object(failure: nil)?.contains(
        #""result": null}], "error": {"code": "CANCELLED", "message": "ended by a signal""#) == true
    )
    // One end is told, not two.
    #expect(
      record.object(answer: "x", reason: nil) == nil && record.object(failure: failure) == nil)
  }

  @Test func anAnswerWithoutCallsIsFinal() throws {
    let folder = try folder()
    let round = round("It is [cold](x).", try run(folder))
    #expect(round.isFinal && round.text == "It is [cold](x).")
    #expect(round.reason == GenerationOutputTests.summary.reason)
  }

  @Test func resultsAreCutAsTheLimitSays() throws {
    let folder = try folder()
    var run = try run(folder, result: 5)
    run.answer(round(Self.block("f(a=1)"), run))
    #expect(results(run) == ["got { … (cut: 8 more bytes are left out)"])
  }
}
