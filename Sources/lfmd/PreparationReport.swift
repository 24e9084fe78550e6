// How far the preparation of the weights is, told to whoever waits for the start: systemd and callers. Throttled, since
// it is asked for after every few megabytes.

import LFMModel
import Synchronization

/// Passes on what is new, and, so that the start's time is extended, from time to time what is not.
final class PreparationReport: Sendable {
  private struct State {
    var text = ""
    var told = ContinuousClock.now
  }

  private let state = Mutex(State())
  private let cancelled = Atomic<Bool>(false)
  private let tell: @Sendable (_ text: String, _ secondsAllowed: Int) -> Void

  /// - Parameter tell: gets the text, and how long the next one may take to come. Called on any thread.
  init(tell: @escaping @Sendable (_ text: String, _ secondsAllowed: Int) -> Void) {
    self.tell = tell
  }

  /// Asks the preparation to end without a file.
  func cancel() { cancelled.store(true, ordering: .relaxed) }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  func take(_ progress: Preparation.Progress) {
    let text = progress.text
    let isNew = state.withLock { state in
      guard text != state.text || ContinuousClock.now - state.told > .seconds(5) else {
        return false
      }
      state = State(text: text, told: .now)
      return true
    }
    // A disk that has gigabytes to write says nothing until it is done.
    if isNew { tell(text, progress == .syncing ? 600 : 60) }
  }
}
