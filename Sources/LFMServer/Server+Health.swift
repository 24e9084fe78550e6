// Whether the server serves, and who is told when that changes: what stands behind `grpc.health.v1`.

import Dispatch
import LFMGeneration
import LFMWire
import Synchronization

extension Server {
  /// The names whose health can be asked for. All have the same: there is one model.
  static let healthNames = [""] + Method.services

  /// Whether calls are taken now. On the server's queue.
  var healthStatus: HealthStatus {
    dispatchPrecondition(condition: .onQueue(queue))
    guard case .ready = backend.state, !isDraining else { return .notServing }
    return .serving
  }

  /// Tells the health now and whenever it changes, until the watch is cancelled. On the server's queue.
  ///
  /// - Parameter service: one that is not known is `serviceUnknown`, and stays so.
  func watchHealth(
    of service: String, tell: @escaping @Sendable (HealthStatus) -> Void
  ) -> any GenerationControl {
    let isKnown = Self.healthNames.contains(service)
    let status: HealthStatus = isKnown ? healthStatus : .serviceUnknown
    tell(status)
    return health.add(status, isKnown ? tell : nil)
  }

  /// To be called after everything that `healthStatus` is made of. On the server's queue.
  func healthMayHaveChanged() {
    health.tell(healthStatus)
  }
}

/// Those who watch the health. A watch is cancelled on whatever queue its call ends, so the list is locked.
final class HealthWatchers: Sendable {
  private struct Watcher: Sendable {
    var last: HealthStatus
    /// `nil` if nothing can change for this one.
    var tell: (@Sendable (HealthStatus) -> Void)?
  }

  private struct State: Sendable {
    var watchers: [UInt64: Watcher] = [:]
    var added: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Watches that have not been cancelled.
  var count: Int { state.withLock { $0.watchers.count } }

  /// - Parameters:
  ///   - status: what the watcher was told.
  ///   - tell: gets what changes; `nil` if nothing can.
  fileprivate func add(
    _ status: HealthStatus, _ tell: (@Sendable (HealthStatus) -> Void)?
  ) -> any GenerationControl {
    let number = state.withLock { state in
      state.added += 1
      state.watchers[state.added] = Watcher(last: status, tell: tell)
      return state.added
    }
    return HealthWatch(watchers: self, number: number)
  }

  /// Tells those who were told something else before.
  fileprivate func tell(_ status: HealthStatus) {
    let due = state.withLock { state in
      var due: [@Sendable (HealthStatus) -> Void] = []
      for (number, watcher) in state.watchers where watcher.last != status {
        guard let tell = watcher.tell else { continue }
        state.watchers[number]?.last = status
        due.append(tell)
      }
      return due
    }
    for tell in due { tell(status) }
  }

  fileprivate func remove(_ number: UInt64) {
    state.withLock { $0.watchers[number] = nil }
  }
}

/// One watch. It says so little that it need not rest.
private struct HealthWatch: GenerationControl {
  let watchers: HealthWatchers
  let number: UInt64

  func cancel() { watchers.remove(number) }
  func pause() {}
  func resume() {}
  func endThinking() {}
}

extension CallStatus {
  /// How a watch ends that outlives all other calls of a server that stops.
  static let watchedToTheEnd = CallStatus(
    code: .unavailable, message: "the daemon is stopping; its successor can be watched",
    isRetryable: true, retryAfter: .seconds(1))
}
