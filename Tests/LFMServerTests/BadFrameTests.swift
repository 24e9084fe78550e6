// One test for each rule about frames that a client can break, in the manner of gRPC's bad_client: the daemon answers as
// lfmd-protocol(7) says, serves the next caller, and nothing of the bad one stays.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

@Suite(.serialized) struct BadFrameTests {
  private static let start = FrameKind.callStart.rawValue
  private static let message = FrameKind.message.rawValue
  private static let ping = FrameKind.ping.rawValue
  private static let first = FrameFlags.more.rawValue | FrameFlags.total.rawValue
  private static let next = FrameFlags.more.rawValue | FrameFlags.continuation.rawValue
  private static let last = FrameFlags.continuation.rawValue

  /// The connection ends, with a farewell that says why.
  private func expectFarewell(
    _ code: StatusCode = .internalError, of peer: Peer,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await peer.end(sourceLocation: sourceLocation)
    #expect(peer.goAway?.code == code, sourceLocation: sourceLocation)
    #expect(peer.goAway?.message.isEmpty == false, sourceLocation: sourceLocation)
  }

  /// The call ends with the status, and the connection lives.
  private func expect(
    _ code: StatusCode, of id: UInt32, _ peer: Peer,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let status = try await peer.outcome(of: id, sourceLocation: sourceLocation).status
    #expect(status?.code == code, sourceLocation: sourceLocation)
    let answer = try await peer.call(9999, .modelInfo, sourceLocation: sourceLocation)
    #expect(answer.status == .ok, sourceLocation: sourceLocation)
    #expect(peer.goAway == nil, sourceLocation: sourceLocation)
  }

