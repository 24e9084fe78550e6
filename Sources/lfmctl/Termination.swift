// Ends by signals: Ctrl-C cancels at the daemon first, and the shell sees a death by the signal, as it expects.

import Dispatch
import Glibc
import Synchronization

/// The program's end by a signal.
enum Termination {
  private static let interrupted = Mutex<Int32>(0)
  private static let sources = Mutex<[KeptSource]>([])

  /// `@unchecked Sendable`: kept alive and never touched again.
  private struct KeptSource: @unchecked Sendable {
    let source: any DispatchSourceSignal
  }

  /// Writes to closed pipes fail with EPIPE from now on.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Calls `handler` at the first SIGINT or SIGTERM; a second one ends the program at once.
  static func onInterrupt(_ handler: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let isFirst = interrupted.withLock { value in
          defer { value = number }
          return value == 0
        }
        if isFirst { handler() } else { dieBySignal(number) }
      }
      source.activate()
      let kept = KeptSource(source: source)
      sources.withLock { $0.append(kept) }
    }
  }

  /// The signal that interrupted the program, or `nil`.
  static var signalReceived: Int32? {
    let number = interrupted.withLock { $0 }
    return number == 0 ? nil : number
  }

  /// Ends the program so that the shell sees the signal (130 for SIGINT, 141 for SIGPIPE).
  static func dieBySignal(_ number: Int32) -> Never {
    _ = signal(number, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    exit(128 + number)
  }
}
