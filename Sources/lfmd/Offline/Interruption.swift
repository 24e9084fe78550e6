// Ctrl-C and its like during offline work that has something to clear away first.

import Dispatch
import Glibc
import LFMModel
import Synchronization

/// Takes note of the first signal that asks the process to end; the second one ends it.
final class Interruption: Sendable {
  private let signal = Atomic<Int32>(0)

  /// From now on.
  init() {
    var signals = Signals()
    // What shall be ignored from outside (nohup) stays so.
    let wanted = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
    signals.watch(wanted, on: DispatchQueue.global()) { [self] number in
      let isFirst = signal.compareExchange(
        expected: 0, desired: number, ordering: .relaxed
      ).exchanged
      if !isFirst { end() }
    }
    Self.kept.withLock { $0 = Kept(signals: signals) }
  }

  var hasCome: Bool { signal.load(ordering: .relaxed) != 0 }

  /// Ends the process as the signal would have, so that a shell sees it.
  func end() -> Never {
    Preparation.discardUnfinished()
    LogOutput.flush()
    let noted = signal.load(ordering: .relaxed)
    let number = noted == 0 ? SIGINT : noted
    _ = Glibc.signal(number, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    _exit(128 + number)
  }

  /// `@unchecked Sendable`: kept alive and never touched again.
  private struct Kept: @unchecked Sendable {
    let signals: Signals
  }
  private static let kept = Mutex<Kept?>(nil)

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
