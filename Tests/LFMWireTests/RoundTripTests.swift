import LFMGeneration
import LFMWire
import Testing

/// Whatever can be said can be sent: encoded and decoded it is the same.
@Suite struct RoundTripTests {
  @Test(arguments: Method.allCases)
  func requests(_ method: Method) throws {
    var random = RandomValues(seed: 1)
    for _ in 0..<300 {
      let request = random.request(method)
      #expect(request.method == method)
      let decoded = try CallRequest(decoding: request.encode(), method: method)
      #expect(decoded == request)
      // Swift's == takes composed and decomposed letters for the same; bytes do not.
      #expect(decoded.encode() == request.encode())
    }
  }

  @Test(arguments: Method.allCases)
  func replies(_ method: Method) throws {
    var random = RandomValues(seed: 2)
    for _ in 0..<300 {
      let reply = random.reply(method)
      let decoded = try CallReply(decoding: reply.encode(), method: method)
      #expect(decoded == reply)
      #expect(decoded.encode() == reply.encode())
    }
  }

  @Test(arguments: FrameKind.allCases)
  func connectionMessages(_ kind: FrameKind) throws {
    var random = RandomValues(seed: 3)
    for _ in 0..<300 {
      let message = random.connectionMessage(kind)
      #expect(message.kind == kind)
      #expect(try ConnectionMessage(decoding: message.encode(), kind: kind) == message)
    }
  }

  @Test func nanIsPassedOnToValidation() throws {
    var request = GenerationRequest(prompt: .text("x", parsesSpecialTokens: false))
    request.sampling.temperature = .nan
    let decoded = try CallRequest(
      decoding: CallRequest.generate(request).encode(), method: .generate)
    guard case .generate(let received) = decoded else {
      Issue.record("not a generate request")
      return
    }
    #expect(received.sampling.temperature.isNaN)
    #expect(throws: GenerationFailure.self) { try received.validated() }
  }

  @Test func largeMessages() throws {
    var random = RandomValues(seed: 4)
    let tokens = (0..<1_000_000).map { _ in TokenID.random(in: 0...127_999, using: &random) }
    let request = CallRequest.logits(tokens: tokens)
    #expect(try CallRequest(decoding: request.encode(), method: .logits) == request)
    let row = CallReply.logitsRow((0..<128_000).map { Float($0) * 0.37 })
    #expect(row.encode().count > 512_000)
    #expect(try CallReply(decoding: row.encode(), method: .logits) == row)
    let text = CallRequest.tokenize(
      text: String(repeating: "añ🦊\0", count: 1_000_000), parsesSpecialTokens: false)
    #expect(try CallRequest(decoding: text.encode(), method: .tokenize) == text)
  }
}
