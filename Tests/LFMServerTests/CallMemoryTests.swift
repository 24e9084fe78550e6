// What calls may hold, and for how long they hold it.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

@Suite(.timeLimit(.minutes(1))) struct CallMemoryTests {
  private var tight: ServerLimits {
    var limits = ServerLimits()
    limits.heldBytesPerConnection = 150_000
    limits.heldBytes = 250_000
    limits.smallBytes = 1000
    return limits
  }

  private func text(_ word: String = "", _ count: Int = 100_000) -> CallRequest {
    .tokenize(text: word + String(repeating: "x", count: count), parsesSpecialTokens: true)
  }

  @Test func roomIsJudgedBySize() throws {
    let limits = tight
    func refusal(_ count: Int, _ onConnection: Int, _ inAll: Int) -> GenerationFailure? {
      limits.refusal(of: count, "request", onConnection: onConnection, inAll: inAll)
    }
    #expect(refusal(1001, 150_000, 250_000) == nil)
    #expect(refusal(1000, 999_999, 999_999) == nil)
    let connection = try #require(refusal(1001, 150_001, 150_001))
    #expect(connection.code == .resourceExhausted && connection.isRetryable)
    #expect(connection.retryAfter == limits.busyRetryAfter)
    let all = try #require(refusal(1001, 1001, 250_001))
    #expect(all.code == .resourceExhausted && all.isRetryable && all.retryAfter != nil)
    // Alone too large: no other time is better.
    let never = try #require(refusal(150_001, 150_001, 150_001))
    #expect(never.code == .resourceExhausted && !never.isRetryable)
  }

  @Test func whatIsParsedCountsAsItIs() {
    let ids = CallRequest.detokenize(tokens: [1, 2, 3], skipsSpecialTokens: false)
    #expect(ids.memory(wireBytes: 6) == 12 && ids.memory(wireBytes: 60) == 60)
    let chat = Chat(messages: Array(repeating: ChatMessage(role: "", text: ""), count: 1000))
    #expect(CallRequest.render(chat, asSent: false).memory(wireBytes: 5000) > 40_000)
    #expect(text().memory(wireBytes: 7) == 7)
  }

  /// The caller's status does not wait for the work to end, its memory does.
  @Test func aRequestIsHeldUntilItsWorkEnds() async throws {
    let scene = Scene(tight)
    let peer = try scene.peer(FrameLimits(initialWindow: 4 << 20))
    peer.start(1, text("never ever "))
    try await eventually("it is worked on") { scene.generator.counts.texts == 1 }
    peer.send(.cancel, call: 1)
    #expect(try await peer.outcome(of: 1).status?.code == .cancelled)
    let busy = try await peer.call(3, text()).status
    #expect(busy?.code == .resourceExhausted && busy?.isRetryable == true)
    #expect(busy?.retryAfter != nil)
    #expect(try await peer.call(5, text("", 500)).status == .ok)
    scene.generator.wake()
    var id: UInt32 = 7
    while try await peer.call(id, text()).status != .ok { id += 2 }
    #expect(scene.generator.counts.textsCancelled == 1)
  }

  @Test func allConnectionsTogetherAreLimited() async throws {
    let scene = Scene(tight)
    let peers = try (0..<3).map { _ in try scene.peer(FrameLimits(initialWindow: 4 << 20)) }
    for peer in peers[..<2] { peer.start(1, text("never ")) }
    try await eventually("both are worked on") { scene.generator.counts.texts == 2 }
    let busy = try await peers[2].call(1, text()).status
    #expect(busy?.code == .resourceExhausted && busy?.isRetryable == true)
    #expect(busy?.message.contains("daemon") == true)
    #expect(try await peers[2].call(3, text("", 500)).status == .ok)
    peers[0].close()
    var id: UInt32 = 5
    while try await peers[2].call(id, text()).status != .ok { id += 2 }
  }

  @Test func waitingRepliesAreLimited() async throws {
    let peer = try Scene(tight).peer(FrameLimits(initialWindow: 100))
    peer.start(1, text())
    try await eventually("the reply begins") {
      try peer.read()
      return peer.payloadBytes[1] == 100
    }
    let status = try await peer.call(3, text()).status
    #expect(status?.code == .resourceExhausted && status?.isRetryable == false)
    peer.send(.window(credit: 1_000_000), call: 1)
    #expect(try await peer.outcome(of: 1).status == .ok)
  }

  @Test func textsStopForCancelDeadlineAndLostPeers() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, text("never ", 10))
    try await eventually("it is worked on") { scene.generator.counts.texts == 1 }
    peer.send(.cancel, call: 1)
    #expect(try await peer.outcome(of: 1).status?.code == .cancelled)
    try await eventually("the work stops") { scene.generator.counts.textsEnded == 1 }
    let late = try await peer.call(3, text("never ", 10), timeout: .milliseconds(30)).status
    #expect(late?.code == .deadlineExceeded)
    try await eventually("the work stops") { scene.generator.counts.textsEnded == 2 }
    peer.start(5, text("never ", 10))
    try await eventually("it is worked on") { scene.generator.counts.texts == 3 }
    peer.close()
    try await eventually("the work stops") { scene.generator.counts.textsEnded == 3 }
    #expect(scene.generator.counts.textsCancelled == 3)
  }
}
