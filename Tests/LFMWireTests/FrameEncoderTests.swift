import LFMGeneration
import LFMWire
import Testing

@Suite struct FrameEncoderTests {
  private func frames(_ bytes: [UInt8]) throws -> [Frame] {
    var decoder = FrameDecoder()
    decoder.append(bytes)
    var frames: [Frame] = []
    while case .frame(let frame)? = try decoder.next() { frames.append(frame) }
    #expect(decoder.bufferedBytes == 0)
    return frames
  }

  @Test func aMessageThatFitsIsOneFrame() throws {
    for count in [0, 1, 65535, 65536] {
      let payload = [UInt8](repeating: 1, count: count)
      #expect(
        try frames(FrameEncoder.encode(.message(payload), call: 3))
          == [Frame(kind: .message, call: 3, payload: payload)])
    }
  }

  @Test func aLongerOneIsFragmented() throws {
    let payload = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let frames = try frames(FrameEncoder.encode(.message(payload), call: 3))
    #expect(
      frames.map(\.flags) == [
        [.more, .total], [.more, .continuation], [.more, .continuation], .continuation,
      ])
    #expect(frames[0].payload.prefix(4) == [0, 3, 0x0D, 0x40])
    #expect(frames.map(\.payload.count) == [65536, 65536, 65536, 200_004 - 3 * 65536])
    #expect(Array(frames.map(\.payload).joined().dropFirst(4)) == payload)
  }

  @Test func oneByteMoreThanAFrame() throws {
    let payload = [UInt8](repeating: 1, count: 65537)
    let frames = try frames(FrameEncoder.encode(.message(payload), call: 3))
    #expect(frames.map(\.payload.count) == [65536, 5])
  }

  @Test func everyCreditGivesTheSameMessage() throws {
    let payload = (0..<997).map { UInt8(truncatingIfNeeded: $0) }
    for credit in 5...1010 {
      var encoder = FrameEncoder(.message(payload), call: 1)
      var assembler = MessageAssembler()
      var outcome = MessageAssembler.Outcome.incomplete
      while let bytes = encoder.nextFrame(credit: credit) {
        #expect(bytes.count - Frame.headerSize <= credit)
        outcome = try assembler.accept(try frames(bytes)[0])
      }
      #expect(encoder.isDone && encoder.remainingBytes == 0)
      #expect(outcome == .message(.message, payload))
    }
  }

  @Test func tooLittleCreditSendsNothing() {
    var encoder = FrameEncoder(.message([1, 2, 3, 4, 5, 6]), call: 1)
    for credit in [-1, 0, 4] { #expect(encoder.nextFrame(credit: credit) == nil) }
    #expect(!encoder.isDone && encoder.remainingBytes == 6)
    #expect(encoder.nextFrame(credit: 5)?.count == Frame.headerSize + 5)
    #expect(encoder.nextFrame(credit: 0) == nil)
    #expect(encoder.nextFrame(credit: 1)?.count == Frame.headerSize + 1)
    #expect(encoder.nextFrame()?.count == Frame.headerSize + 4)
    #expect(encoder.isDone && encoder.nextFrame() == nil)
  }

  @Test func anEmptyMessageNeedsNoCredit() {
    var encoder = FrameEncoder(.message([]), call: 1)
    #expect(encoder.nextFrame(credit: 0)?.count == Frame.headerSize)
    #expect(encoder.isDone)
  }

  @Test func theReceiversLimitHoldsWithinReason() {
    let payload = [UInt8](repeating: 1, count: 300_000)
    for (limit, expected) in [(1000, 1000), (0, 256), (-5, 256), (1 << 30, 65536)] {
      var encoder = FrameEncoder(.message(payload), call: 1, limits: FrameLimits(fragment: limit))
      #expect(encoder.nextFrame()?.count == Frame.headerSize + expected)
    }
  }

  @Test func longSentencesAreCutToFit() throws {
    let long = String(repeating: "é", count: 100_000)
    let messages: [ConnectionMessage] = [
      .goAway(GoAway(lastAcceptedCall: 1, code: .ok, message: long)),
      .status(CallStatus(code: .unknown, message: "a" + long)),
      .hello(Hello(agent: long)),
    ]
    for message in messages {
      let frame = try #require(
        try frames(FrameEncoder.encode(message, call: message.kind.isOfConnection ? 0 : 1)).first)
      let received = try ConnectionMessage(decoding: frame.payload, kind: frame.kind)
      switch received {
      case .goAway(let goAway): #expect(goAway.message == String(repeating: "é", count: 2048))
      case .status(let status):
        #expect(status.message == "a" + String(repeating: "é", count: 2047))
      case .hello(let hello): #expect(hello.agent.utf8.count == 4096)
      default: Issue.record("another message came out")
      }
    }
  }
}
