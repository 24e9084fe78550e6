// One test for each rule about calls that a client can break: ids, credit, the order of messages, what is in them.
// Frames are BadFrameTests'.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

@Suite(.serialized) struct BadCallTests {
  private func request(_ request: CallRequest, halfCloses: Bool = true) -> ConnectionMessage {
    .callStart(
      CallStart(
        method: request.method.rawValue, firstMessage: request.encode(), halfCloses: halfCloses))
  }

  @Test func repeatedIDOfAnOpenCall() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      peer.start(1, .generate("silent"))
      peer.start(1, .generate("silent"))
      #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
      try await eventually("its work stops") { scene.generator.counts.cancelled == 1 }
      // What is still sent for it is dropped without an answer.
      peer.send(.message([]), call: 1)
      peer.send(.cancel, call: 1)
      #expect(try await peer.call(3, .modelInfo).status == .ok)
      #expect(scene.generator.counts.started == 1)
    }
  }

  @Test func idOfACallThatHasEnded() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      #expect(try await peer.call(5, .modelInfo).status == .ok)
      let other = try await Self.secondAnswer(of: 5, peer)
      #expect(other == .invalidArgument)
      #expect(try await peer.call(7, .modelInfo).status == .ok)
    }
  }

  /// The status of a call whose id was used, and answered, before.
  private static func secondAnswer(of id: UInt32, _ peer: Peer) async throws -> StatusCode? {
    peer.forget(id)
    return try await peer.call(id, .modelInfo).status?.code
  }

  @Test func evenID() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      for id in [2, 0x8000_0000, .max - 1] as [UInt32] {
        #expect(try await peer.call(id, .modelInfo).status?.code == .invalidArgument)
      }
      #expect(try await peer.call(1, .modelInfo).status == .ok)
    }
  }

  @Test func staleID() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      #expect(try await peer.call(101, .modelInfo).status == .ok)
      for id in [99, 1] as [UInt32] {
        #expect(try await peer.call(id, .modelInfo).status?.code == .invalidArgument)
      }
      // The last id there is; after it the connection has served its time, and says so.
      #expect(try await peer.call(.max, .modelInfo).status == .ok)
      #expect(try await peer.call(103, .modelInfo).status?.code == .invalidArgument)
    }
  }

  @Test func messageOfACallThatNeverBegan() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(.message([1, 2]), call: 5)
      #expect(try await peer.outcome(of: 5).status?.code == .invalidArgument)
      for kind in [ConnectionMessage.halfClose, .cancel, .window(credit: 1)] {
        peer.send(kind, call: 7)
      }
      #expect(try await peer.call(9, .modelInfo).status == .ok)
      #expect(peer.outcomes[7] == nil)
    }
  }

  /// A window holds at most 2^31 − 1 bytes; 64 KiB are there from the start.
  @Test(arguments: [(1 << 31) - 1 - 65536, (1 << 31) - 65536, 1 << 31, (1 << 32) - 1])
  func creditOverflow(credit: Int) async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      peer.start(1, .generate("silent"))
      peer.send(.window(credit: UInt32(credit)), call: 1)
      if credit == (1 << 31) - 1 - 65536 {
        // All that fits; one more byte does not.
        #expect(try await peer.call(3, .modelInfo).status == .ok)
        #expect(peer.outcomes[1] == nil)
        peer.send(.window(credit: 1), call: 1)
      }
      #expect(try await peer.outcome(of: 1).status?.code == .internalError)
      try await eventually("its work stops") { scene.generator.counts.cancelled == 1 }
      #expect(try await peer.call(5, .modelInfo).status == .ok)
    }
  }

  /// protobuf cuts a varint to the field's 32 bits: 2^32 is 0, which is no credit.
  @Test func creditOfTwoToThe32() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.start(1, .generate("silent"))
      peer.send(
        kind: FrameKind.window.rawValue, call: 1, [0x08, 0x80, 0x80, 0x80, 0x80, 0x10])
      #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
      #expect(try await peer.call(3, .modelInfo).status == .ok)
    }
  }

  @Test func messageAfterHalfCloseInTheStart() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      peer.send(request(.generate("silent")), call: 1)
      // Its first fragment is enough.
      peer.send(kind: FrameKind.message.rawValue, call: 1, flags: 3, [0, 0, 1, 0, 1])
      let status = try await peer.outcome(of: 1).status
      #expect(status?.code == .invalidArgument)
      #expect(status?.message.contains("half-close") == true)
      peer.send(kind: FrameKind.message.rawValue, call: 1, flags: 5, [1])
      try await eventually("its work stops") { scene.generator.counts.cancelled == 1 }
      #expect(try await peer.call(3, .modelInfo).status == .ok)
    }
  }

  @Test func messageAfterHalfCloseOfItsOwn() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(request(.generate("silent"), halfCloses: false), call: 1)
      peer.send(.halfClose, call: 1)
      // Saying it twice is no harm.
      peer.send(.halfClose, call: 1)
      peer.send(.message([]), call: 1)
      let status = try await peer.outcome(of: 1).status
      #expect(status?.code == .invalidArgument)
      #expect(status?.message.contains("half-close") == true)
      #expect(try await peer.call(3, .modelInfo).status == .ok)
    }
  }

  @Test func secondMessageWithoutHalfClose() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(request(.generate("silent"), halfCloses: false), call: 1)
      peer.send(.message([]), call: 1)
      let status = try await peer.outcome(of: 1).status
      #expect(status?.code == .invalidArgument)
      #expect(status?.message.contains("one request") == true)
      #expect(try await peer.call(3, .modelInfo).status == .ok)
    }
  }

  /// A newer client's fields, in every message of a call, are passed over.
  @Test func unknownFields() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      let unknown: [UInt8] = [0xA0, 0x06, 1, 0xA2, 0x06, 2, 0xFF, 0xFE, 0xA5, 0x06, 1, 2, 3, 4]
      let hello = CallRequest.generate("hello")
      peer.expect(1, hello.method)
      let start = CallStart(method: hello.method.rawValue, halfCloses: false)
      peer.send(
        kind: FrameKind.callStart.rawValue, call: 1,
        unknown + ConnectionMessage.callStart(start).encode())
      peer.send(kind: FrameKind.window.rawValue, call: 1, [0x08, 1] + unknown)
      peer.send(.message(hello.encode() + unknown), call: 1)
      peer.send(kind: FrameKind.halfClose.rawValue, call: 1, unknown)
      peer.send(kind: FrameKind.ping.rawValue, call: 0, unknown)
      let outcome = try await peer.outcome(of: 1)
      #expect(outcome.status == .ok)
      #expect(outcome.replies == FakeGenerator.helloEvents.map(CallReply.event))
    }
  }

  /// Two bytes of an empty turn become more than a hundred in memory; the budget is eight for each, and a floor.
  @Test func sixtyFoldAmplification() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      let turns = (0..<500_000).flatMap { _ in [0x0A, 0x00] as [UInt8] }
      let length = turns.count
      let head: [UInt8] = [
        0x0A, UInt8(length & 0x7F) | 0x80, UInt8(length >> 7 & 0x7F) | 0x80, UInt8(length >> 14),
      ]
      for (id, method) in zip([UInt32(1), 3], [LFMWire.Method.render, .generate]) {
        peer.send(
          .callStart(CallStart(method: method.rawValue, firstMessage: head + turns)), call: id)
        let status = try await peer.outcome(of: id).status
        #expect(status?.code == .resourceExhausted)
        #expect(status?.isRetryable == false)
      }
      #expect(scene.generator.counts.started == 0)
      #expect(try await peer.call(5, .modelInfo).status == .ok)
    }
  }

  /// A status comes before the caller has sent all of its request; the rest is dropped.
  @Test func callerThatIsAnsweredBeforeItHasFinished() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      let long = [UInt8](repeating: 0x61, count: 300_000)
      // A method that is not there: said at its start.
      peer.send(.callStart(CallStart(method: "a.B/C", halfCloses: false)), call: 1)
      var encoder = FrameEncoder(kind: .message, call: 1, payload: long)
      if let frame = encoder.nextFrame() { peer.send(bytes: frame) }
      #expect(try await peer.outcome(of: 1).status?.code == .unimplemented)
      while let frame = encoder.nextFrame() { peer.send(bytes: frame) }
      peer.send(.halfClose, call: 1)
      // A message that is too long: said at its first fragment.
      peer.send(
        .callStart(CallStart(method: Method.tokenize.rawValue, halfCloses: false)), call: 3)
      let tooLong = [UInt8](repeating: 0x61, count: (16 << 20) + 1)
      var second = FrameEncoder(kind: .message, call: 3, payload: tooLong)
      if let frame = second.nextFrame() { peer.send(bytes: frame) }
      #expect(try await peer.outcome(of: 3).status?.code == .resourceExhausted)
      for _ in 0..<8 { if let frame = second.nextFrame() { peer.send(bytes: frame) } }
      // A deadline that passes under way.
      peer.send(
        .callStart(
          CallStart(
            method: Method.tokenize.rawValue, timeout: .milliseconds(20), halfCloses: false)),
        call: 5)
      var third = FrameEncoder(kind: .message, call: 5, payload: long)
      if let frame = third.nextFrame() { peer.send(bytes: frame) }
      #expect(try await peer.outcome(of: 5).status?.code == .deadlineExceeded)
      while let frame = third.nextFrame() { peer.send(bytes: frame) }
      #expect(try await peer.call(7, .modelInfo).status == .ok)
      #expect(scene.server.requests.held == 0)
    }
  }

  /// Some thousands of calls that are cancelled as soon as they have begun: each has its status, and no work stays.
  @Test func rapidStartAndCancel() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      let pairs: UInt32 = 5000
      for number in 0..<pairs {
        peer.start(2 * number + 1, .generate("forever"))
        peer.send(.cancel, call: 2 * number + 1)
        if number.isMultiple(of: 50) { try peer.read() }
      }
      try await eventually("every call has ended") {
        try peer.read()
        return peer.outcomes.count == pairs
          && peer.outcomes.values.allSatisfy { $0.status?.code == .cancelled }
      }
      let counts = scene.generator.counts
      #expect(counts.started == pairs)
    }
  }
}
