// Peers that send what they should not. Whatever it is, the server goes on serving the others. One test for each rule:
// BadFrameTests and BadCallTests; peers that die: DeadClientTests.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct HostilePeerTests {
  /// A conversation that uses much of the protocol.
  private var conversation: [UInt8] {
    var bytes = FrameEncoder.encode(.hello(Hello(agent: "test")))
    let request = CallRequest.generate("hello")
    let start = CallStart(
      method: request.method.rawValue, timeout: .seconds(60), firstMessage: request.encode())
    bytes += FrameEncoder.encode(.callStart(start), call: 1)
    bytes += FrameEncoder.encode(.window(credit: 1000), call: 1)
    let small = FrameLimits(fragment: 256)
    let text = CallRequest.tokenize(
      text: String(repeating: "ab", count: 400), parsesSpecialTokens: true)
    bytes += FrameEncoder.encode(
      .callStart(CallStart(method: text.method.rawValue, firstMessage: text.encode())), call: 3,
      limits: small)
    bytes += FrameEncoder.encode(.ping(Ping(opaque: 7)))
    bytes += FrameEncoder.encode(.callStart(start), call: 5)
    bytes += FrameEncoder.encode(.cancel, call: 5)
    return bytes
  }

  @Test func damageAnywhereIsSurvived() async throws {
    let scene = Scene()
    let conversation = conversation
    var seed: UInt64 = 20_251_123
    func random(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<600 {
      var bytes = conversation
      for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
      let peer = try Peer(scene.server)
      peer.send(bytes: bytes)
      try? peer.read()
      peer.close()
    }
    try await eventually("all connections are gone") { scene.events.openConnections == 0 }
    try await scene.checkAlive()
  }

  @Test func noiseIsAnsweredWithAFarewell() async throws {
    let scene = Scene()
    let noises: [[UInt8]] = [
      Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
      [UInt8](repeating: 0xFF, count: 1000),
      Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
    ]
    for noise in noises {
      let peer = try Peer(scene.server)
      peer.send(bytes: noise)
      try await peer.end()
      #expect(peer.goAway != nil && peer.goAway?.code != .ok)
    }
    try await scene.checkAlive()
  }

  @Test func connectionBeginsWithHello() async throws {
    let scene = Scene()
    let peer = try Peer(scene.server)
    peer.start(1, .modelInfo)
    try await peer.end()
    #expect(peer.goAway?.code == .failedPrecondition)
    #expect(peer.outcomes.isEmpty)
  }

  @Test func otherVersionsAreRefusedByName() async throws {
    let peer = try Peer(Scene().server)
    peer.send(.hello(Hello(versions: 7...9, agent: "future")))
    try await peer.end()
    #expect(peer.goAway?.code == .failedPrecondition)
    #expect(peer.goAway?.message.contains("7") == true)
  }

  @Test func secondHelloAndForeignStatusEndTheConnection() async throws {
    let scene = Scene()
    let first = try scene.peer()
    first.send(.hello(Hello(agent: "again")))
    try await first.end()
    #expect(first.goAway != nil)
    let second = try scene.peer()
    second.start(1, .generate("silent"))
    second.send(.status(.ok), call: 1)
    try await second.end()
    #expect(second.goAway?.lastAcceptedCall == 1)
    try await eventually("its call is stopped") {
      let counts = scene.generator.counts
      return counts.cancelled == counts.started
    }
  }

  @Test func tooLongMessageEndsItsCallAndIsSkipped() async throws {
    var limits = ServerLimits()
    limits.messageBytes = 100_000
    let peer = try Scene(limits).peer()
    let request = CallRequest.tokenize(
      text: String(repeating: "x", count: 200_000), parsesSpecialTokens: true)
    peer.start(1, request)
    #expect(try await peer.outcome(of: 1).status?.code == .resourceExhausted)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func tooLongFrameEndsItsCallAndIsSkipped() async throws {
    let peer = try Scene().peer()
    // A header that announces 200 000 bytes for the start of call 1.
    peer.send(bytes: [0, 3, 0x0D, 0x40, 0, 0, 0, 1, FrameKind.callStart.rawValue, 0, 0, 0])
    peer.send(bytes: [UInt8](repeating: 0xAA, count: 200_000))
    #expect(try await peer.outcome(of: 1).status?.code == .resourceExhausted)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func unfinishedMessagesAreLimited() async throws {
    var limits = ServerLimits()
    limits.heldBytesPerConnection = 190_000
    limits.smallBytes = 1000
    let peer = try Scene(limits).peer(FrameLimits(initialWindow: 4 << 20))
    let request = CallRequest.tokenize(
      text: String(repeating: "x", count: 70_000), parsesSpecialTokens: true)
    let start = CallStart(method: request.method.rawValue, firstMessage: request.encode())
    var encoders = [UInt32(1), 3, 5].map { FrameEncoder(.callStart(start), call: $0) }
    // One fragment of each: the third passes the limit.
    for index in encoders.indices {
      if let frame = encoders[index].nextFrame() { peer.send(bytes: frame) }
    }
    let refused = try await peer.outcome(of: 5).status
    #expect(refused?.code == .resourceExhausted && refused?.isRetryable == true)
    #expect(refused?.retryAfter != nil)
    for index in encoders.indices {
      while let frame = encoders[index].nextFrame() { peer.send(bytes: frame) }
    }
    #expect(try await peer.outcome(of: 1).status == .ok)
    #expect(try await peer.outcome(of: 3).status == .ok)
    // What was freed may be used again.
    #expect(try await peer.call(7, request).status == .ok)
  }

  @Test func aRefusedCallGetsOneStatus() async throws {
    let peer = try Scene().peer()
    func send(_ kind: FrameKind, _ id: UInt32, flags: UInt8 = 0) {
      peer.send(bytes: [0, 0, 0, 6, 0, 0, 0, UInt8(id), kind.rawValue, flags, 0, 0])
      peer.send(bytes: [0, 0, 0, 99, 1, 2])
    }
    let first = FrameFlags.more.rawValue | FrameFlags.total.rawValue
    let next = FrameFlags.more.rawValue | FrameFlags.continuation.rawValue
    // Never begun; in one piece, in several.
    for _ in 0..<3 { send(.message, 9) }
    send(.message, 9, flags: first)
    send(.message, 9, flags: next)
    // An even id, and what its caller sends for it before it knows.
    send(.callStart, 2)
    for _ in 0..<3 { send(.message, 2) }
    send(.callStart, 2)
    // Used before, twice.
    #expect(try await peer.call(21, .modelInfo).status == .ok)
    send(.callStart, 19)
    send(.message, 19)
    send(.callStart, 19)
    send(.callStart, 9)
    // The peer itself counts a second status as a failure.
    #expect(try await peer.call(23, .modelInfo).status == .ok)
    for id in [UInt32(9), 2, 19] {
      #expect(try await peer.outcome(of: id).status?.code == .invalidArgument)
    }
    #expect(peer.goAway == nil)
  }

  @Test func unfinishedFrameAndUnfinishedRequestDoNotWaitForEver() async throws {
    var limits = ServerLimits()
    limits.partialTimeout = .milliseconds(50)
    let scene = Scene(limits)
    let frame = try scene.peer()
    frame.send(bytes: [0, 0, 1])
    try await frame.end()
    #expect(frame.goAway?.code == .deadlineExceeded)
    let request = try scene.peer()
    request.send(
      .callStart(CallStart(method: Method.tokenize.rawValue, halfCloses: false)), call: 1)
    #expect(try await request.outcome(of: 1).status?.code == .deadlineExceeded)
    // A connection that says nothing may stay.
    #expect(try await request.call(3, .modelInfo).status == .ok)
  }

  @Test func fragmentsThatDoNotAddUpEndTheirCall() async throws {
    let peer = try Scene().peer()
    let more = FrameFlags.more.rawValue | FrameFlags.total.rawValue
    // A first fragment that announces ten bytes, then a last one with too few.
    peer.send(bytes: [0, 0, 0, 5, 0, 0, 0, 1, FrameKind.callStart.rawValue, more, 0, 0])
    peer.send(bytes: [0, 0, 0, 10, 1])
    peer.send(
      bytes: [
        0, 0, 0, 1, 0, 0, 0, 1, FrameKind.callStart.rawValue, FrameFlags.continuation.rawValue, 0,
        0, 1,
      ])
    #expect(try await peer.outcome(of: 1).status?.code == .internalError)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }
}
