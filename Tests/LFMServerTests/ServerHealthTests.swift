// grpc.health.v1: what is told of the server, and to whom when it changes.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct ServerHealthTests {
  private func watch(_ service: String = "") -> CallRequest { .healthWatch(service: service) }

  /// Waits until so many replies have come on the call.
  private func replies(_ count: Int, of id: UInt32, _ peer: Peer) async throws -> [CallReply] {
    try await eventually("\(count) replies of call \(id)") {
      try peer.read()
      return peer.outcomes[id]?.replies.count ?? 0 >= count
    }
    return peer.outcomes[id]?.replies ?? []
  }

  @Test func everyServiceIsListed() async throws {
    let scene = Scene(isLoading: true)
    let peer = try scene.peer()
    let names = ["", "lfm.v1.LanguageModel", "grpc.health.v1.Health"]
    func list(_ status: HealthStatus) -> CallReply {
      .healths(names.map { ServiceHealth(service: $0, status: status) })
    }
    #expect(try await peer.call(1, .healthList).replies == [list(.notServing)])
    scene.server.install(scene.generator)
    #expect(try await peer.call(3, .healthList).replies == [list(.serving)])
    for (index, name) in names.enumerated() {
      let id = UInt32(2 * index + 5)
      let check = try await peer.call(id, .healthCheck(service: name))
      #expect(check.replies == [.health(.serving)] && check.status == .ok)
    }
  }

  @Test func unknownServiceIsNotFoundInCheckAndUnknownInWatch() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    #expect(try await peer.call(1, .healthCheck(service: "x")).status?.code == .notFound)
    peer.start(3, watch("x"))
    #expect(try await replies(1, of: 3, peer) == [.health(.serviceUnknown)])
    // It goes on, and what changes for others does not change for it.
    scene.server.drain(timeout: .seconds(60))
    #expect(try await peer.outcome(of: 3).status?.code == .unavailable)
    #expect(peer.outcomes[3]?.replies.count == 1)
  }

  @Test func watchTellsEveryChangeOnce() async throws {
    let scene = Scene(isLoading: true)
    let peer = try scene.peer()
    peer.start(1, watch())
    peer.start(3, watch("lfm.v1.LanguageModel"))
    for id in [1, 3] as [UInt32] {
      #expect(try await replies(1, of: id, peer) == [.health(.notServing)])
    }
    scene.server.install(scene.generator)
    scene.server.install(scene.generator)
    for id in [1, 3] as [UInt32] {
      #expect(try await replies(2, of: id, peer).last == .health(.serving))
    }
    peer.start(5, .generate("silent"))
    try await eventually("a call runs") { scene.generator.counts.started == 1 }
    scene.server.drain(timeout: .seconds(60))
    for id in [1, 3] as [UInt32] {
      #expect(try await replies(3, of: id, peer).last == .health(.notServing))
    }
    // A watch that begins while others finish is told how it is.
    peer.start(7, watch())
    #expect(try await replies(1, of: 7, peer) == [.health(.notServing)])
    #expect(peer.outcomes[1]?.status == nil)
    peer.send(.cancel, call: 5)
    #expect(try await peer.outcome(of: 5).status?.code == .cancelled)
    // No call is left but those that watch: the server does not wait for them.
    for id in [1, 3, 7] as [UInt32] {
      let status = try await peer.outcome(of: id).status
      #expect(status?.code == .unavailable && status?.isRetryable == true)
    }
    try await peer.end()
    #expect(peer.outcomes[1]?.replies.count == 3)
    #expect(peer.goAway?.lastAcceptedCall == 5)
  }

  @Test func idleServerStopsInSpiteOfWatches() async throws {
    let scene = Scene()
    let (first, second) = (try scene.peer(), try scene.peer())
    for peer in [first, second] {
      peer.start(1, watch())
      #expect(try await replies(1, of: 1, peer) == [.health(.serving)])
    }
    scene.server.drain(timeout: .seconds(3600))
    for peer in [first, second] {
      #expect(try await peer.outcome(of: 1).replies == [.health(.serving), .health(.notServing)])
      try await peer.end()
      #expect(peer.goAway?.code == .ok && peer.goAway?.lastAcceptedCall == 1)
    }
    #expect(scene.server.health.count == 0)
  }

  @Test(arguments: ["cancel", "deadline", "death", "second message"])
  func watchThatEndsIsForgotten(how: String) async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, watch(), timeout: how == "deadline" ? .milliseconds(20) : nil)
    _ = try await replies(1, of: 1, peer)
    switch how {
    case "cancel": peer.send(.cancel, call: 1)
    case "death": peer.close()
    case "second message": peer.send(.message([]), call: 1)
    default: break
    }
    let expected: [String: StatusCode] = [
      "cancel": .cancelled, "deadline": .deadlineExceeded, "second message": .invalidArgument,
    ]
    if let code = expected[how] {
      #expect(try await peer.outcome(of: 1).status?.code == code)
    }
    try await eventually("it is forgotten") { scene.server.health.count == 0 }
    try await scene.checkAlive()
  }
}
