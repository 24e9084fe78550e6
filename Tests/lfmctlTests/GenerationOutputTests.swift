import Foundation
import LFMGeneration
import LFMLanguage
import Testing

@testable import lfmctl

/// The three forms, fed with scripted events, as they come to lie in a file.
@Suite struct GenerationOutputTests {
  static let summary = GenerationSummary(
    reason: .stop,
    usage: GenerationUsage(
      promptTokens: 5, cachedTokens: 2, thinkingTokens: 1, answerTokens: 3,
      queueTime: .milliseconds(1), prefillTime: .milliseconds(250), decodeTime: .seconds(2)),
    seed: .max)

  static let nasty = "a\u{0}b\"\\\n\u{1b}[2J\u{2028}é🐈"

  static let events: [GenerationEvent] = [
    .queued(ahead: 1), .prefill(done: 5, total: 5),
    .thinking(TextDelta(text: "hm", tokens: [7])),
    .answer(
      TextDelta(
        text: nasty, tokens: [8, 9],
        logProbabilities: [
          TokenLogProbability(
            chosen: .init(token: 8, logProbability: -0.5),
            top: [
              .init(token: 8, logProbability: -0.5), .init(token: 1, logProbability: -.infinity),
            ])
        ])),
    .answer(TextDelta(text: "", tokens: [2])),
  ]

  @Test(arguments: [
    (ThinkingDisplay.hide, nasty), (.only, "hm"),
  ])
  func textIsTheTextAndNothingElse(thinking: ThinkingDisplay, expected: String) throws {
    let bytes = try written { TextOutput(sink: $0, thinking: thinking) }
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
  }

  @Test func jsonIsOneObject() throws {
    let bytes = try written { JSONOutput(sink: $0) }
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(object["text"] as? String == Self.nasty)
    #expect(object["thinking"] as? String == "hm")
    #expect(object["ids"] as? [Int] == [7, 8, 9, 2])
    #expect(object["finish_reason"] as? String == "stop")
    #expect(object["seed"] as? String == "18446744073709551615")
    let usage = try #require(object["usage"] as? [String: Any])
    #expect(usage["prompt_tokens"] as? Int == 5)
    #expect(usage["cached_tokens"] as? Int == 2)
    #expect(usage["prefill_seconds"] as? Double == 0.25)
    let reported = try #require(object["log_probabilities"] as? [[String: Any]])
    let top = try #require(reported.first?["top"] as? [[String: Any]])
    #expect(top.last?["log_probability"] is NSNull)
    #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
  }

  @Test func theStreamIsAnObjectALine() throws {
    let bytes = try written { JSONStreamOutput(sink: $0) }
    let lines = try bytes.split(separator: UInt8(ascii: "\n")).map {
      try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any])
    }
    let names = lines.map { $0["event"] as? String }
    #expect(names == ["queued", "prefill", "thinking", "answer", "answer", "finished"])
    #expect(lines[3]["text"] as? String == Self.nasty)
    #expect(lines[5]["finish_reason"] as? String == "stop")
    #expect(lines[5]["usage"] is [String: Any])
  }

  @Test func aFailureIsTheLastLine() throws {
    var failure = GenerationFailure(.resourceExhausted, "full", isRetryable: true)
    failure.retryAfter = .milliseconds(1500)
    let bytes = try file { try JSONStreamOutput(sink: $0).fail(Failure(failure)) }
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "{\"event\": \"failed\", \"code\": \"RESOURCE_EXHAUSTED\", \"message\": \"full\", \"retryable\": true, "
        + "\"retry_after_seconds\": 1.5, \"exit_code\": 75}\n")
  }

  /// Calls between texts, as a daemon tells of them.
  private static let calling: [GenerationEvent] = [
    .answer(TextDelta(text: "a", tokens: [7])),
    .toolCallBegun(ToolCallBegun(index: 0, id: "c_0", name: "f")),
    .toolCallArguments(ToolCallArguments(index: 0, json: #"{"x": "é\n"}"#)),
    .toolCall(
      GeneratedToolCall(index: 0, id: "c_0", name: "f", arguments: #"{"x": "é\n"}"#)),
    .toolCall(
      GeneratedToolCall(
        index: 1, id: "c_1", name: "g", arguments: #"{"y": 1}"#, problems: ["there is no g"])),
    .answer(TextDelta(text: "b[no]", tokens: [7, 7], problem: "not a call")),
  ]

  private func writtenCalls(_ form: @escaping (ResultSink) -> any GenerationOutput) throws -> String
  {
    String(decoding: try written(Self.calling, form), as: UTF8.self)
  }

  @Test func callsAreLinesOfTheirOwn() throws {
    #expect(
      try writtenCalls { TextOutput(sink: $0, thinking: .hide) } == """
        a
        {"id": "c_0", "name": "f", "arguments": {"x": "é\\n"}}
        {"id": "c_1", "name": "g", "arguments": {"y": 1}, "problems": ["there is no g"]}
        b[no]
        """)
  }

  @Test func callsAreMembersOfTheObject() throws {
    let object = try #require(
      try JSONParser.parse(writtenCalls { JSONOutput(sink: $0) }).members)
    #expect(object["text"] == .string("ab[no]"))
    #expect(object["problems"] == .array([.string("not a call")]))
    guard case .array(let calls)? = object["tool_calls"] else {
      throw CocoaError(.coderInvalidValue)
    }
    #expect(calls.count == 2)
    #expect(object["ids"] == .array([.integer("7"), .integer("7"), .integer("7")]))
  }

  @Test func callsAreEventsOfTheStream() throws {
    let lines = try writtenCalls { JSONStreamOutput(sink: $0) }.split(separator: "\n")
    let names = try lines.map { try JSONParser.parse(String($0)).members?["event"] }
    #expect(names.compactMap { $0 }.count { $0 == .string("tool_call") } == 2)
    #expect(names.last == .string("finished"))
    let problems = try lines.compactMap { try JSONParser.parse(String($0)).members?["problem"] }
    #expect(problems == [.string("not a call")])
  }

  @Test func anAnswerThatIsNotWholeIsRemarkedOn() {
    #expect(TextOutput.note(on: .lengthInThinking)?.contains("no answer") == true)
    #expect(TextOutput.note(on: .contextFull) != nil)
    #expect(TextOutput.note(on: .stop) == nil)
  }

  private func written(
    _ events: [GenerationEvent] = events, _ form: (ResultSink) -> any GenerationOutput
  ) throws -> Data {
    try file { sink in
      var output = form(sink)
      for event in events { try output.take(event) }
      try output.finish(Self.summary)
    }
  }

  private func file(_ body: (ResultSink) throws -> Void) throws -> Data {
    let folder = try TemporaryFolder()
    let sink = try ResultSink(path: folder.path("out"))
    try body(sink)
    try sink.commit()
    return try Data(contentsOf: URL(filePath: folder.path("out")))
  }
}

extension JSONValue {
  fileprivate var members: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }
}