  @Test func frameThatIsCut() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, length: 1000, [1, 2, 3])
      peer.endOutput()
      // It said nothing that could be answered.
      try await peer.end()
      #expect(peer.outcomes.isEmpty && peer.goAway == nil)
    }
  }

  @Test func messageThatIsCut() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0, 0, 1, 0, 1, 2, 3])
      peer.endOutput()
      #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
      try await peer.end()
    }
  }

  @Test func frameOfTheConnectionThatIsTooLong() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.ping, call: 0, length: 65537)
      try await expectFarewell(of: peer)
    }
  }

  @Test func frameOfACallThatIsTooLong() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(
        kind: Self.start, call: 1, length: 65537, [UInt8](repeating: 0x0A, count: 65537))
      try await expect(.resourceExhausted, of: 1, peer)
    }
  }

  /// The longest frame that a header can announce is answered when the header has come, and never held.
  @Test func frameOfFourGibibytes() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      peer.send(kind: Self.start, call: 1, length: .max)
      #expect(try await peer.outcome(of: 1).status?.code == .resourceExhausted)
      for _ in 0..<100 { peer.send(bytes: [UInt8](repeating: 0xAA, count: 100_000)) }
      #expect(scene.server.requests.held == 0)
      #expect(peer.goAway == nil)
    }
  }

  @Test func messageThatAnnouncesFourGibibytes() async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0xFF, 0xFF, 0xFF, 0xFF, 1])
      #expect(try await peer.outcome(of: 1).status?.code == .resourceExhausted)
      #expect(scene.server.requests.held == 0)
      for _ in 0..<20 {
        peer.send(
          kind: Self.start, call: 1, flags: Self.next, [UInt8](repeating: 1, count: 65536))
      }
      try await expect(.resourceExhausted, of: 1, peer)
    }
  }

  /// Of every kind: empty is a valid message where nothing is needed, and said where something is.
  @Test func framesWithoutPayload() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.ping, call: 0)
      peer.send(kind: FrameKind.goAway.rawValue, call: 0)
      for kind in [FrameKind.halfClose, .cancel, .window] {
        peer.send(kind: kind.rawValue, call: 5)
      }
      peer.send(kind: Self.message, call: 3)
      #expect(try await peer.outcome(of: 3).status?.code == .invalidArgument)
      // A start without a method.
      peer.send(kind: Self.start, call: 7)
      #expect(try await peer.outcome(of: 7).status?.code == .unimplemented)
      // Credit of nothing.
      peer.start(9, .generate("silent"))
      peer.send(kind: FrameKind.window.rawValue, call: 9)
      try await expect(.invalidArgument, of: 9, peer)
      #expect(peer.messages.contains(.ping(Ping(opaque: 0, isAcknowledgement: true))))
    }
  }

  @Test func helloWithoutPayload() async throws {
    try await Scene.withBadPeer { scene, _ async throws in
      let peer = try Peer(scene.server)
      peer.send(kind: FrameKind.hello.rawValue, call: 0)
      try await expectFarewell(.invalidArgument, of: peer)
    }
  }

  @Test func fragmentWithoutPayload() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0, 0, 0, 10, 1])
      peer.send(kind: Self.start, call: 1, flags: Self.next)
      try await expect(.internalError, of: 1, peer)
    }
  }

  @Test(arguments: [10, 0x7F, 0xFF, 0] as [UInt8])
  func unknownKind(kind: UInt8) async throws {
    try await Scene.withBadPeer { scene, peer async throws in
      for call in [0, 1, 2, 77] as [UInt32] {
        peer.send(kind: kind, call: call, [1, 2, 3])
        peer.send(kind: kind, call: call, [UInt8](repeating: 9, count: 65536))
      }
      #expect(try await peer.call(1, .generate("hello")).status == .ok)
      // What is no newer peer's way of speaking ends the connection.
      let flagged = try scene.peer()
      flagged.send(kind: kind, call: 1, flags: 1)
      try await expectFarewell(of: flagged)
      let long = try scene.peer()
      long.send(kind: kind, call: 1, length: 65537)
      try await expectFarewell(of: long)
    }
  }

  @Test(arguments: [1, 2, 6, 7, 8, 0x13, 0x80, 0xFF] as [UInt8])
  func wrongFlags(flags: UInt8) async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: flags, [0, 0, 0, 9, 1])
      try await expectFarewell(of: peer)
    }
  }

  @Test(arguments: [FrameKind.halfClose, .cancel, .window, .ping, .goAway, .hello])
  func flagsOfAKindThatIsNeverFragmented(kind: FrameKind) async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(
        kind: kind.rawValue, call: kind.isOfConnection ? 0 : 1, flags: Self.first, [0, 0, 0, 9])
      try await expectFarewell(of: peer)
    }
  }

  @Test func reservedBytes() async throws {
    for reserved in [[0, 1], [0x80, 0]] as [[UInt8]] {
      try await Scene.withBadPeer { _, peer async throws in
        peer.send(kind: Self.ping, call: 0, reserved: reserved)
        try await expectFarewell(of: peer)
      }
    }
  }

  @Test(arguments: FrameKind.allCases)
  func kindOnTheWrongSideOfCallZero(kind: FrameKind) async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: kind.rawValue, call: kind.isOfConnection ? 1 : 0)
      try await expectFarewell(of: peer)
    }
  }

  @Test func continuationOfNothing() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.last, [1])
      peer.send(kind: Self.message, call: 3, flags: Self.next, [1])
      // They belong to no call that could be told; both ids may still be used.
      #expect(try await peer.call(1, .modelInfo).status == .ok)
      #expect(try await peer.call(3, .modelInfo).status == .ok)
    }
  }

  @Test func fragmentsWithAnotherMessageWithin() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0, 0, 0, 10, 1])
      peer.send(kind: Self.message, call: 1, [1])
      try await expect(.internalError, of: 1, peer)
    }
  }

  @Test func fragmentsThatAreMoreThanAnnounced() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0, 0, 0, 3, 1, 2])
      peer.send(kind: Self.start, call: 1, flags: Self.last, [3, 4])
      try await expect(.internalError, of: 1, peer)
    }
  }

  @Test func firstFragmentWithoutRoomForItsTotal() async throws {
    try await Scene.withBadPeer { _, peer async throws in
      peer.send(kind: Self.start, call: 1, flags: Self.first, [0, 0, 3])
      try await expect(.internalError, of: 1, peer)
    }
  }

  /// Fragments of two calls in turns, with pings between them: that is allowed.
  @Test func controlFramesAndOtherCallsBetweenFragments() async throws {
    let peer = try Scene().peer()
    let small = FrameLimits(fragment: 256)
    let texts = ["a", "b"].map { String(repeating: $0, count: 3000) }
    var encoders = zip([UInt32(1), 3], texts).map { id, text in
      let request = CallRequest.tokenize(text: text, parsesSpecialTokens: true)
      peer.expect(id, request.method)
      let start = CallStart(method: request.method.rawValue, firstMessage: request.encode())
      return FrameEncoder(.callStart(start), call: id, limits: small)
    }
    var pings: UInt64 = 0
    while !encoders.allSatisfy(\.isDone) {
      for index in encoders.indices {
        if let frame = encoders[index].nextFrame() { peer.send(bytes: frame) }
        pings += 1
        peer.send(.ping(Ping(opaque: pings)))
      }
    }
    for (id, text) in zip([UInt32(1), 3], texts) {
      #expect(try await peer.outcome(of: id).replies == [.tokens(text.utf8.map { TokenID($0) })])
    }
    let answers = peer.messages.compactMap {
      if case .ping(let ping) = $0 { ping.opaque } else { nil }
    }
    #expect(answers == Array(1...pings))
  }
}
