// The whole server: where it listens, whom it talks to, how it stops. What is said on a connection is the
// connection's.

import Dispatch
import LFMGeneration
import LFMSocket
import LFMWire

/// Serves a `TextGenerator` on Unix sockets.
///
/// It can listen before there is a generator: calls are then UNAVAILABLE and may be retried, and health is NOT_SERVING.
///
/// `@unchecked Sendable`: every stored variable is read and written on `queue` only, which all connections' queues
/// target; each method that touches one checks or goes there.
package final class Server: @unchecked Sendable {
  /// The I/O queue: serial, shared by everything the server does. No quality of service: above the default one,
  /// Dispatch asks for a negative nice value, which only root gets, and each refusal is a line in the system's log.
  package let queue = DispatchQueue(label: "lfm.io")
  package let backend = ServerBackend()
  /// In force; a connection looks here whenever it needs one.
  private(set) var limits: ServerLimits
  private let socketLowWater: Int
  let agent: String
  let version: String
  let observer: @Sendable (ServerEvent) -> Void
  private let startedAt = ContinuousClock.now

  private var listeners: [SocketListener] = []
  private var addresses: [String] = []
  private var connections: [UInt64: ServerConnection] = [:]
  private var connectionsSeen: UInt64 = 0
  private var openCalls = 0
  private(set) var isDraining = false
  private var isHolding = false
  let health = HealthWatchers()
  private var drainDeadlinePassed = false
  private var whenDrained: [@Sendable () -> Void] = []
  /// What all calls hold.
  let requests = CallMemory()
  let replies = CallMemory()

  /// - Parameters:
  ///   - version: the daemon's, for hello and `status`.
  ///   - observer: is told what happens, on `queue`; must return at once.
  package init(
    limits: ServerLimits = ServerLimits(), name: String = "lfmd", version: String,
    observer: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) {
    self.limits = limits
    socketLowWater = limits.socketLowWater
    self.agent = "\(name) \(version)"
    self.version = version
    self.observer = observer
  }

  /// Takes a path and serves it. A stale socket of our own is replaced; anything else at the path is an error.
  ///
  /// - Throws: `.alreadyServing`, `.occupied`, `.permissionDenied` and others, each naming the path.
  package func listen(at address: SocketAddress, mode: UInt32 = 0o660) throws(SocketError) {
    start(try SocketListener(binding: address, mode: mode, queue: queue), address.path)
  }

  /// Serves a listening socket that systemd or a parent process bound; its path is left alone.
  ///
  /// - Parameter name: what `status` calls it.
  /// - Throws: `.wrongDescriptor` if it is anything else.
  package func listen(
    adopting descriptor: consuming Descriptor, name: String
  ) throws(SocketError) {
    start(try SocketListener(adopting: descriptor, queue: queue), name)
  }

  /// Serves one peer that is connected already, such as one end of a pair.
  ///
  /// - Throws: `.wrongDescriptor` if it is not a connected Unix stream socket.
  package func serve(connected descriptor: consuming Descriptor) throws(SocketError) {
    let connection = try SocketConnection(
      adopting: descriptor, target: queue, lowWater: socketLowWater)
    connection.queue.async { self.add(connection) }
  }

  /// From now on calls are answered by this generator.
  package func install(_ generator: any TextGenerator) {
    backend.install(generator)
    queue.async { self.healthMayHaveChanged() }
  }

  /// Puts other limits in force. Connections, calls and memory that are beyond them already stay.
  package func setLimits(_ change: @escaping @Sendable (inout ServerLimits) -> Void) {
    queue.async { change(&self.limits) }
  }

  /// From now on connections wait to be accepted, until `open()`. What is listened on afterwards holds them too.
  package func hold() {
    queue.async { self.isHolding = true }
  }

  /// Accepts the connections that wait, and all that come.
  package func open() {
    queue.async { [self] in
      guard isHolding else { return }
      isHolding = false
      for listener in listeners { accept(from: listener) }
    }
  }

  private func start(_ listener: SocketListener, _ address: String) {
    queue.async { [self] in
      guard !isDraining else { return listener.close() }
      listeners.append(listener)
      addresses.append(address)
      if !isHolding { accept(from: listener) }
    }
  }

  private func accept(from listener: SocketListener) {
    listener.start(
      problem: { [observer] in observer(.problem($0.message)) },
      accept: { [weak self] descriptor, _ in self?.accept(descriptor) })
  }

  private func accept(_ descriptor: consuming Descriptor) {
    do throws(SocketError) {
      try serve(connected: descriptor)
    } catch {
      // A peer that left before we looked is no problem.
      if error.kind != .wrongDescriptor { observer(.problem(error.message)) }
    }
  }

  private func add(_ socket: SocketConnection) {
    connectionsSeen += 1
    let connection = ServerConnection(socket, number: connectionsSeen, server: self)
    let isFull = connections.count >= limits.connections
    connections[connection.record.number] = connection
    observer(.connectionOpened(connection.record))
    connection.start(refusal: isFull ? tooManyConnections : isDraining ? stopping : nil)
  }
}

