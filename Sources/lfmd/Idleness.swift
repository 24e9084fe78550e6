// Whether anybody is connected, and since when nobody is: for the daemon that ends when it is not needed. What is done
// about it is `Daemon`'s.

import LFMServer
import Synchronization

/// Counts the server's connections.
final class Idleness: Sendable {
  private struct State {
    var connections = 0
    /// When the last one closed, or when counting began.
    var since = ContinuousClock.now
    var tell: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// - Parameter tell: called whenever the last connection closes, on the server's queue.
  func whenIdle(_ tell: @escaping @Sendable () -> Void) {
    state.withLock { $0.tell = tell }
  }

  func take(_ event: ServerEvent) {
    switch event {
    case .connectionOpened: state.withLock { $0.connections += 1 }
    case .connectionClosed:
      let tell = state.withLock { state in
        state.connections -= 1
        state.since = .now
        return state.connections == 0 ? state.tell : nil
      }
      tell?()
    case .callStarted, .callEnded, .problem: break
    }
  }

  /// How long nobody has been connected; nil while somebody is.
  func duration(at now: ContinuousClock.Instant = .now) -> Duration? {
    state.withLock { $0.connections == 0 ? $0.since.duration(to: now) : nil }
  }
}
