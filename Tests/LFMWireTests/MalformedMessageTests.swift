import LFMGeneration
import LFMWire
import Testing

/// Messages that no honest peer sends: each is refused with the field's name, and nothing traps.
@Suite struct MalformedMessageTests {
  /// A length-delimited field.
  private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(bytes.count)] + bytes
  }
  private func field(_ number: UInt8, varint: [UInt8]) -> [UInt8] { [number << 3] + varint }
  private let badText: [UInt8] = [0x61, 0xC3, 0x28]
  private let minusOne: [UInt8] = Array(repeating: 0xFF, count: 9) + [0x01]

  private func refusal(_ bytes: [UInt8], _ method: Method) -> WireError? {
    let error = #expect(throws: WireError.self) { try CallRequest(decoding: bytes, method: method) }
    #expect(error?.scope == .call && error?.code == .invalidArgument)
    return error
  }

  @Test func badUTF8NamesItsField() {
    let turn = field(1, field(1, badText))
    let cases: [([UInt8], Method, String)] = [
      (field(2, field(1, badText)), .generate, "text.text"),
      (field(1, turn), .generate, "chat.messages[0].role"),
      (field(1, field(1, []) + field(1, field(2, badText))), .generate, "chat.messages[1].text"),
      (field(1, field(1, field(4, badText))), .generate, "chat.messages[0].thinking"),
      (
        field(1, field(1, field(3, field(1, field(1, badText))))), .generate,
        "chat.messages[0].parts.parts[0].text"
      ),
      (
        field(1, field(1, field(3, field(1, field(2, badText))))), .generate,
        "chat.messages[0].parts.parts[0].json"
      ),
      (
        field(1, field(1, field(5, field(1, field(1, badText))))), .render,
        "chat.messages[0].tool_calls.calls[0].name"
      ),
      (
        field(1, field(1, field(5, field(1, field(2, badText))))), .render,
        "chat.messages[0].tool_calls.calls[0].arguments"
      ),
      (field(1, field(2, [0x61]) + field(2, badText)), .render, "chat.tools[1]"),
      (field(3, field(1, [1])) + field(5, field(1, badText)), .generate, "stop.strings[0]"),
      (field(1, badText), .tokenize, "text"),
      (field(1, badText), .healthCheck, "service"),
    ]
    for (bytes, method, name) in cases {
      #expect(refusal(bytes, method)?.message.hasPrefix("\(name) is not valid UTF-8") == true)
    }
  }

  @Test func surrogatesAndOverlongFormsAreNoText() {
    for bytes in [[0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]]
      as [[UInt8]]
    {
      #expect(refusal(field(1, bytes), .tokenize)?.message.contains("UTF-8") == true)
    }
  }

  @Test func namesHaveNoNUL() {
    let name = Array("lfm.v1.LanguageModel/Generate\0x".utf8)
    #expect(refusal(field(1, name), .healthCheck)?.message.contains("NUL") == true)
    let error = #expect(throws: WireError.self) {
      try ConnectionMessage(decoding: field(1, name), kind: .callStart)
    }
    #expect(error == WireError(.call, .invalidArgument, "method contains a NUL character"))
  }

  @Test func negativeTokens() {
    let cases: [([UInt8], Method, String)] = [
      (field(3, field(1, [1] + minusOne)), .generate, "tokens.ids[1] is -1"),
      (
        field(3, field(1, [1])) + field(5, field(2, minusOne)), .generate, "stop.tokens[0] is -1"
      ),
      (field(1, [3, 4] + minusOne), .detokenize, "ids[2] is -1"),
      (field(1, varint: minusOne), .logits, "ids[0] is -1"),
    ]
    for (bytes, method, start) in cases {
      #expect(refusal(bytes, method)?.message.hasPrefix(start) == true)
    }
  }

  @Test func whatIsNeededAndMissing() {
    #expect(refusal([], .generate)?.message.hasPrefix("prompt is missing") == true)
    #expect(refusal([], .render)?.message == "chat is missing")
    let part = field(1, field(1, field(3, field(1, []))))
    #expect(
      refusal(part, .render)?.message.contains("chat.messages[0].parts.parts[0].text") == true)
  }

  @Test func numbersBeyondTheirRange() {
    let tooLarge = CallReply.event(.queued(ahead: 0))
    #expect(tooLarge.encode() == [0x0A, 0x00])
    for bytes in [field(1, field(1, varint: minusOne)), field(2, field(1, varint: minusOne))] {
      let error = #expect(throws: WireError.self) {
        try CallReply(decoding: bytes, method: .generate)
      }
      #expect(error?.message.contains("18446744073709551615") == true)
    }
    let negativeTime = field(5, field(2, field(5, varint: minusOne)))
    #expect(throws: WireError.self) { try CallReply(decoding: negativeTime, method: .generate) }
    #expect(throws: WireError.self) {
      try CallReply(decoding: field(1, [1, 2, 3]), method: .logits)
    }
  }

  /// 2^63 and beyond are negative in 64 bits; they reach validation, which refuses them.
  @Test func twoToThe63ReachesValidation() throws {
    let twoToThe63 = Array(repeating: UInt8(0x80), count: 9) + [0x01]
    let prompt = field(2, field(1, [0x61]))
    let cases: [([UInt8], String)] = [
      (field(6, varint: twoToThe63), "max_tokens"), (field(6, varint: minusOne), "max_tokens"),
      (field(7, varint: twoToThe63), "top_log_probabilities"),
      (field(4, field(2, varint: twoToThe63)), "sampling.top_k"),
    ]
    for (bytes, name) in cases {
      guard
        case .generate(let request) = try CallRequest(decoding: prompt + bytes, method: .generate)
      else { continue }
      let failure = #expect(throws: GenerationFailure.self) { try request.validated() }
      #expect(failure?.code == .invalidArgument)
      #expect(failure?.message.hasPrefix(name) == true)
    }
  }

  @Test func connectionMessagesSayWhatTheyEnd() {
    let cases: [(FrameKind, [UInt8], WireError.Scope)] = [
      (.hello, [], .connection),
      (.hello, field(1, varint: [2]) + field(2, varint: [1]), .connection),
      (.hello, [0xFF], .connection), (.ping, [0x07], .connection), (.goAway, [0x0A], .connection),
      (.window, [], .call), (.cancel, [0x0A, 0x05], .call), (.halfClose, [0x00], .call),
      (.callStart, field(1, [0xC3]), .call), (.status, field(2, [0xC3]), .call),
    ]
    for (kind, bytes, scope) in cases {
      let error = #expect(throws: WireError.self, "\(kind)") {
        try ConnectionMessage(decoding: bytes, kind: kind)
      }
      #expect(error?.scope == scope, "\(kind)")
    }
  }

  @Test func metadataIsBounded() {
    let entry = MetadataEntry(name: "n", value: Array(repeating: 1, count: 1023))
    func start(_ count: Int) -> [UInt8] {
      ConnectionMessage.callStart(
        CallStart(method: "m", metadata: Array(repeating: entry, count: count))
      ).encode()
    }
    #expect(throws: Never.self) { try ConnectionMessage(decoding: start(8), kind: .callStart) }
    let error = #expect(throws: WireError.self) {
      try ConnectionMessage(decoding: start(9), kind: .callStart)
    }
    #expect(error?.code == .resourceExhausted && error?.scope == .call)
  }
}
