// The client's side of a connection: many calls at a time, each with its replies. What the replies mean to the user is
// LFMClient's.

import Dispatch
import LFMGeneration
import LFMSocket
import LFMWire
import Synchronization

/// A connection to a daemon.
///
/// `@unchecked Sendable`: every stored variable is read and written on `socket.queue` only (checked in `onQueue` and in
/// the socket's events); call ids are given out under a lock.
final class ClientConnection: @unchecked Sendable {
  /// The queue that all clients of this process share.
  private static let ioQueue = DispatchQueue(label: "lfm.client")
  /// How much longer than the deadline we wait for the daemon to say that it has passed.
  private static let grace: Duration = .seconds(1)

  private let socket: SocketConnection
  /// Where the daemon is, for sentences.
  private let place: String
  private let limits = FrameLimits.standard
  private var decoder = FrameDecoder()
  private var peerLimits = FrameLimits.standard
  private var hasGreeted = false
  /// Whether any byte has come.
  private var hasHeard = false
  private var calls: [UInt32: Open] = [:]
  private var goAway: GoAway?
  /// Why there is no connection any more.
  private var end: GenerationFailure?
  private let nextID = Mutex<UInt32>(1)

  private struct Open {
    let call: ClientCall
    var assembler: MessageAssembler
    let timer: (any DispatchSourceTimer)?
  }

  init(adopting descriptor: consuming Descriptor, place: String) throws(SocketError) {
    socket = try SocketConnection(adopting: descriptor, target: Self.ioQueue)
    self.place = place
  }

  func start() {
    onQueue { connection in
      connection.socket.start { connection.take($0) }
      connection.send(.hello(Hello(agent: "LFMClient", limits: connection.limits)))
    }
  }

  /// Closes; open calls end with `cancelled`.
  func close() {
    onQueue {
      $0.fail(GenerationFailure(.cancelled, "the client was closed"))
      $0.socket.close()
    }
  }

  private func onQueue(_ body: @escaping @Sendable (ClientConnection) -> Void) {
    socket.queue.async { body(self) }
  }
}

// MARK: - Calls

extension ClientConnection {
  /// Begins a call. It fails, if it must, when its replies are read.
  func begin(_ request: CallRequest, timeout: Duration?) -> ClientCall {
    let deadline = timeout.map {
      ContinuousClock.now.advanced(by: min(max($0, .zero), .seconds(366 * 86400)))
    }
    // Ids are odd and grow; 2^31 calls later the connection has served its time. Taking an id and queueing its start are
    // one act: ids that overtook each other on their way to the socket would be refused.
    return nextID.withLock { nextID in
      let call = ClientCall(
        self, id: nextID, method: request.method, window: limits.initialWindow, deadline: deadline)
      nextID &+= 2
      if timeout.map({ $0 > .zero }) ?? true {
        onQueue { $0.start(call, request) }
      } else {
        call.end(.failure(.deadlineExceeded))
      }
      return call
    }
  }

  private func start(_ call: ClientCall, _ request: CallRequest) {
    if let end { return refuse(call, end) }
    if let goAway { return refuse(call, .notStarted(goAway)) }
    let timeout = call.deadline.map { ContinuousClock.now.duration(to: $0) }
    let start = CallStart(
      method: request.method.rawValue, timeout: timeout, firstMessage: request.encode())
    var encoder = FrameEncoder(.callStart(start), call: call.id, limits: peerLimits)
    guard encoder.remainingBytes <= peerLimits.message else {
      return refuse(
        call,
        GenerationFailure(
          .resourceExhausted,
          "the request has \(encoder.remainingBytes) bytes; the daemon takes at most \(peerLimits.message)"
        ))
    }
    calls[call.id] = Open(
      call: call, assembler: MessageAssembler(limits: limits),
      timer: timeout.map { makeTimer(call, after: $0 + Self.grace) })
    while let frame = encoder.nextFrame() { socket.send(frame) }
  }

  private func refuse(_ call: ClientCall, _ failure: GenerationFailure) {
    call.end(.failure(failure))
  }

  /// For a daemon that does not keep the deadline itself.
  private func makeTimer(_ call: ClientCall, after delay: Duration) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: socket.queue)
    timer.schedule(deadline: .now() + .nanoseconds(delay.wholeNanoseconds))
    timer.setEventHandler { [weak self, weak call] in
      guard let self, let call, call.end(.failure(.deadlineExceeded)) else { return }
      forget(call, tellingDaemon: true)
    }
    timer.activate()
    return timer
  }

  /// Nobody waits for the call any more.
  func abandon(_ call: ClientCall) {
    onQueue { $0.forget(call, tellingDaemon: true) }
  }

  private func forget(_ call: ClientCall, tellingDaemon: Bool) {
    guard let open = calls.removeValue(forKey: call.id) else { return }
    open.timer?.cancel()
    if tellingDaemon { send(.cancel, for: call.id) }
  }

  /// Lets the daemon send more on a call.
  func grant(_ credit: UInt32, to call: ClientCall) {
    onQueue { connection in
      guard connection.calls[call.id] != nil else { return }
      connection.send(.window(credit: credit), for: call.id)
    }
  }

  private func send(_ message: ConnectionMessage, for call: UInt32 = 0) {
    socket.send(FrameEncoder.encode(message, call: call, limits: peerLimits))
  }
}

// MARK: - What the daemon sends

extension ClientConnection {
  private func take(_ event: SocketEvent) {
    dispatchPrecondition(condition: .onQueue(socket.queue))
    switch event {
    case .received(let bytes): receive(bytes)
    case .endOfInput: breakUp(nil)
    case .drained: break
    case .closed: fail(lost)
    }
  }

