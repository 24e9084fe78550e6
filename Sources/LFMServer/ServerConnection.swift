// One peer: its frames in, its calls, its frames out. This file holds the state and the turns of the queue;
// `+Input` reads frames, `+Calls` starts and ends calls, `+Output` writes.

import Dispatch
import LFMGeneration
import LFMSocket
import LFMWire

/// The server's side of a connection.
///
/// `@unchecked Sendable`: every stored variable is read and written on `socket.queue` only (checked at each entry
/// from outside), which targets the server's I/O queue.
final class ServerConnection: @unchecked Sendable {
  enum Phase {
    /// The peer has not introduced itself.
    case greeting
    case open
    /// No more is read; what waits is written, then the socket is closed.
    case leaving
    case closed
  }

  let record: ConnectionRecord
  let socket: SocketConnection
  let server: Server
  var limits: ServerLimits { server.limits }
  var phase = Phase.greeting
  var decoder: FrameDecoder
  var table: CallTable
  var calls: [UInt32: ServerCall] = [:]
  /// Calls that may have something to write, each at most once, in the order of their turns.
  var turns: [UInt32] = []
  /// What the peer accepts.
  var peerLimits = FrameLimits.standard
  /// What its calls hold.
  let requests = CallMemory()
  let replies = CallMemory()
  /// Whether the peer was told that the server drains.
  var hasAnnouncedDrain = false
  /// Whether the peer has ended its writing.
  var inputEnded = false
  /// When the last bytes of a frame that is not whole came.
  var partialFrameSince: ContinuousClock.Instant?
  /// Since when nothing is read because the peer reads nothing.
  var readingPausedSince: ContinuousClock.Instant?
  /// When closing began.
  var leavingSince: ContinuousClock.Instant?
  private var inbox: CallInbox?
  private var timer: (any DispatchSourceTimer)?
  private var timerDue: ContinuousClock.Instant?

  init(_ socket: SocketConnection, number: UInt64, server: Server) {
    self.socket = socket
    self.server = server
    record = ConnectionRecord(number: number, peer: socket.peer)
    decoder = FrameDecoder(limits: server.frameLimits)
    let limits = server.limits
    table = CallTable(limit: limits.callsPerConnection, retryAfter: limits.busyRetryAfter)
  }

  /// Begins to serve.
  ///
  /// - Parameter refusal: why the peer is to be sent away at once, if it is.
  func start(refusal: GoAway? = nil) {
    dispatchPrecondition(condition: .onQueue(socket.queue))
    inbox = CallInbox(queue: socket.queue) { [weak self] items in
      self?.turn { $0.take(items) }
    }
    socket.start { event in self.turn { $0.take(event) } }
    send(
      .hello(
        Hello(
          agent: server.agent, limits: server.frameLimits,
          maxConcurrentCalls: UInt32(clamping: limits.callsPerConnection))))
    if let refusal { turn { $0.leave(refusal) } }
  }

  /// One turn of the queue: something happens, then what became due is done and what may be written is written.
  func turn(_ body: (ServerConnection) -> Void) {
    dispatchPrecondition(condition: .onQueue(socket.queue))
    guard phase != .closed else { return }
    body(self)
    guard phase != .closed else { return }
    expire()
    writeReplies()
    watchOutbox()
    closeIfDone()
    rearm()
  }

  /// A turn on the connection's own queue, for those that stand on another.
  func later(_ body: @escaping @Sendable (ServerConnection) -> Void) {
    socket.queue.async { self.turn(body) }
  }

  /// Where the work on `call` reports. Whoever has this holds the request.
  func put(_ call: UInt32, _ hold: RequestHold) -> @Sendable (CallInbox.Item) -> Void {
    guard let inbox else { return { _ in } }
    return { item in withExtendedLifetime(hold) { inbox.put(item, for: call) } }
  }

