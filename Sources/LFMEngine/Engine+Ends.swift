import Dispatch
import LFMGeneration
import LFMModel

// Ends generations, exactly once each, and at last the engine.
extension Engine {
  enum Ending {
    case finished(FinishReason)
    case failed(GenerationFailure)
  }

  /// The one way out of the engine. What still computes for the generation stops at the next layer; its caller does
  /// not wait for that.
  func end(_ generation: Generation, _ ending: Ending) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard !generation.hasEnded else { return }
    generation.cancellation.cancel()
    generation.preparation?.cancel()
    generation.preparation = nil
    generations[generation.id] = nil
    scheduler.remove(generation.id)
    // A step in flight holds the state itself, and lets go of it at its end.
    generation.state = nil
    switch ending {
    case .finished(let reason):
      counters.finished += 1
      generation.finish(reason)
    case .failed(let failure):
      counters.failed += 1
      generation.fail(failure)
    }
    finishShutdownIfIdle()
  }

  /// Ends a generation and lets the others use its room.
  func fail(_ generation: Generation, _ failure: GenerationFailure) {
    guard !generation.hasEnded else { return }
    end(generation, .failed(failure))
    advance()
  }

  func cancel(_ generation: Generation) {
    dispatchPrecondition(condition: .onQueue(queue))
    fail(generation, .cancelled)
  }

  func setPaused(_ generation: Generation, _ isPaused: Bool) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard !generation.hasEnded else { return }
    scheduler.setPaused(generation.id, isPaused)
    advance()
  }

  /// - Returns: the earliest deadline that is left.
  func endOverdue() -> ContinuousClock.Instant? {
    dispatchPrecondition(condition: .onQueue(queue))
    let now = ContinuousClock.now
    for generation in generations.values {
      if let deadline = generation.deadline, deadline <= now {
        end(generation, .failed(.deadlineExceeded))
      }
    }
    advance()
    return generations.values.compactMap(\.deadline).min()
  }

  // MARK: - Shutdown

  /// Takes no new calls, lets those in flight end by themselves for `drain`, then stops them with `UNAVAILABLE`.
  ///
  /// - Parameter complete: called on the engine queue once nothing is in flight; at the latest `drain` and five
  ///   seconds after the call.
  package func shutdown(
    within drain: Duration = .zero, complete: @escaping @Sendable () -> Void
  ) {
    queue.async { [self] in
      switch shutdown {
      case .serving: shutdown = .draining([complete])
      case .draining(let waiting): shutdown = .draining(waiting + [complete])
      case .stopping(let waiting): shutdown = .stopping(waiting + [complete])
      case .stopped: return complete()
      }
      finishShutdownIfIdle()
      let drain = min(max(drain, .zero), .seconds(86400))
      let milliseconds = Int(drain / .milliseconds(1))
      queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [self] in stopAll() }
      // A step looks at its flags between layers; one that hangs must not hang the process.
      queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds + 5000)) { [self] in
        completeShutdown()
      }
    }
  }

  /// Ends everything in flight with `failure` at once, and takes nothing new: for an engine whose memory is lost. A step
  /// that stands still is not waited for.
  ///
  /// - Parameter complete: called on the engine queue, after every caller was told.
  package func abandon(_ failure: GenerationFailure, complete: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      shutdown = .stopped
      for generation in generations.values { end(generation, .failed(failure)) }
      complete()
    }
  }

  private func stopAll() {
    guard case .draining(let waiting) = shutdown else { return }
    shutdown = .stopping(waiting)
    for generation in generations.values {
      end(generation, .failed(.shuttingDown(isRetryable: !generation.hasStarted)))
    }
    finishShutdownIfIdle()
  }

  func finishShutdownIfIdle() {
    guard generations.isEmpty, stepInFlight == nil else { return }
    completeShutdown()
  }

  private func completeShutdown() {
    switch shutdown {
    case .serving, .stopped: return
    case .draining(let waiting), .stopping(let waiting):
      shutdown = .stopped
      beat?.cancel()
      beat = nil
      for complete in waiting { complete() }
    }
  }

  // MARK: - Signs of life

  /// Calls `notify` on the engine queue every `interval`, but only if a layer was finished since the last time
  /// or nothing can run: what a watchdog is to be fed with.
  package func watch(every interval: Duration, notify: @escaping @Sendable () -> Void) {
    queue.async { [self] in
      beat?.cancel()
      let milliseconds = max(1, min(3_600_000, Int(interval / .milliseconds(1))))
      let timer = DispatchSource.makeTimerSource(queue: queue)
      timer.schedule(
        deadline: .now() + .milliseconds(milliseconds), repeating: .milliseconds(milliseconds))
      var layers = stepModel.layersFinished
      timer.setEventHandler { [weak self] in
        guard let self else { return }
        let now = stepModel.layersFinished
        if now != layers || stepInFlight == nil { notify() }
        layers = now
      }
      beat = timer
      timer.activate()
    }
  }
}

extension GenerationFailure {
  static let cancelled = GenerationFailure(.cancelled, "the caller cancelled the call")

  static let deadlineExceeded = GenerationFailure(
    .deadlineExceeded, "the call's deadline passed before it was done")

  static func shuttingDown(isRetryable: Bool) -> GenerationFailure {
    GenerationFailure(
      .unavailable, "the daemon is shutting down", isRetryable: isRetryable,
      retryAfter: isRetryable ? .seconds(1) : nil)
  }
}
