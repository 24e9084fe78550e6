// Listening, limits of connections, and stopping.

import Foundation
import LFMGeneration
import LFMSocket
import LFMWire
import Synchronization
import Testing

@testable import LFMServer

struct ServerTests {
  /// Whether `drain` has completed.
  private func drain(_ server: Server, _ timeout: Duration) -> @Sendable () -> Bool {
    let flag = Flag()
    server.drain(timeout: timeout) { flag.isUp.withLock { $0 = true } }
    return { flag.isUp.withLock { $0 } }
  }

  private final class Flag: Sendable {
    let isUp = Mutex(false)
  }

  @Test func drainLetsRunningCallsFinish() async throws {
    let scene = Scene()
    let (busy, idle) = (try scene.peer(), try scene.peer())
    busy.start(1, .generate("burst 200"))
    try await eventually("the call runs") { scene.generator.counts.started == 1 }
    #expect(try await idle.call(1, .modelInfo).status == .ok)
    let isDrained = drain(scene.server, .seconds(60))
    try await eventually("the farewell") {
      try busy.read()
      try idle.read()
      return busy.goAway != nil && idle.goAway != nil
    }
    #expect(busy.goAway?.lastAcceptedCall == 1)
    #expect(busy.goAway?.code == .ok)
    // New calls are refused, to be tried elsewhere; health says why.
    let refused = try await idle.call(3, .generate("hello")).status
    #expect(refused?.code == .unavailable)
    #expect(refused?.isRetryable == true)
    #expect(try await idle.call(5, .healthCheck(service: "")).replies == [.health(.notServing)])
    #expect(!isDrained())
    while busy.outcomes[1]?.status == nil {
      busy.send(.window(credit: 60_000), call: 1)
      try busy.read()
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(busy.outcomes[1]?.status == .ok)
    #expect(busy.outcomes[1]?.replies.count == 201)
    try await busy.end()
    try await idle.end()
    try await eventually("the drain is complete") { isDrained() }
    #expect(scene.events.openConnections == 0)
  }

  @Test func drainEndsCallsThatTakeTooLong() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate("deaf"))
    try await eventually("the call runs") { scene.generator.counts.started == 1 }
    let isDrained = drain(scene.server, .milliseconds(50))
    let status = try await peer.outcome(of: 1).status
    #expect(status?.code == .unavailable)
    #expect(status?.isRetryable == false)
    try await peer.end()
    try await eventually("the drain is complete") { isDrained() }
    try await eventually("the generator is told") { scene.generator.counts.cancelled == 1 }
  }

  @Test func drainOfAnIdleServerIsImmediateAndCanBeAskedTwice() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    #expect(try await peer.call(1, .modelInfo).status == .ok)
    let (first, second) = (drain(scene.server, .seconds(60)), drain(scene.server, .seconds(60)))
    try await peer.end()
    try await eventually("both are told") { first() && second() }
  }

  @Test func drainDoesNotWaitForAPeerThatNeverReads() async throws {
    var limits = ServerLimits()
    limits.lingerTimeout = .milliseconds(50)
    let scene = Scene(limits)
    let peer = try scene.peer(FrameLimits(initialWindow: 4 << 20))
    // More than the socket takes.
    peer.start(1, .generate("flood 1500"))
    try await eventually("the generation waits") {
      scene.generator.counts.paused > 0
    }
    let isDrained = drain(scene.server, .milliseconds(20))
    try await eventually("the drain is complete") { isDrained() }
  }

  @Test func pathIsServedAndGivenBack() async throws {
    let path = "/tmp/lfm-\(UInt64.random(in: 0 ... .max))"
    let address = try SocketAddress(path: path)
    let scene = Scene()
    try scene.server.listen(at: address)
    let second = #expect(throws: SocketError.self) { try Scene().server.listen(at: address) }
    #expect(second?.kind == .alreadyServing)
    let socket = try Descriptor.connect(to: address)
    try await eventually("the connection") { scene.events.openConnections == 1 }
    guard case .connectionOpened(let record) = scene.events.all.first else {
      Issue.record("no connection was told of")
      return
    }
    #expect(record.peer.pid == ProcessInfo.processInfo.processIdentifier)
    let isDrained = drain(scene.server, .seconds(60))
    try await eventually("the drain is complete") { isDrained() }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(socket.number >= 0)
    // A successor may start at once.
    let successor = Scene()
    try successor.server.listen(at: address)
    let done = drain(successor.server, .zero)
    try await eventually("it stops as well") { done() }
  }

  @Test func oneConnectionTooManyIsToldAndClosed() async throws {
    var limits = ServerLimits()
    limits.connections = 2
    let scene = Scene(limits)
    let (first, second) = (try scene.peer(), try scene.peer())
    #expect(try await first.call(1, .modelInfo).status == .ok)
    #expect(try await second.call(1, .modelInfo).status == .ok)
    let third = try scene.peer()
    try await third.end()
    #expect(third.goAway?.code == .resourceExhausted)
    first.close()
    try await eventually("room") { scene.events.openConnections == 1 }
    try await scene.checkAlive()
  }

  @Test func manyConnectionsComeAndGo() async throws {
    let scene = Scene()
    for _ in 0..<300 {
      let peer = try scene.peer()
      peer.start(1, .generate("forever"))
      peer.close()
    }
    try await eventually("all are gone") {
      let counts = scene.generator.counts
      return scene.events.openConnections == 0 && counts.cancelled == counts.started
    }
    try await scene.checkAlive()
  }
}
