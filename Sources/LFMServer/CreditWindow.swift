// Flow control of one call in one direction, as two values: what we may send, and what we let the peer send.

/// How many bytes of `message` payload may still be sent on a call.
package struct CreditWindow: Hashable, Sendable {
  /// The most credit that a window may hold; more is a peer that does not count.
  package static let limit = Int(Int32.max)

  /// Never negative, never above `limit`.
  package private(set) var available: Int

  package init(initial: Int) {
    available = min(max(initial, 0), Self.limit)
  }

  /// Takes the peer's credit.
  ///
  /// - Returns: false if the window would pass `limit`; then nothing is added.
  package mutating func add(_ credit: UInt32) -> Bool {
    guard Int(credit) <= Self.limit - available else { return false }
    available += Int(credit)
    return true
  }

  /// Pays for bytes that leave. Not more than `available`.
  package mutating func spend(_ bytes: Int) {
    available = max(0, available - bytes)
  }
}
