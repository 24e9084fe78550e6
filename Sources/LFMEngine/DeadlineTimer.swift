import Dispatch

/// One timer for all deadlines, on the engine queue: it wakes for the earliest and asks what is overdue.
///
/// `@unchecked Sendable`: `next` belongs to the engine queue, where `arm` is called and the handler runs.
final class DeadlineTimer: @unchecked Sendable {
  private let queue: DispatchQueue
  private let source: any DispatchSourceTimer
  private var next: ContinuousClock.Instant?

  init(queue: DispatchQueue) {
    self.queue = queue
    source = DispatchSource.makeTimerSource(queue: queue)
    source.schedule(deadline: .distantFuture)
  }

  deinit { source.cancel() }

  /// - Parameter handler: ends what is overdue and returns the earliest deadline that is left.
  func onExpiry(_ handler: @escaping @Sendable () -> ContinuousClock.Instant?) {
    source.setEventHandler { [weak self] in
      guard let self else { return }
      next = nil
      if let earliest = handler() { arm(earliest) }
    }
    source.activate()
  }

  /// Makes sure that the handler runs at `deadline` at the latest.
  func arm(_ deadline: ContinuousClock.Instant) {
    dispatchPrecondition(condition: .onQueue(queue))
    if let next, next <= deadline { return }
    next = deadline
    // Clocks differ by suspension, and a far deadline may overflow: an hour at most, then look again.
    let now = ContinuousClock.now
    let wait = min(max(now.duration(to: deadline), Duration.zero), Duration.seconds(3600))
    source.schedule(
      deadline: .now() + .nanoseconds(Int(wait / .nanoseconds(1)) + 1_000), leeway: .milliseconds(1)
    )
  }
}
