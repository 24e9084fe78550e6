// A server with a fake generator, and a peer that speaks to it in bare frames.

import Dispatch
import Foundation
import Glibc
import LFMGeneration
import LFMSocket
import LFMWire
import Synchronization
import Testing

@testable import LFMServer

/// Waits for something that happens on another queue. The bound only keeps a broken test from hanging.
func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () throws -> Bool
) async throws {
  for _ in 0..<20_000 {
    if try holds() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  Issue.record("never: \(what)", sourceLocation: sourceLocation)
  throw CancellationError()
}

/// A server, what is behind it, and what it said of itself.
final class Scene: Sendable {
  let generator: FakeGenerator
  let server: Server
  let events: EventLog

  init(
    _ limits: ServerLimits = ServerLimits(), allowsLogits: Bool = true, isLoading: Bool = false
  ) {
    let events = EventLog()
    self.events = events
    generator = FakeGenerator(allowsLogits: allowsLogits)
    server = Server(limits: limits, version: "0.0.0") { events.take($0) }
    if !isLoading { server.install(generator) }
  }

  /// A peer that has introduced itself.
  func peer(_ limits: FrameLimits = .standard) throws -> Peer {
    let peer = try Peer(server)
    peer.send(.hello(Hello(agent: "test", limits: limits)))
    return peer
  }

  /// Lets `body` do what it wants on a connection; then the next caller is served, and nothing stays of it: no work, no
  /// memory, no descriptor.
  static func withBadPeer(
    _ limits: ServerLimits = ServerLimits(), frames: FrameLimits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Scene, Peer) async throws -> Void
  ) async throws {
    let scene = Scene(limits)
    try await scene.checkAlive(sourceLocation: sourceLocation)
    try await eventually("the first caller is gone") { scene.events.openConnections == 0 }
    let before = descriptorCount()
    let peer = try scene.peer(frames)
    try await body(scene, peer)
    // The bad one may still be there.
    try await scene.checkAlive(sourceLocation: sourceLocation)
    peer.close()
    try await scene.checkNothingStays(descriptors: before, sourceLocation: sourceLocation)
  }

  /// - Parameter descriptors: how many the process had before; tests run one after the other.
  func checkNothingStays(
    descriptors: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await eventually("connections are gone", sourceLocation: sourceLocation) {
      events.openConnections == 0
    }
    try await eventually("work has ended", sourceLocation: sourceLocation) {
      let counts = generator.counts
      return counts.ended + counts.textsEnded == counts.started + counts.texts
    }
    try await eventually("memory is given back", sourceLocation: sourceLocation) {
      server.requests.held == 0 && server.replies.held == 0 && server.health.count == 0
    }
    try await eventually("descriptors are given back", sourceLocation: sourceLocation) {
      descriptorCount() <= descriptors
    }
  }

  /// The server still answers others.
  func checkAlive(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let peer = try peer()
    let outcome = try await peer.call(1, .healthCheck(service: ""), sourceLocation: sourceLocation)
    #expect(outcome.status == .ok, sourceLocation: sourceLocation)
    #expect(outcome.replies == [.health(.serving)], sourceLocation: sourceLocation)
  }
}

/// Descriptors that this process has open.
func descriptorCount() -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
}

final class EventLog: Sendable {
  private let events = Mutex<[ServerEvent]>([])

  func take(_ event: ServerEvent) { events.withLock { $0.append(event) } }
  var all: [ServerEvent] { events.withLock { $0 } }

  var openConnections: Int {
    all.reduce(0) { count, event in
      switch event {
      case .connectionOpened: count + 1
      case .connectionClosed: count - 1
      default: count
      }
    }
  }

  var outcomes: [(CallRecord, CallOutcome)] {
    all.compactMap {
      if case .callEnded(let record, let outcome) = $0 { (record, outcome) } else { nil }
    }
  }
}

/// What came back on a call.
struct Outcome: Equatable {
  var replies: [CallReply] = []
  var status: CallStatus?
}

/// The other end of a connection, in the hands of a test.
final class Peer {
  private var descriptor: Descriptor?
  private var decoder = FrameDecoder()
  private var assemblers: [UInt32: MessageAssembler] = [:]
  private var methods: [UInt32: LFMWire.Method] = [:]
  private(set) var outcomes: [UInt32: Outcome] = [:]
  /// Bytes of message payload that came on a call.
  private(set) var payloadBytes: [UInt32: Int] = [:]
  /// Everything else that came.
  private(set) var messages: [ConnectionMessage] = []
  /// Credit that the server granted.
  private(set) var granted: [UInt32: Int] = [:]
  private(set) var isAtEnd = false

