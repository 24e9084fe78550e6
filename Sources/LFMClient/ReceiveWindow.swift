/// How much the daemon may send on one call: a reader that is slow to take messages holds it back. A value.
///
/// At most one window of bytes is held in whole messages. The message that is under way is let through to its end once
/// nothing whole is held, so that messages larger than the window can travel.
struct ReceiveWindow: Hashable, Sendable {
  private let size: Int
  /// All that the daemon was ever allowed to send, and all that it sent.
  private var granted: Int
  private var received = 0
  /// Bytes of whole messages that nobody has taken, and of the one under way.
  private var held = 0
  private var partial = 0

  /// - Parameter size: what our hello announced.
  init(size: Int) {
    self.size = size
    granted = size
  }

  /// Takes note of a frame's payload.
  ///
  /// - Returns: false if the daemon sent more than it was allowed to.
  mutating func receive(_ bytes: Int) -> Bool {
    received += bytes
    partial += bytes
    return received <= granted
  }

  /// The message under way is whole.
  ///
  /// - Returns: what it weighs, to be given back to `take`.
  mutating func complete() -> Int {
    let weight = partial
    held += weight
    partial = 0
    return weight
  }

  /// A whole message was taken by its reader.
  mutating func take(_ weight: Int) {
    held -= weight
  }

  /// What to grant now; `nil` if it is not worth a frame yet.
  mutating func grant() -> UInt32? {
    let burden = held == 0 ? 0 : held + partial
    let due = received - burden + size - granted
    guard due > 0, due >= size / 2 else { return nil }
    granted += due
    return UInt32(clamping: due)
  }
}
