import LFMGeneration
import LFMWire
import Synchronization

/// One call, between the connection's queue, which brings replies, and the task that takes them.
final class ClientCall: Sendable {
  typealias Next = Result<CallReply?, GenerationFailure>

  fileprivate struct State: Sendable {
    var window: ReceiveWindow
    var replies: [(reply: CallReply, weight: Int)] = []
    var first = 0
    /// How the call ended, once the daemon or this side has said so.
    var end: Result<Void, GenerationFailure>?
    var reader: CheckedContinuation<Next, Never>?
    var hasReceived = false
  }

  private let state: Mutex<State>
  private let connection: ClientConnection
  let id: UInt32
  let method: Method
  /// When the caller gives up.
  let deadline: ContinuousClock.Instant?

  init(
    _ connection: ClientConnection, id: UInt32, method: Method, window: Int,
    deadline: ContinuousClock.Instant?
  ) {
    self.connection = connection
    self.id = id
    self.method = method
    self.deadline = deadline
    state = Mutex(State(window: ReceiveWindow(size: window)))
  }

  /// Whether the daemon has sent anything on this call.
  var hasReceived: Bool { state.withLock { $0.hasReceived } }
}

// MARK: - The reader's side

extension ClientCall {
  /// The next reply, or `nil` after the last one.
  ///
  /// - Throws: why the call ended; `cancelled` if the reading task was cancelled, which cancels the call.
  func next() async throws(GenerationFailure) -> CallReply? {
    let next: Next = await withTaskCancellationHandler {
      await withCheckedContinuation { reader in
        if let next = self.poll(orWaitWith: reader) { reader.resume(returning: next) }
      }
    } onCancel: {
      cancel("the task that waited for it was cancelled")
    }
    return try next.get()
  }

  /// Ends the call here and tells the daemon. Nothing if it has ended.
  func cancel(_ reason: String) {
    let isNew = end(.failure(GenerationFailure(.cancelled, "the call was cancelled: \(reason)")))
    if isNew { connection.abandon(self) }
  }

  private func poll(orWaitWith reader: CheckedContinuation<Next, Never>) -> Next? {
    let (next, grant) = state.withLock { state -> (Next?, UInt32?) in
      if state.first < state.replies.count {
        let (reply, weight) = state.takeFirst()
        state.window.take(weight)
        return (.success(reply), state.end == nil ? state.window.grant() : nil)
      }
      if let end = state.end { return (end.map { nil }, nil) }
      guard state.reader == nil else { return (.failure(.twoReaders), nil) }
      state.reader = reader
      return (nil, nil)
    }
    if let grant { connection.grant(grant, to: self) }
    return next
  }
}

extension ClientCall.State {
  fileprivate mutating func takeFirst() -> (CallReply, Int) {
    let taken = replies[first]
    first += 1
    if first == replies.count || first >= 64 {
      replies.removeFirst(first)
      first = 0
    }
    return taken
  }
}

extension GenerationFailure {
  fileprivate static let twoReaders = GenerationFailure(
    .failedPrecondition, "the replies of this call are being read by another task already")
}

// MARK: - The connection's side

extension ClientCall {
  /// Takes note of a frame of the call.
  ///
  /// - Returns: whether the daemon kept to its window, and what to grant it.
  func noteFrame(bytes: Int, isLast: Bool) -> (isWithinWindow: Bool, grant: UInt32?) {
    state.withLock { state in
      guard state.window.receive(bytes) else { return (false, nil) }
      return (true, isLast ? nil : state.window.grant())
    }
  }

  /// Hands over a whole reply.
  ///
  /// - Returns: what to grant the daemon.
  func take(_ reply: CallReply) -> UInt32? {
    let (reader, grant) = state.withLock {
      state -> (CheckedContinuation<Next, Never>?, UInt32?) in
      state.hasReceived = true
      let weight = state.window.complete()
      guard state.end == nil else { return (nil, nil) }
      if let reader = state.reader {
        state.reader = nil
        state.window.take(weight)
        return (reader, state.window.grant())
      }
      state.replies.append((reply, weight))
      return (nil, nil)
    }
    reader?.resume(returning: .success(reply))
    return grant
  }

  /// Ends the call. What was received before is still read, unless the call was cancelled.
  ///
  /// - Returns: false if it had ended before.
  @discardableResult
  func end(_ end: Result<Void, GenerationFailure>) -> Bool {
    let (isNew, reader) = state.withLock { state -> (Bool, CheckedContinuation<Next, Never>?) in
      guard state.end == nil else { return (false, nil) }
      state.end = end
      if case .failure(let failure) = end, failure.code == .cancelled {
        state.replies = []
        state.first = 0
      }
      let reader = state.reader
      state.reader = nil
      return (true, reader)
    }
    reader?.resume(returning: end.map { nil })
    return isNew
  }
}
