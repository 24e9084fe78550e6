// Credit, slow readers, and peers that never read.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct ServerFlowTests {
  @Test func noMoreLeavesThanThereIsCreditFor() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate("flood 400"))
    try await eventually("the generator rests") {
      try peer.read()
      return scene.generator.counts.paused > 0
    }
    // Another call on the connection is not held back by this one.
    #expect(try await peer.call(3, .generate("hello")).status == .ok)
    #expect(peer.payloadBytes[1, default: 0] <= 64 << 10)
    let before = scene.generator.counts.deltas
    #expect(before < 400)
    while peer.outcomes[1]?.status == nil {
      peer.send(.window(credit: 20_000), call: 1)
      try await eventually("something more") {
        let had = peer.payloadBytes[1]
        try peer.read()
        return peer.payloadBytes[1] != had || peer.outcomes[1]?.status != nil
      }
    }
    #expect(peer.outcomes[1]?.status == .ok)
    #expect(peer.outcomes[1]?.replies.count == 401)
    #expect(scene.generator.counts.resumed > 0)
  }

  /// What is made without credit is what was under way when it ran out; far less than any stock.
  @Test func withoutCreditTheGenerationIsNotScheduled() async throws {
    let scene = Scene()
    let peer = try scene.peer(FrameLimits(initialWindow: 500))
    // Half of it is made before it waits for a pause: 20 KiB, less than would make it pause for their amount.
    peer.start(1, .generate("flood 40"))
    try await eventually("the generator rests") {
      try peer.read()
      return scene.generator.counts.paused > 0
    }
    #expect(peer.payloadBytes[1, default: 0] <= 500)
    // The first reply takes a part of this, and the second has too little: it goes on resting.
    peer.send(.window(credit: 600), call: 1)
    try await eventually("what there was credit for") {
      try peer.read()
      return peer.outcomes[1]?.replies.count == 1
    }
    #expect(try await peer.call(3, .generate("hello")).status == .ok)
    peer.send(.window(credit: 1 << 20), call: 1)
    #expect(try await peer.outcome(of: 1).status == .ok)
    #expect(scene.generator.counts.resumed > 0)
  }

  @Test func messageLargerThanTheWindowTravelsWithCredit() async throws {
    let peer = try Scene().peer(FrameLimits(initialWindow: 1000))
    peer.start(1, .logits(tokens: [5, 6]))
    while peer.outcomes[1]?.status == nil {
      peer.send(.window(credit: 1000), call: 1)
      try peer.read()
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(
      peer.outcomes[1]?.replies == [5, 6].map { .logitsRow([Float](repeating: $0, count: 1000)) })
  }

  @Test func readerThatTakesNothingLosesItsCallOnly() async throws {
    var limits = ServerLimits()
    limits.stallTimeout = .milliseconds(100)
    let scene = Scene(limits)
    let peer = try scene.peer()
    peer.start(1, .generate("flood 400"))
    let outcome = try await peer.outcome(of: 1)
    #expect(outcome.status?.code == .resourceExhausted)
    try await eventually("the generator is told") {
      scene.generator.counts.cancelled == 1
    }
    #expect(try await peer.call(3, .generate("hello")).status == .ok)
  }

  @Test func creditPastTheLimitEndsTheCall() async throws {
    let peer = try Scene().peer()
    peer.start(1, .generate("silent"))
    peer.send(.window(credit: .max), call: 1)
    #expect(try await peer.outcome(of: 1).status?.code == .internalError)
    #expect(try await peer.call(3, .modelInfo).status == .ok)
  }

  @Test func peerThatSendsAndNeverReadsIsNotReadFromAndThenClosed() async throws {
    var limits = ServerLimits()
    limits.stallTimeout = .milliseconds(200)
    limits.socketLimit = 64 << 10
    let scene = Scene(limits)
    let peer = try scene.peer()
    var ping: [UInt8] = []
    for number in 0..<1000 {
      ping += FrameEncoder.encode(.ping(Ping(opaque: UInt64(number))))
    }
    // Far more than the server would hold in answers, if it went on reading.
    var sent = 0
    try await eventually("the connection is closed") {
      sent += max(0, peer.sendSome(ping))
      return scene.events.openConnections == 0
    }
    #expect(sent < 16 << 20)
    try await scene.checkAlive()
  }

  @Test func pingIsAnswered() async throws {
    let peer = try Scene().peer()
    peer.send(.ping(Ping(opaque: 0xDEAD_BEEF_0102_0304)))
    peer.send(.ping(Ping(opaque: 5, isAcknowledgement: true)))
    try await eventually("the answer") {
      try peer.read()
      return peer.messages.contains(
        .ping(Ping(opaque: 0xDEAD_BEEF_0102_0304, isAcknowledgement: true)))
    }
    #expect(peer.messages.count { if case .ping = $0 { true } else { false } } == 1)
  }

  @Test func replyThatTheCallerCannotTakeIsAnError() async throws {
    let peer = try Scene().peer(FrameLimits(message: 500))
    let status = try await peer.call(1, .logits(tokens: [1])).status
    #expect(status?.code == .resourceExhausted)
    #expect(status?.message.contains("500") == true)
  }
}
