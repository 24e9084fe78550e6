import LFMGeneration
import LFMWire
import Testing

/// Bytes that the official compiler made of Protos/ (`protoc --encode`), so that field numbers and types are what
/// other languages will see.
@Suite struct ContractTests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)!
    }
  }

  @Test func generateRequest() throws {
    let encoded = bytes(
      "0a670a120a0673797374656d120862652062726965660a250a04757365721a1d0a070a05636166c3a90a1212107b"
        + "2274797065223a22696d616765227d0a180a09617373697374616e7422002a090a070a016612027b7d120c7b22"
        + "6e616d65223a2266227d18002001221b0d0000000010fdffffffffffffffff0130ffffffffffffffffff012a0b"
        + "0a020a0a120307ac021801304038024001")
    let chat = Chat(
      messages: [
        ChatMessage(role: "system", text: "be brief"),
        ChatMessage(role: "user", content: .parts([.text("café"), .json(#"{"type":"image"}"#)])),
        ChatMessage(
          role: "assistant", thinking: "", toolCalls: [ChatToolCall(name: "f", arguments: "{}")]),
      ],
      tools: [#"{"name":"f"}"#], addGenerationPrompt: false, preserveThinking: true)
    let expected = GenerationRequest(
      prompt: .chat(chat),
      // What was not sent has the defaults.
      sampling: SamplingParameters(temperature: 0, topK: -3, seed: .max),
      stop: StopParameters(strings: ["\n\n"], tokens: [7, 300], ignoresEndOfGeneration: true),
      maxTokens: 64, topLogProbabilities: 2, reportsTokens: true)
    #expect(try CallRequest(decoding: encoded, method: .generate) == .generate(expected))
  }

  @Test func aPromptAloneHasTheDefaults() throws {
    let encoded: [UInt8] = [0x12, 0x03, 0x0A, 0x01, 0x61]
    #expect(
      try CallRequest(decoding: encoded, method: .generate)
        == .generate(GenerationRequest(prompt: .text("a", parsesSpecialTokens: false))))
    let chat: [UInt8] = [0x0A, 0x04, 0x0A, 0x02, 0x0A, 0x00]
    #expect(
      try CallRequest(decoding: chat, method: .generate)
        == .generate(GenerationRequest(prompt: .chat(Chat(messages: [ChatMessage(role: "")])))))
  }

  @Test func callStart() throws {
    let encoded = bytes(
      "0a1d6c666d2e76312e4c616e67756167654d6f64656c2f47656e65726174651080dea0cb051a0b0a057472616365"
        + "120200ff22002801")
    let expected = ConnectionMessage.callStart(
      CallStart(
        method: Method.generate.rawValue, timeout: .milliseconds(1500),
        metadata: [MetadataEntry(name: "trace", value: [0, 255])], firstMessage: [],
        halfCloses: true))
    #expect(try ConnectionMessage(decoding: encoded, kind: .callStart) == expected)
    #expect(expected.encode() == encoded)
  }

  @Test func callStatus() throws {
    let encoded = bytes("080812117468652071756575652069732066756c6c18012080e59a77")
    let expected = ConnectionMessage.status(
      CallStatus(
        code: .resourceExhausted, message: "the queue is full", isRetryable: true,
        retryAfter: .milliseconds(250)))
    #expect(try ConnectionMessage(decoding: encoded, kind: .status) == expected)
    #expect(expected.encode() == encoded)
  }

  @Test func finished() throws {
    let encoded = bytes("2a1908041213080a1004180528e8073080897a3880bcc1960b182a")
    let expected = CallReply.event(
      .finished(
        GenerationSummary(
          reason: .lengthInThinking,
          usage: GenerationUsage(
            promptTokens: 10, cachedTokens: 4, thinkingTokens: 5, answerTokens: 0,
            queueTime: .microseconds(1), prefillTime: .milliseconds(2), decodeTime: .seconds(3)),
          seed: 42)))
    #expect(try CallReply(decoding: encoded, method: .generate) == expected)
    #expect(expected.encode() == encoded)
  }

  @Test func answer() throws {
    let encoded = bytes(
      "22270a0368c3a9120405ffe7071a120a07080515000000bf12070809150000a0bf1a060a0408ffe707")
    let expected = CallReply.event(
      .answer(
        TextDelta(
          text: "hé", tokens: [5, 127_999],
          logProbabilities: [
            TokenLogProbability(
              chosen: .init(token: 5, logProbability: -0.5),
              top: [.init(token: 9, logProbability: -1.25)]),
            TokenLogProbability(chosen: .init(token: 127_999, logProbability: 0), top: []),
          ])))
    #expect(try CallReply(decoding: encoded, method: .generate) == expected)
    #expect(expected.encode() == encoded)
  }

  @Test func health() throws {
    #expect(CallReply.health(.serving).encode() == [0x08, 0x01])
    #expect(CallRequest.healthCheck(service: "").encode() == [])
    #expect(CallRequest.healthCheck(service: "x").encode() == [0x0A, 0x01, 0x78])
    #expect(CallRequest.healthWatch(service: "x").encode() == [0x0A, 0x01, 0x78])
    #expect(CallRequest.healthList.encode() == [])
    // As `protoc --encode` writes the map {"": NOT_SERVING, "x": SERVING}.
    let list = bytes("0a060a0012020802" + "0a070a017812020801")
    let healths = CallReply.healths([
      ServiceHealth(service: "", status: .notServing),
      ServiceHealth(service: "x", status: .serving),
    ])
    #expect(try CallReply(decoding: list, method: .healthList) == healths)
    // Defaults may be left out of a map's entries, as we do.
    #expect(healths.encode() == bytes("0a0412020802" + "0a070a017812020801"))
    #expect(
      try CallReply(decoding: [0x0A, 0x00], method: .healthList)
        == .healths([ServiceHealth(service: "", status: .unknown)]))
  }

  /// A newer peer's words are kept or passed over, never an error.
  @Test func newerPeers() throws {
    // Finished with reason 9, and an unknown field beside it.
    let finished: [UInt8] = [0x2A, 0x04, 0x08, 0x09, 0x78, 0x01]
    guard
      case .event(.finished(let summary)) = try CallReply(decoding: finished, method: .generate)
    else {
      Issue.record("not finished")
      return
    }
    #expect(summary.reason == FinishReason(rawValue: "reason_9"))
    // An event of a kind to come (field 9).
    #expect(try CallReply(decoding: [0x7A, 0x00], method: .generate) == .unknownEvent)
    #expect(
      try CallReply(decoding: [0x08, 0x07], method: .healthCheck)
        == .health(HealthStatus(rawValue: 7)))
    #expect(
      try ConnectionMessage(decoding: [0x08, 0x63], kind: .status)
        == .status(CallStatus(code: StatusCode(rawValue: 99))))
    #expect(Method(rawValue: "grpc.health.v1.Health/Listen") == nil)
  }

  /// A chat that distinguishes absent from empty everywhere, byte for byte.
  @Test func absentAndEmptyStayApart() throws {
    let messages = [
      ChatMessage(role: ""), ChatMessage(role: "", content: .text("")),
      ChatMessage(role: "", content: .parts([])), ChatMessage(role: "", content: .json("")),
      ChatMessage(role: "", thinking: ""),
      ChatMessage(role: "", toolCalls: []),
    ]
    var encodings: Set<[UInt8]> = []
    for message in messages {
      let request = CallRequest.render(Chat(messages: [message]), asSent: false)
      #expect(try CallRequest(decoding: request.encode(), method: .render) == request)
      encodings.insert(request.encode())
    }
    #expect(encodings.count == messages.count)
  }
}
