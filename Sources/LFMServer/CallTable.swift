import LFMGeneration
import LFMWire

/// Which calls a connection has, and whether one more may begin. A value: what a call does is not its business.
package struct CallTable: Sendable {
  /// What becomes of the first frame of a call.
  package enum Verdict: Hashable, Sendable {
    /// It is open now; `end` must follow.
    case begin
    /// It is refused with this status, and was never open.
    case refuse(CallStatus)
    /// It belongs to a call that was refused before: that was answered once, and this is dropped.
    case drop
    /// Its id belongs to a call that is still open: that one ends with this status. A status of its own
    /// could not be told from the other's.
    case breakOpenCall(CallStatus)
  }

  /// Calls at a time.
  private let limit: Int
  private let retryAfter: Duration
  private var open: Set<UInt32> = []
  /// The largest id that began; ids below it never begin.
  package private(set) var lastBegun: UInt32 = 0
  private var highestSeen: UInt32 = 0
  /// Ids that were refused and are no part of the order of those that began. The newest few: who makes up more is
  /// answered again, which costs no more than each first answer did.
  private var refused: [UInt32] = []
  private static let refusedKept = 256

  package init(limit: Int, retryAfter: Duration = .seconds(1)) {
    self.limit = limit
    self.retryAfter = retryAfter
  }

  package var openCount: Int { open.count }

  package func isOpen(_ id: UInt32) -> Bool { open.contains(id) }

  /// Whether the id was used before, refused or not.
  package func isPast(_ id: UInt32) -> Bool { id <= highestSeen && !open.contains(id) }

  /// Judges the first frame of a call.
  ///
  /// - Parameter roomElsewhere: whether the server has room for one more call in all.
  package mutating func begin(_ id: UInt32, roomElsewhere: Bool) -> Verdict {
    if open.contains(id) {
      return .breakOpenCall(
        CallStatus(
          code: .invalidArgument,
          message:
            "call id \(id) was used again while its call was open; give each call a larger id"))
    }
    guard !id.isMultiple(of: 2) else {
      return refuse(id, "call id \(id) is even; clients choose odd ids")
    }
    guard id > highestSeen else {
      return refuse(id, "call id \(id) is not larger than \(highestSeen), the last one used")
    }
    guard !refused.contains(id) else { return .drop }
    highestSeen = id
    guard open.count < limit else {
      return .refuse(busy("this connection has \(open.count) open calls, as many as it may"))
    }
    guard roomElsewhere else {
      return .refuse(busy("the daemon has as many open calls as it may"))
    }
    lastBegun = id
    open.insert(id)
    return .begin
  }

  /// Judges a message for a call that is not open.
  package mutating func message(_ id: UInt32) -> Verdict {
    // What follows the refusal or the end of a call may have been sent before that was known.
    guard !isPast(id) else { return .drop }
    return refuse(id, "a message came for call \(id), which never began")
  }

  private mutating func refuse(_ id: UInt32, _ reason: String) -> Verdict {
    guard !refused.contains(id) else { return .drop }
    refused.append(id)
    if refused.count > Self.refusedKept { refused.removeFirst() }
    return .refuse(CallStatus(code: .invalidArgument, message: reason))
  }

  package mutating func end(_ id: UInt32) {
    open.remove(id)
  }

  private func busy(_ reason: String) -> CallStatus {
    CallStatus(
      code: .resourceExhausted, message: reason + "; try again when one has ended",
      isRetryable: true, retryAfter: retryAfter)
  }
}