  init(_ server: Server) throws {
    let pair = try Descriptor.socketPair()
    descriptor = Descriptor(owning: pair.second)
    try server.serve(connected: Descriptor(owning: pair.first))
  }

  func close() { descriptor = nil }

  func endInput() { shutdown(descriptor?.number ?? -1, Int32(SHUT_RD)) }

  func endOutput() { shutdown(descriptor?.number ?? -1, Int32(SHUT_WR)) }

  var goAway: GoAway? {
    for case .goAway(let goAway) in messages { return goAway }
    return nil
  }

  /// Writes all of it, reading nothing; gives up if the server has gone.
  func send(bytes: [UInt8]) {
    guard let number = descriptor?.number else { return }
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { all in
        unsafe Glibc.send(
          number, all.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { sent += count } else if errno == EAGAIN { usleep(200) } else { return }
    }
  }

  /// Writes what the socket takes now.
  func sendSome(_ bytes: [UInt8]) -> Int {
    guard let number = descriptor?.number else { return 0 }
    return unsafe bytes.withUnsafeBytes { all in
      unsafe Glibc.send(number, all.baseAddress!, bytes.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// A frame as it is, with whatever is wrong about it.
  func send(
    kind: UInt8, call: UInt32, flags: UInt8 = 0, reserved: [UInt8] = [0, 0], length: UInt32? = nil,
    _ payload: [UInt8] = []
  ) {
    var bytes: [UInt8] = []
    for number in [length ?? UInt32(payload.count), call] {
      for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    send(bytes: bytes + [kind, flags] + reserved + payload)
  }

  func send(_ message: ConnectionMessage, call: UInt32 = 0) {
    send(bytes: FrameEncoder.encode(message, call: call))
  }

  /// Says what a call's replies will be, where `start` does not.
  func expect(_ id: UInt32, _ method: LFMWire.Method) { methods[id] = method }

  /// Lets the call's id be answered once more.
  func forget(_ id: UInt32) { outcomes[id] = nil }

  func start(_ id: UInt32, _ request: CallRequest, timeout: Duration? = nil) {
    methods[id] = request.method
    send(
      .callStart(
        CallStart(
          method: request.method.rawValue, timeout: timeout, firstMessage: request.encode())),
      call: id)
  }

  /// Takes what the server has sent.
  func read() throws {
    guard let number = descriptor?.number, !isAtEnd else { return }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe recv(number, $0.baseAddress, $0.count, 0)
      }
      if count < 0, errno == EAGAIN { break }
      guard count > 0 else {
        isAtEnd = true
        break
      }
      decoder.append(bytes[..<count])
    }
    while let output = try decoder.next() {
      if case .frame(let frame) = output { try take(frame) }
    }
  }

  private func take(_ frame: Frame) throws {
    let id = frame.call
    guard frame.kind == .message else {
      switch try ConnectionMessage(decoding: frame.payload, kind: frame.kind) {
      case .status(let status):
        #expect(outcomes[id]?.status == nil, "a second status for call \(id)")
        outcomes[id, default: Outcome()].status = status
      case .window(let credit): granted[id, default: 0] += Int(credit)
      case let message: messages.append(message)
      }
      return
    }
    #expect(outcomes[id]?.status == nil, "a reply after the status of call \(id)")
    payloadBytes[id, default: 0] += frame.payload.count
    let outcome = try assemblers[id, default: MessageAssembler()].accept(frame)
    guard case .message(_, let bytes) = outcome, let method = methods[id] else { return }
    outcomes[id, default: Outcome()].replies.append(try CallReply(decoding: bytes, method: method))
  }

  /// Waits for the end of a call.
  func outcome(
    of id: UInt32, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    try await eventually("the status of call \(id)", sourceLocation: sourceLocation) {
      try read()
      return outcomes[id]?.status != nil
    }
    return outcomes[id] ?? Outcome()
  }

  func call(
    _ id: UInt32, _ request: CallRequest, timeout: Duration? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    start(id, request, timeout: timeout)
    return try await outcome(of: id, sourceLocation: sourceLocation)
  }

  /// Waits for the end of the connection.
  func end(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await eventually("the end of the connection", sourceLocation: sourceLocation) {
      try read()
      return isAtEnd
    }
  }
}

extension CallRequest {
  /// What the fake generator understands.
  static func generate(_ words: String) -> CallRequest {
    .generate(GenerationRequest(prompt: .text(words, parsesSpecialTokens: false)))
  }
}
