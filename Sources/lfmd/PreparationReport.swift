// How far the preparation of the weights is, for systemd and the log. It is told after every few megabytes, and passed
// on when the text changes.

import LFMModel
import Synchronization

/// Passes on what is new.
final class PreparationReport: Sendable {
  private let last = Mutex("")
  private let cancelled = Atomic<Bool>(false)
  private let tell: @Sendable (_ text: String) -> Void

  /// - Parameter tell: called on any thread.
  init(tell: @escaping @Sendable (_ text: String) -> Void) {
    self.tell = tell
  }

  /// Asks the preparation to end without a file.
  func cancel() { cancelled.store(true, ordering: .relaxed) }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  func take(_ progress: Preparation.Progress) {
    let text = progress.text
    let isNew = last.withLock { last in
      defer { last = text }
      return last != text
    }
    if isNew { tell(text) }
  }
}
