// A client, and the server (with a fake generator) or the bare peer at its other end.

import Glibc
import LFMGeneration
import LFMServer
import LFMSocket
import LFMWire
import Synchronization
import Testing

@testable import LFMClient

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

/// A server and as many clients as are asked for.
final class Scene: Sendable {
  let generator: FakeGenerator
  let server: Server
  private let connections = Mutex(0)
  private let log: EventCount

  /// How many connections the server has.
  var openConnections: Int { log.open.withLock { $0 } }

  init(_ limits: ServerLimits = ServerLimits(), allowsLogits: Bool = true, isLoading: Bool = false)
  {
    let log = EventCount()
    self.log = log
    generator = FakeGenerator(allowsLogits: allowsLogits)
    server = Server(limits: limits, version: "0.0.0") { event in
      switch event {
      case .connectionOpened: log.open.withLock { $0 += 1 }
      case .connectionClosed: log.open.withLock { $0 -= 1 }
      default: break
      }
    }
    if !isLoading { server.install(generator) }
  }

  func client() throws -> LFMClient {
    let pair = try Descriptor.socketPair()
    try server.serve(connected: Descriptor(owning: pair.first))
    return try LFMClient(descriptor: pair.second)
  }
}

private final class EventCount: Sendable {
  let open = Mutex(0)
}

/// A daemon in the hands of a test.
final class FalseDaemon {
  private var descriptor: Descriptor?
  private var decoder = FrameDecoder()
  private var assemblers: [UInt32: MessageAssembler] = [:]
  private(set) var starts: [(id: UInt32, start: CallStart)] = []
  private(set) var messages: [(id: UInt32, message: ConnectionMessage)] = []
  private(set) var isAtEnd = false

  /// - Parameter hello: what it begins with.
  func client(hello: Hello? = Hello(agent: "false 1")) throws -> LFMClient {
    let pair = try Descriptor.socketPair()
    descriptor = Descriptor(owning: pair.first)
    if let hello { send(.hello(hello)) }
    return try LFMClient(descriptor: pair.second)
  }

  func close() { descriptor = nil }

  func send(_ message: ConnectionMessage, call: UInt32 = 0) {
    send(bytes: FrameEncoder.encode(message, call: call))
  }

  func reply(_ reply: CallReply, call: UInt32) {
    send(.message(reply.encode()), call: call)
  }

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
    while case .frame(let frame)? = try decoder.next() {
      var payload = frame.payload
      if frame.kind == .callStart {
        let outcome = try assemblers[frame.call, default: MessageAssembler()].accept(frame)
        guard case .message(_, let whole) = outcome else { continue }
        payload = whole
      }
      let message = try ConnectionMessage(decoding: payload, kind: frame.kind)
      if case .callStart(let start) = message { starts.append((frame.call, start)) }
      messages.append((frame.call, message))
    }
  }

  /// Waits until so many calls have begun.
  func waitForCalls(_ count: Int) async throws {
    try await eventually("\(count) calls") {
      try read()
      return starts.count >= count
    }
  }

  func cancels(_ id: UInt32) throws -> Bool {
    try read()
    return messages.contains { $0.id == id && $0.message == .cancel }
  }
}

extension GenerationRequest {
  /// What the fake generator understands.
  init(words: String) {
    self.init(prompt: .text(words, parsesSpecialTokens: false))
  }
}

/// What a stream gave, and what it threw at the end.
func collect(_ stream: GenerationStream) async -> (events: [GenerationEvent], GenerationFailure?) {
  var events: [GenerationEvent] = []
  do throws(GenerationFailure) {
    for try await event in stream { events.append(event) }
    return (events, nil)
  } catch {
    return (events, error)
  }
}