  private func receive(_ bytes: [UInt8]) {
    hasHeard = true
    decoder.append(bytes)
    do throws(WireError) {
      while end == nil, let output = try decoder.next() {
        switch output {
        case .frame(let frame): try take(frame)
        case .refused(let id, _, let error):
          finish(id, .failure(error.failure), tellingDaemon: true)
        }
      }
    } catch {
      breakUp(error)
    }
  }

  private func take(_ frame: Frame) throws(WireError) {
    guard hasGreeted || frame.kind == .hello else {
      throw WireError(
        .connection, .internalError, "what answers there does not begin with hello")
    }
    if frame.kind == .message { return try takePiece(frame) }
    switch try ConnectionMessage(decoding: frame.payload, kind: frame.kind) {
    case .hello(let hello): try greet(hello)
    case .status(let status): takeStatus(status, for: frame.call)
    case .ping(let ping) where !ping.isAcknowledgement:
      send(.ping(Ping(opaque: ping.opaque, isAcknowledgement: true)))
    case .goAway(let goAway): take(goAway)
    // Credit for requests is not needed: a request travels in the call's start.
    default: break
    }
  }

  private func greet(_ hello: Hello) throws(WireError) {
    guard hello.versions.overlaps(Hello.supported) else {
      throw WireError(
        .connection, .failedPrecondition,
        "the daemon (\(hello.agent)) speaks versions \(hello.versions) of the protocol, this client \(Hello.supported)"
      )
    }
    hasGreeted = true
    peerLimits = hello.limits
  }

  /// A reply, or a fragment of one. Those of calls that nobody waits for are dropped.
  private func takePiece(_ frame: Frame) throws(WireError) {
    guard var open = calls.removeValue(forKey: frame.call) else { return }
    let isLast = !frame.flags.contains(.more)
    let (isWithinWindow, grant) = open.call.noteFrame(bytes: frame.payload.count, isLast: isLast)
    guard isWithinWindow else {
      calls[frame.call] = open
      throw WireError(.connection, .internalError, "the daemon sent more than it was allowed to")
    }
    do throws(WireError) {
      let outcome = try open.assembler.accept(frame)
      calls[frame.call] = open
      if let grant { send(.window(credit: grant), for: frame.call) }
      guard case .message(_, let bytes) = outcome else { return }
      let reply = try CallReply(decoding: bytes, method: open.call.method)
      if let grant = open.call.take(reply) { send(.window(credit: grant), for: frame.call) }
    } catch {
      calls[frame.call] = open
      finish(
        frame.call,
        .failure(GenerationFailure(.dataLoss, "a reply is broken: \(error.message)")),
        tellingDaemon: true)
    }
  }

  private func takeStatus(_ status: CallStatus, for id: UInt32) {
    guard let open = calls[id] else { return }
    guard var failure = status.failure else { return finish(id, .success(())) }
    // What the daemon did on our deadline's account is told as what it is.
    if failure.code == .cancelled, let deadline = open.call.deadline, deadline <= .now {
      failure = .deadlineExceeded
    }
    finish(id, .failure(failure))
  }

  private func finish(
    _ id: UInt32, _ end: Result<Void, GenerationFailure>, tellingDaemon: Bool = false
  ) {
    guard let open = calls[id] else { return }
    forget(open.call, tellingDaemon: tellingDaemon)
    open.call.end(end)
  }

  private func take(_ goAway: GoAway) {
    self.goAway = goAway
    for id in calls.keys.sorted() where id > goAway.lastAcceptedCall {
      finish(id, .failure(.notStarted(goAway)))
    }
  }

  /// The daemon cannot be understood, or will say nothing more.
  private func breakUp(_ error: WireError?) {
    if let error {
      // Before the greeting it is not a daemon that went wrong, but something else that answers there. Afterwards what
      // comes is no failure of a call either, but bytes that mean nothing.
      let code: StatusCode = hasGreeted ? .dataLoss : .unimplemented
      fail(GenerationFailure(code, "\(place): \(error.message)"))
    } else {
      fail(lost)
    }
    socket.close()
  }

  /// Why the connection ended without a word of farewell.
  private var lost: GenerationFailure {
    guard hasHeard, !hasGreeted else { return .lost(place, goAway) }
    return GenerationFailure(
      .unimplemented, "\(place): what answers there does not begin with hello")
  }

  /// Ends all calls, those to come too.
  private func fail(_ failure: GenerationFailure) {
    guard end == nil else { return }
    end = failure
    for id in calls.keys.sorted() {
      guard let open = calls[id] else { continue }
      var failure = failure
      if open.call.hasReceived { failure.isRetryable = false }
      finish(id, .failure(failure))
    }
  }
}

extension GenerationFailure {
  static let deadlineExceeded = GenerationFailure(
    .deadlineExceeded, "the call's deadline passed before it was done")

  /// A call that the daemon never began.
  fileprivate static func notStarted(_ goAway: GoAway) -> GenerationFailure {
    GenerationFailure(
      goAway.code == .ok ? .unavailable : goAway.code,
      goAway.message.isEmpty ? "the daemon is stopping" : goAway.message,
      isRetryable: goAway.code != .failedPrecondition)
  }

  /// A connection that ended under its calls.
  fileprivate static func lost(_ place: String, _ goAway: GoAway?) -> GenerationFailure {
    if let goAway, goAway.code != .ok { return .notStarted(goAway) }
    return GenerationFailure(
      .unavailable, "the connection to the daemon at \(place) was lost", isRetryable: true)
  }
}

extension Duration {
  /// At least none and at most a year.
  fileprivate var wholeNanoseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0 else { return 0 }
    return Int(min(seconds, 366 * 86400)) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}