  private func take(_ event: SocketEvent) {
    switch event {
    case .received(let bytes): receive(bytes)
    case .endOfInput: endInput()
    case .drained: break
    case .closed(let error): close(error)
    }
  }

  /// Says farewell and closes once that is written. Calls end without a status: the connection is their answer.
  func leave(_ goAway: GoAway) {
    guard phase != .leaving, phase != .closed else { return }
    send(.goAway(goAway))
    endAllCalls(nil, code: goAway.code, message: goAway.message)
    beginLeaving()
  }

  func beginLeaving() {
    guard phase != .leaving, phase != .closed else { return }
    phase = .leaving
    leavingSince = .now
    socket.closeWhenFlushed()
  }

  /// The server drains: the peer is told, and the open calls go on.
  func announceDrain() {
    guard phase == .greeting || phase == .open else { return }
    hasAnnouncedDrain = true
    send(
      .goAway(
        GoAway(lastAcceptedCall: table.lastBegun, code: .ok, message: "the daemon is stopping")))
  }

  private func closeIfDone() {
    guard phase == .greeting || phase == .open else { return }
    let isStopping = hasAnnouncedDrain && server.mayCloseIdleConnections
    if isStopping, calls.values.allSatisfy(\.isWatch) {
      endAllCalls(.watchedToTheEnd, code: .unavailable, message: "the daemon is stopping")
    }
    if calls.isEmpty, inputEnded || isStopping { beginLeaving() }
  }

  private func close(_ error: SocketError?) {
    let reason = error.flatMap { $0.kind == .peerGone ? nil : $0.message }
    phase = .closed
    endAllCalls(nil, code: .cancelled, message: "the caller's connection is gone")
    inbox?.close()
    inbox = nil
    timer?.cancel()
    timer = nil
    server.connectionClosed(self, reason: reason)
  }
}

// MARK: - Time

extension ServerConnection {
  /// Ends what is overdue.
  private func expire() {
    let now = ContinuousClock.now
    for call in Array(calls.values) {
      if let status = call.overdue(now, limits) { abort(call, status) }
    }
    if let since = partialFrameSince, since.advanced(by: limits.partialTimeout) <= now {
      partialFrameSince = nil
      leave(
        GoAway(
          lastAcceptedCall: table.lastBegun, code: .deadlineExceeded,
          message: "the rest of a frame did not come for \(limits.partialTimeout)"))
    }
    if let since = readingPausedSince, since.advanced(by: limits.stallTimeout) <= now {
      socket.close()
    } else if let since = leavingSince, since.advanced(by: limits.lingerTimeout) <= now {
      socket.close()
    }
  }

  /// Sets the one timer to the next moment at which `expire` has something to do.
  private func rearm() {
    guard phase != .closed else { return }
    var due: ContinuousClock.Instant?
    for call in calls.values { due = earliest(due, call.nextDue(limits)) }
    due = earliest(due, partialFrameSince?.advanced(by: limits.partialTimeout))
    due = earliest(due, readingPausedSince?.advanced(by: limits.stallTimeout))
    due = earliest(due, leavingSince?.advanced(by: limits.lingerTimeout))
    guard let due else { return }
    if let timerDue, timerDue <= due, timerDue > .now { return }
    timerDue = due
    let timer = self.timer ?? makeTimer()
    timer.schedule(deadline: .now() + DispatchTimeInterval(ContinuousClock.now.duration(to: due)))
  }

  private func makeTimer() -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: socket.queue)
    timer.setEventHandler { [weak self] in
      self?.timerDue = nil
      self?.turn { _ in }
    }
    timer.activate()
    self.timer = timer
    return timer
  }
}

extension DispatchTimeInterval {
  /// The nearest whole nanosecond above, at least none and at most a year: timers are set anew anyway.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0 else {
      self = .nanoseconds(0)
      return
    }
    let whole = min(seconds, 366 * 86400)
    self = .nanoseconds(Int(whole) * 1_000_000_000 + Int(attoseconds / 1_000_000_000) + 1)
  }
}
