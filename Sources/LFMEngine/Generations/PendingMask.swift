import Dispatch
import LFMGeneration
import LFMTokenizer
import Synchronization

/// A mask that is being worked out, on a queue of its own, while the step computes for which it is meant.
final class PendingMask: Sendable {
  /// A bit for every token, 64 to a word; or why there is none.
  typealias Outcome = Result<[UInt64], GenerationFailure>

  private struct State: Sendable {
    var outcome: Outcome?
    var isSlow = false
    var waiter: (@Sendable (Outcome) -> Void)?
  }

  private let state = Mutex(State())
  private let queue: DispatchQueue

  /// Begins at once.
  init(_ restriction: TokenRestriction, _ vocabulary: Vocabulary, on queue: DispatchQueue) {
    self.queue = queue
    queue.async { [self] in
      let begun = ContinuousClock.now
      let outcome = Outcome { () throws(GenerationFailure) in
        try restriction.mask(vocabulary)
      }
      let isSlow = begun.duration(to: .now) > Self.slow
      let waiter = state.withLock { state in
        state.outcome = outcome
        state.isSlow = isSlow
        return state.waiter.take()
      }
      waiter?(outcome)
    }
  }

  /// Ordinary constraints take a hundredth of it.
  private static let slow = Duration.milliseconds(10)

  /// Whether it took so long that the next ones of its generation are to keep others waiting no more.
  var isSlow: Bool { state.withLock { $0.isSlow } }

  /// What came of it, if that is known: nobody who computes ever waits for it.
  var outcome: Outcome? { state.withLock { $0.outcome } }

  /// Calls `body` once, on the masks' queue.
  func whenReady(_ body: @escaping @Sendable (Outcome) -> Void) {
    let outcome = state.withLock { state in
      if state.outcome == nil { state.waiter = body }
      return state.outcome
    }
    if let outcome { queue.async { body(outcome) } }
  }
}
