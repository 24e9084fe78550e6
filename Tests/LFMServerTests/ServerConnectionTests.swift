// Calls on a connection: ids, deadlines, cancelling, requests in pieces, and a peer that goes.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct ServerConnectionTests {
  @Test func serverIntroducesItself() async throws {
    let peer = try Scene().peer()
    try await eventually("the hello") {
      try peer.read()
      return !peer.messages.isEmpty
    }
    guard case .hello(let hello) = peer.messages.first else {
      Issue.record("the first message is \(peer.messages)")
      return
    }
    #expect(hello.agent == "lfmd 0.0.0")
    #expect(hello.versions == 1...1)
    #expect(hello.maxConcurrentCalls == 100)
  }

  @Test func unknownMethodIsNamed() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.send(.callStart(CallStart(method: "lfm.v1.LanguageModel/Sing", firstMessage: [])), call: 1)
    let status = try await peer.outcome(of: 1).status
    #expect(status?.code == .unimplemented)
    #expect(status?.message.contains("lfm.v1.LanguageModel/Sing") == true)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func messageThatDoesNotParseEndsItsCallOnly() async throws {
    let peer = try Scene().peer()
    peer.start(1, .generate("silent"))
    for (id, method) in zip(stride(from: UInt32(3), to: 99, by: 2), Method.allCases) {
      let broken: [UInt8] = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1]
      peer.send(
        .callStart(CallStart(method: method.rawValue, firstMessage: broken)), call: id)
      #expect(try await peer.outcome(of: id).status?.code == .invalidArgument, "\(method)")
    }
    #expect(try await peer.call(101, .modelInfo).status == .ok)
    #expect(peer.outcomes[1] == nil)
  }

  @Test func startThatDoesNotParseEndsItsCallOnly() async throws {
    let peer = try Scene().peer()
    var encoder = FrameEncoder(kind: .callStart, call: 1, payload: [0xFF, 0xFF, 0xFF])
    while let frame = encoder.nextFrame() { peer.send(bytes: frame) }
    #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func badIdsAreRefused() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    #expect(try await peer.call(2, .modelInfo).status?.code == .invalidArgument)
    #expect(try await peer.call(9, .modelInfo).status == .ok)
    #expect(try await peer.call(7, .modelInfo).status?.code == .invalidArgument)
    // The second use of an id whose call is open ends that call, once.
    peer.start(11, .generate("silent"))
    peer.start(11, .generate("silent"))
    #expect(try await peer.outcome(of: 11).status?.code == .invalidArgument)
    try await eventually("the generation stops") {
      scene.generator.counts.cancelled == 1
    }
    #expect(try await peer.call(13, .modelInfo).status == .ok)
  }

  @Test func callsAreLimitedOnAConnectionAndInAll() async throws {
    var limits = ServerLimits()
    limits.callsPerConnection = 3
    limits.calls = 5
    let scene = Scene(limits)
    let (first, second) = (try scene.peer(), try scene.peer())
    for id: UInt32 in [1, 3, 5] { first.start(id, .generate("silent")) }
    let refused = try await first.call(7, .generate("silent")).status
    #expect(refused?.code == .resourceExhausted)
    #expect(refused?.isRetryable == true)
    for id: UInt32 in [1, 3] { second.start(id, .generate("silent")) }
    #expect(try await second.call(5, .generate("silent")).status?.code == .resourceExhausted)
    first.send(.cancel, call: 3)
    #expect(try await first.outcome(of: 3).status?.code == .cancelled)
    #expect(try await second.call(7, .generate("hello")).status == .ok)
  }

  @Test func manyCallsRunAtATime() async throws {
    let peer = try Scene().peer()
    for id in stride(from: UInt32(1), to: 200, by: 2) { peer.start(id, .generate("hello")) }
    for id in stride(from: UInt32(1), to: 200, by: 2) {
      let outcome = try await peer.outcome(of: id)
      #expect(outcome.replies == FakeGenerator.helloEvents.map(CallReply.event))
      #expect(outcome.status == .ok)
    }
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .seconds(-1 << 33)])
  func deadlineThatIsPastEndsAtOnce(timeout: Duration) async throws {
    let scene = Scene()
    let outcome = try await scene.peer().call(1, .generate("hello"), timeout: timeout)
    #expect(outcome.replies.isEmpty)
    #expect(outcome.status?.code == .deadlineExceeded)
    #expect(scene.generator.counts.started == 0)
  }

  @Test(arguments: ["silent", "deaf", "forever"])
  func deadlineEndsARunningCall(words: String) async throws {
    let scene = Scene()
    let peer = try scene.peer()
    let outcome = try await peer.call(1, .generate(words), timeout: .milliseconds(30))
    #expect(outcome.status?.code == .deadlineExceeded)
    try await eventually("the generator is told") {
      scene.generator.counts.cancelled == 1
    }
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func deadlineEndsASmallCall() async throws {
    let request = CallRequest.tokenize(text: "never", parsesSpecialTokens: true)
    let outcome = try await Scene().peer().call(1, request, timeout: .milliseconds(20))
    #expect(outcome.status?.code == .deadlineExceeded)
  }

  @Test func endlessTimeoutIsNoTrap() async throws {
    let scene = Scene()
    let outcome = try await scene.peer().call(
      1, .generate("hello"), timeout: .nanoseconds(Int64.max))
    #expect(outcome.status == .ok)
    #expect(scene.generator.deadlines.compactMap { $0 }.count == 1)
  }

  @Test(arguments: ["silent", "deaf", "forever"])
  func cancelIsAcknowledged(words: String) async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate(words))
    peer.send(.cancel, call: 1)
    // Again, and for calls that never were: no answer, no harm.
    peer.send(.cancel, call: 1)
    peer.send(.cancel, call: 77)
    #expect(try await peer.outcome(of: 1).status?.code == .cancelled)
    try await eventually("the generator is told") {
      let counts = scene.generator.counts
      return counts.cancelled == counts.started
    }
    #expect(try await peer.call(79, .modelInfo).status == .ok)
  }

  @Test func cancelOfAFinishedCallIsIgnored() async throws {
    let peer = try Scene().peer()
    #expect(try await peer.call(1, .generate("hello")).status == .ok)
    peer.send(.cancel, call: 1)
    peer.send(.halfClose, call: 1)
    peer.send(.window(credit: 5), call: 1)
    peer.send(.message([1, 2]), call: 1)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func requestMayComeInAMessageOfItsOwn() async throws {
    let peer = try Scene().peer()
    let request = CallRequest.generate("hello " + String(repeating: "long ", count: 100_000))
    peer.send(
      .callStart(CallStart(method: request.method.rawValue, halfCloses: false)), call: 3)
    var encoder = FrameEncoder(kind: .message, call: 3, payload: request.encode())
    var credit = FrameLimits.standard.initialWindow
    while !encoder.isDone {
      try await eventually("credit") {
        try peer.read()
        return credit + peer.granted[3, default: 0] > 4
      }
      let granted = credit + peer.granted[3, default: 0]
      guard let frame = encoder.nextFrame(credit: granted) else { continue }
      credit -= frame.count - Frame.headerSize
      peer.send(bytes: frame)
    }
    peer.send(.halfClose, call: 3)
    #expect(try await peer.outcome(of: 3).status == .ok)
  }

  @Test func callWithoutARequestIsRefused() async throws {
    let peer = try Scene().peer()
    let method = Method.tokenize.rawValue
    peer.send(.callStart(CallStart(method: method, halfCloses: true)), call: 1)
    #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
    peer.send(.callStart(CallStart(method: method, halfCloses: false)), call: 3)
    peer.send(.halfClose, call: 3)
    #expect(try await peer.outcome(of: 3).status?.code == .invalidArgument)
    peer.send(.message([]), call: 5)
    #expect(try await peer.outcome(of: 5).status?.code == .invalidArgument)
  }

  @Test func secondRequestEndsTheCall() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate("silent"))
    peer.send(.message([]), call: 1)
    #expect(try await peer.outcome(of: 1).status?.code == .invalidArgument)
    try await eventually("the generation stops") {
      scene.generator.counts.cancelled == 1
    }
  }

  @Test func metadataIsLimited() async throws {
    let peer = try Scene().peer()
    for (id, size) in [(UInt32(1), 8 << 10), (3, (8 << 10) + 1)] {
      let metadata = [MetadataEntry(name: "k", value: [UInt8](repeating: 0, count: size - 1))]
      peer.send(
        .callStart(
          CallStart(
            method: Method.modelInfo.rawValue, metadata: metadata,
            firstMessage: CallRequest.modelInfo.encode())), call: id)
    }
    #expect(try await peer.outcome(of: 1).status == .ok)
    #expect(try await peer.outcome(of: 3).status?.code == .resourceExhausted)
  }

  @Test(arguments: ["silent", "forever", "flood 5000"])
  func peersEndStopsItsCalls(words: String) async throws {
    let scene = Scene()
    let peer = try scene.peer()
    for id in stride(from: UInt32(1), to: 20, by: 2) { peer.start(id, .generate(words)) }
    try await eventually("ten calls run") { scene.generator.counts.started == 10 }
    peer.close()
    try await eventually("all are stopped") {
      let counts = scene.generator.counts
      return counts.cancelled + counts.ended >= 10 && counts.cancelled > 0
    }
    try await eventually("the connection is gone") { scene.events.openConnections == 0 }
    #expect(scene.events.outcomes.allSatisfy { $0.1.code == .cancelled || $0.1.code == .ok })
    #expect(scene.events.outcomes.count == 10)
    try await scene.checkAlive()
  }

  @Test func halfClosedPeerGetsItsAnswers() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate("burst 100"))
    peer.start(3, .modelInfo)
    // Without a credit frame the burst does not pass 64 KiB; the small call does.
    peer.endOutput()
    #expect(try await peer.outcome(of: 3).status == .ok)
    let quick = try scene.peer()
    quick.start(1, .generate("hello"))
    quick.endOutput()
    #expect(try await quick.outcome(of: 1).status == .ok)
    try await quick.end()
  }

  @Test func observerIsToldOfEveryCallAndNoText() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    #expect(try await peer.call(1, .generate("hello"), timeout: .seconds(60)).status == .ok)
    #expect(try await peer.call(3, .generate("fail")).status?.code == .resourceExhausted)
    peer.send(.callStart(CallStart(method: "evil\n\u{1B}[2J", firstMessage: [])), call: 5)
    _ = try await peer.outcome(of: 5)
    peer.close()
    try await eventually("closed") { scene.events.openConnections == 0 }
    let outcomes = scene.events.outcomes
    #expect(outcomes.map(\.0.id) == [1, 3, 5])
    #expect(outcomes.map(\.1.code) == [.ok, .resourceExhausted, .unimplemented])
    #expect(outcomes.first?.0.timeout == .seconds(60))
    #expect(outcomes.first?.1.usage == FakeGenerator.summary.usage)
    #expect(outcomes.first?.1.timeToFirstText != nil)
    #expect(!outcomes[2].0.method.unicodeScalars.contains { $0.value < 0x20 })
    let starts = scene.events.all.count { if case .callStarted = $0 { true } else { false } }
    #expect(starts == 3)
    #expect(!"\(scene.events.all)".contains("Grüß"))
  }
}
