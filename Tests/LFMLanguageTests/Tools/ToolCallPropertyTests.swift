import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

/// Calls that were made come back as they were, whatever their arguments; and no text whatever costs more than its length.
struct ToolCallPropertyTests {
  struct Maker {
    var random: SeededGenerator

    private static let pieces = [
      "a", "b c", "'", "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}",
      "\u{2028}", "é", "e\u{301}",
      "猫", "🐈‍⬛", "<|tool_call_end|>", "<|tool_call_start|>", "<|im_end|>", "<", "|", "<|",
      "</think>", "<think>", "')",
      "), f(", ", b='", "]", "[", "{", "}", "(", "=", ",", ":", "\\n", "\\x41", "\\u0041", "\\",
      "'''", "\"\"\"",
      "None", "**", "#", "\u{feff}", "/", "\\/",
    ]
    private static let numbers: [JSONValue] = [
      .integer("0"), .integer("-1"), .integer("18446744073709551616"),
      .integer("-123456789012345678901234567890"), .float(1e-7), .float(-0.0), .float(0.1),
      .float(1e16),
      .float(1.7976931348623157e308), .float(.leastNonzeroMagnitude), .float(100), .float(-2.5e-8),
    ]

    mutating func text() -> String {
      let count = Int.random(in: 0...5, using: &random)
      return (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
    }

    mutating func key() -> String {
      Bool.random(using: &random)
        ? text() : ["a", "from", "b_2", "été"].randomElement(using: &random) ?? "a"
    }

    mutating func value(_ depth: Int = 0) -> JSONValue {
      switch Int.random(in: 0..<(depth > 3 ? 4 : 6), using: &random) {
      case 0, 1: return .string(text())
      case 2: return Self.numbers.randomElement(using: &random) ?? .null
      case 3: return [.null, .bool(true), .bool(false)].randomElement(using: &random) ?? .null
      case 4:
        let count = Int.random(in: 0...3, using: &random)
        return .array((0..<count).map { _ in value(depth + 1) })
      default: return .object(object(depth + 1))
      }
    }

    mutating func object(_ depth: Int = 0) -> JSONObject {
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...3, using: &random) { object.set(key(), value(depth)) }
      return object
    }

    mutating func call() -> ToolCall {
      let names = ["f", "get_weather", "a.b.c", "x-y", "数", "1f", "f(x)", "it's", "<|im_end|>"]
      return ToolCall(name: names.randomElement(using: &random) ?? "f", arguments: object())
    }

    mutating func piece() -> String { Self.pieces.randomElement(using: &random) ?? "" }
  }

  @Test(arguments: [ChatTemplate.lfm25MoE, .lfm25MoELaunchDay, .leapFinetuneLFM25])
  func whatIsSentIsReadBack(family: ChatTemplate) throws {
    var maker = Maker(random: SeededGenerator(seed: 5))
    for _ in 0..<4000 {
      let calls = (0..<Int.random(in: 1...3, using: &maker.random)).map { _ in maker.call() }
      let message = ChatMessage(
        role: "assistant",
        toolCalls: calls.map { ChatToolCall(name: $0.name, arguments: $0.argumentsText) })
      let chat = Chat(messages: [message], addGenerationPrompt: false)
      let prompt = try family.render(chat, form: .asSent)
      let start = try #require(prompt.firstIndex(of: .special("<|tool_call_start|>")))
      let stop = try #require(prompt.lastIndex(of: .special("<|tool_call_end|>")))
      let output = ModelOutput.read(prompt[start...stop].renderedText)
      #expect(output.problems.isEmpty && output.content.isEmpty)
      #expect(output.calls == calls, "\(prompt[start...stop].renderedText)")
      #expect(
        zip(output.calls, calls).allSatisfy {
          $0.argumentsText.text.isSame(as: $1.argumentsText.text)
        })
    }
  }

  /// Where nothing needs an escape, what is sent is the template's own text.
  @Test func plainArgumentsAreSentAsTheTemplateHasThem() throws {
    let call = ChatToolCall(
      name: "f", arguments: #"{"a": "x \"y\" é", "b": [1, "z"], "c": {"d": 1e-7}, "e": null}"#)
    let chat = Chat(messages: [ChatMessage(role: "assistant", toolCalls: [call])])
    for family in ChatTemplate.allCases where family != .lfm2MoE {
      guard let sent = try? family.render(chat, form: .asSent) else { continue }
      #expect(try sent == family.render(chat))
    }
  }

  /// Random texts of what calls are made of: no chunking changes the events, and no text gets lost.
  @Test func anyChunkingIsTheWhole() {
    var random = SeededGenerator(seed: 9)
    let words = [
      ToolCallReaderTests.start, ToolCallReaderTests.end, "[", "]", "f(", ")", "a='", "'", "\"",
      ", ", "g()", "x", "=1",
      "{\"name\": \"f\", \"arguments\": ", "{", "}", "\\", "\n", " ", "<|tool_", "é", "[f()]",
      "b=[1, 'z']", "**{",
    ]
    for _ in 0..<6000 {
      let count = Int.random(in: 0...14, using: &random)
      let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
      let whole = ToolCallReaderTests.events([text])
      #expect(
        ToolCallReaderTests.events(text.unicodeScalars.map { String($0) }) == whole, "\(text)")
      if !whole.contains(where: { if case .completed = $0 { true } else { false } }),
        !text.contains(ToolCallReaderTests.start)
      {
        #expect(whole == (text.isEmpty ? [] : [.text(text)]))
      }
    }
  }

  /// Texts made to cost much: each ends, with what was written or a call, and without a deep stack.
  @Test func hostileTextsCostTheirLength() {
    let long = 20_000
    let start = ToolCallReaderTests.start
    let bodies = [
      String(repeating: "[", count: long), String(repeating: "(", count: long),
      String(repeating: "f(a=", count: long / 4),
      "[f(a=" + String(repeating: "{", count: long),
      "[f(a='x 'y'" + String(repeating: ", 'z'", count: long / 5),
      "[f(a='x'y'" + String(repeating: ", b='z'w'", count: long / 8) + ")]",
      "[" + String(repeating: "f(a='x'y), ", count: long / 11) + "]",
      "[f(a='x'y" + String(repeating: "), g(", count: long / 5),
      "[f(a=[" + String(repeating: "'x'y', ", count: long / 7) + "])]",
      String(repeating: "f()\n", count: long / 4) + "x'",
      "[f(a='" + String(repeating: "\\", count: long) + "')]",
      String(repeating: start, count: long / 20),
      "[f(a='x'y'" + String(repeating: "', a=", count: long / 5) + "')]",
      String(repeating: "{\"name\": ", count: long / 9),
      "[f(a=" + String(repeating: "((", count: 30) + "1" + String(repeating: "))", count: 30)
        + ")]",
    ]
    for body in bodies {
      for text in [start + body, start + body + ToolCallReaderTests.end] {
        let events = ToolCallReaderTests.events([text])
        #expect(!events.isEmpty || body.hasPrefix(start), "\(text.prefix(40))")
      }
    }
  }
}
