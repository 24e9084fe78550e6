// Unix signals as events on a queue. What they mean is `Daemon`'s affair.

import Dispatch
import Glibc

/// Watches signals for the life of the process.
struct Signals {
  private var sources: [any DispatchSourceSignal] = []

  /// From now on a write to a closed pipe or socket fails with EPIPE instead of ending the process.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Calls `handler` on `queue` whenever one of the signals comes; their default action no longer happens.
  mutating func watch(
    _ signals: [Int32], on queue: DispatchQueue, handler: @escaping @Sendable (Int32) -> Void
  ) {
    for number in signals {
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { handler(number) }
      source.activate()
      sources.append(source)
    }
  }
}