// MARK: - What connections ask and tell

extension Server {
  var frameLimits: FrameLimits { FrameLimits(message: limits.messageBytes) }

  var hasRoomForCall: Bool {
    dispatchPrecondition(condition: .onQueue(queue))
    return openCalls < limits.calls
  }

  /// While the server drains, connections without calls stay, to be asked for health, until no call is left anywhere
  /// but those that watch the health.
  var mayCloseIdleConnections: Bool {
    isDraining && (openCalls <= health.count || drainDeadlinePassed)
  }

  func callBegan() {
    dispatchPrecondition(condition: .onQueue(queue))
    openCalls += 1
  }

  func callEnded() {
    dispatchPrecondition(condition: .onQueue(queue))
    openCalls -= 1
    if mayCloseIdleConnections { queue.async { self.closeIdleConnections() } }
  }

  func connectionClosed(_ connection: ServerConnection, reason: String?) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard connections.removeValue(forKey: connection.record.number) != nil else { return }
    observer(.connectionClosed(connection.record, reason: reason))
    tellIfDrained()
  }

  /// What `status` says, but for the generator's part.
  func serviceStatus() -> ServiceStatus {
    dispatchPrecondition(condition: .onQueue(queue))
    return ServiceStatus(
      version: version, uptime: startedAt.duration(to: .now),
      socket: addresses.joined(separator: " "), isDraining: isDraining,
      activity: GeneratorActivity(), connections: connections.count, calls: openCalls,
      weights: backend.weights)
  }

  private var tooManyConnections: GoAway {
    GoAway(
      lastAcceptedCall: 0, code: .resourceExhausted,
      message:
        "the daemon has \(limits.connections) connections, as many as it may; try again later")
  }

  private var stopping: GoAway {
    GoAway(lastAcceptedCall: 0, code: .unavailable, message: "the daemon is stopping")
  }
}

// MARK: - Stopping

extension Server {
  /// Stops: no new connections, no new calls; those that run may finish, for a while.
  ///
  /// Paths that we took are given back at once, so that a successor can start.
  /// - Parameters:
  ///   - timeout: how long running calls may take; then they end with UNAVAILABLE.
  ///   - completion: called on `queue` when every connection is closed and every path given back.
  package func drain(timeout: Duration, completion: @escaping @Sendable () -> Void = {}) {
    queue.async { [self] in
      whenDrained.append(completion)
      guard !isDraining else { return tellIfDrained() }
      isDraining = true
      for listener in listeners {
        listener.close { [self] in
          listeners.removeAll { $0 === listener }
          tellIfDrained()
        }
      }
      healthMayHaveChanged()
      for connection in connections.values { connection.later { $0.announceDrain() } }
      closeIdleConnections()
      queue.asyncAfter(deadline: .now() + DispatchTimeInterval(timeout)) {
        self.endAllCalls(timeout)
      }
      tellIfDrained()
    }
  }

  private func endAllCalls(_ timeout: Duration) {
    drainDeadlinePassed = true
    let status = CallStatus(
      code: .unavailable,
      message: "the daemon is stopping, and the call was not done within \(timeout)")
    for connection in connections.values {
      connection.later { $0.endAllCalls(status, code: status.code, message: status.message) }
    }
    closeIdleConnections()
  }

  private func closeIdleConnections() {
    for connection in connections.values { connection.later { _ in } }
  }

  private func tellIfDrained() {
    guard isDraining, connections.isEmpty, listeners.isEmpty else { return }
    let waiting = whenDrained
    whenDrained = []
    for tell in waiting { tell() }
  }
}
