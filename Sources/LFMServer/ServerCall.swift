import LFMGeneration
import LFMWire

/// One open call: how far its request has come, who works on it, what waits to be sent. Lives on its connection's
/// queue; a class only so that the connection can change it in place.
final class ServerCall {
  typealias Instant = ContinuousClock.Instant

  enum Phase {
    /// The request is not whole yet.
    case receiving
    /// A generator works on it.
    case working
    /// Nobody works on it any more; replies and the status may still wait to leave.
    case leaving
  }

  let id: UInt32
  let startedAt: Instant
  var phase = Phase.receiving
  var assembler: MessageAssembler
  var output: CallOutput
  /// Known once the call's start is whole.
  var method: Method?
  var record: CallRecord
  /// Whether its start is whole (and the observer told).
  var hasStarted = false
  /// Whether the caller has said that it sends no more.
  var isHalfClosed = false
  /// Whether it only watches the server, which need not wait for it when it stops.
  var isWatch: Bool { method == .healthWatch }
  /// Bytes of its unfinished message, and of its waiting replies, that the connection has counted.
  var requestBytes = 0
  var replyBytes = 0
  /// What stops or pauses the work; `nil` where the answer is there at once.
  var control: (any GenerationControl)?
  var deadline: Instant?
  /// When the last piece of the request came, while it is not whole.
  var lastPieceAt: Instant
  /// Since when the peer has taken nothing of what waits; `nil` if nothing waits.
  var stalledSince: Instant?
  var firstTextAt: Instant?
  var usage: GenerationUsage?
  /// Whether the call is in the connection's queue of those that may write.
  var isInTurn = false

  init(
    id: UInt32, connection: ConnectionRecord, now: Instant, output: CallOutput, limits: FrameLimits
  ) {
    self.id = id
    self.startedAt = now
    self.lastPieceAt = now
    self.output = output
    assembler = MessageAssembler(limits: limits)
    record = CallRecord(connection: connection, id: id, method: "", timeout: nil)
  }

  /// Stops whoever works on it.
  func stopWork() {
    phase = .leaving
    control?.cancel()
    control = nil
    assembler = MessageAssembler()
  }

  /// The next moment at which something must be done about this call if nothing happens before.
  func nextDue(_ limits: ServerLimits) -> Instant? {
    var due = phase == .leaving ? nil : deadline
    if phase == .receiving {
      due = earliest(due, lastPieceAt.advanced(by: limits.partialTimeout))
    }
    if let stalledSince { due = earliest(due, stalledSince.advanced(by: limits.stallTimeout)) }
    return due
  }

  /// Why the call must end now, if it must.
  func overdue(_ now: Instant, _ limits: ServerLimits) -> CallStatus? {
    if phase != .leaving, let deadline, deadline <= now { return .deadlineExceeded }
    if let stalledSince, stalledSince.advanced(by: limits.stallTimeout) <= now {
      return CallStatus(
        code: .resourceExhausted,
        message: "the caller took nothing of its replies for \(limits.stallTimeout)")
    }
    if phase == .receiving, lastPieceAt.advanced(by: limits.partialTimeout) <= now {
      return CallStatus(
        code: .deadlineExceeded,
        message: "the rest of the request did not come for \(limits.partialTimeout)")
    }
    return nil
  }
}

extension CallStatus {
  static let deadlineExceeded = CallStatus(
    code: .deadlineExceeded, message: "the call's deadline passed before it was done")
}

/// The earlier of two moments, either of which may be absent.
func earliest(
  _ first: ContinuousClock.Instant?, _ second: ContinuousClock.Instant?
) -> ContinuousClock.Instant? {
  guard let first else { return second }
  guard let second else { return first }
  return min(first, second)
}
