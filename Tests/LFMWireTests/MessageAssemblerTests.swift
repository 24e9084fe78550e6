import LFMGeneration
import LFMWire
import Testing

@Suite struct MessageAssemblerTests {
  private func fragment(
    _ flags: FrameFlags, _ payload: [UInt8], kind: FrameKind = .message
  ) -> Frame {
    Frame(kind: kind, flags: flags, call: 1, payload: payload)
  }

  /// The error that the last of the frames gives, after all others were taken.
  private func refusal(_ frames: [Frame], limits: FrameLimits = .standard) throws -> WireError? {
    var assembler = MessageAssembler(limits: limits)
    for frame in frames.dropLast() {
      #expect(try assembler.accept(frame) == .incomplete)
    }
    let error = #expect(throws: WireError.self) { try assembler.accept(frames.last!) }
    #expect(error?.scope == .call)
    #expect(assembler.pendingBytes == 0 && !assembler.isWaiting)
    // What still comes of it is neither a message nor another error.
    #expect(try assembler.accept(fragment(.continuation, [1])) == .skipped)
    #expect(try assembler.accept(fragment([], [1])) == .skipped)
    return error
  }

  @Test func wholeMessagesPassThrough() throws {
    var assembler = MessageAssembler()
    #expect(try assembler.accept(fragment([], [])) == .message(.message, []))
    #expect(try assembler.accept(fragment([], [1, 2])) == .message(.message, [1, 2]))
  }

  @Test func fragmentsAreJoined() throws {
    var assembler = MessageAssembler()
    for _ in 0..<2 {
      #expect(try assembler.accept(fragment([.more, .total], [0, 0, 0, 4, 9])) == .incomplete)
      #expect(assembler.isWaiting && assembler.pendingBytes == 1)
      #expect(try assembler.accept(fragment([.more, .continuation], [8, 7])) == .incomplete)
      #expect(
        try assembler.accept(fragment(.continuation, [6])) == .message(.message, [9, 8, 7, 6]))
      #expect(!assembler.isWaiting && assembler.pendingBytes == 0)
    }
  }

  @Test func aFirstFragmentMayHoldOnlyTheTotal() throws {
    var assembler = MessageAssembler()
    #expect(try assembler.accept(fragment([.more, .total], [0, 0, 0, 1])) == .incomplete)
    #expect(try assembler.accept(fragment(.continuation, [5])) == .message(.message, [5]))
  }

  @Test func whatDoesNotAddUp() throws {
    let first = fragment([.more, .total], [0, 0, 0, 4, 1, 2])
    let cases: [[Frame]] = [
      [fragment(.continuation, [1])],
      [fragment([.more, .continuation], [1])],
      [fragment([.more, .total], [0, 0, 4])],
      [fragment([.more, .total], [0, 0, 0, 0])],
      [fragment([.more, .total], [0, 0, 0, 1, 1])],
      [fragment([.more, .total], [0, 0, 0, 1, 1, 2])],
      [first, first],
      [first, fragment([], [3, 4])],
      [first, fragment(.continuation, [3, 4], kind: .callStart)],
      [first, fragment(.continuation, [3])],
      [first, fragment(.continuation, [3, 4, 5])],
      [first, fragment(.continuation, [])],
      [first, fragment([.more, .continuation], [])],
      [first, fragment([.more, .continuation], [3, 4])],
      [fragment([.more, .total], [0, 0, 0, 4, 1], kind: .status)],
    ]
    for frames in cases {
      let error = try refusal(frames)
      #expect(error?.code == .internalError, "\(frames.map(\.flags))")
    }
  }

  @Test func theAnnouncedTotalIsEnoughToRefuse() throws {
    for total in [[1, 0, 0, 1], [255, 255, 255, 255]] as [[UInt8]] {
      let error = try refusal([fragment([.more, .total], total + [1, 2, 3])])
      #expect(error?.code == .resourceExhausted)
      #expect(error?.message.contains("16777216") == true)
    }
  }

  @Test func exactlyTheLimitIsTaken() throws {
    let limits = FrameLimits(message: 1000)
    let payload = [UInt8](repeating: 3, count: 1000)
    var assembler = MessageAssembler(limits: limits)
    #expect(try assembler.accept(fragment([], payload)) == .message(.message, payload))
    #expect(try refusal([fragment([], payload + [3])], limits: limits)?.code == .resourceExhausted)
  }
}
