// The ends that do not wait for the command: signals, a reader that went away, the time-out. What lies about then is
// cleared away first, and the shell sees the end that it expects.

import Dispatch
import Glibc
import Synchronization

/// The program's end by a signal or by the clock.
enum Termination {
  private struct State {
    var cleanUps: [Int: @Sendable () -> Void] = [:]
    var nextCleanUp = 0
    var sources: [KeptSource] = []
    var watched: [Int32] = [SIGPIPE]
    var takesInterrupt: (@Sendable () -> Void)?
  }

  /// `@unchecked Sendable`: kept alive and never touched again.
  private struct KeptSource: @unchecked Sendable {
    let source: any DispatchSourceProtocol
  }

  private static let state = Mutex(State())

  /// From now on a signal ends the program in order, and a write to a closed pipe fails with EPIPE.
  ///
  /// Ending at once also ends the calls: the daemon stops working for a peer that is gone between two layers.
  static func watchSignals() {
    _ = signal(SIGPIPE, SIG_IGN)
    // Who started us may have ignored it: then the system keeps no child's exit code for us.
    _ = signal(SIGCHLD, SIG_DFL)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let previous = signal(number, SIG_IGN)
      // nohup(1) asks to be spared; a shell that starts us in the background does not mean a `kill -INT` of us.
      if number == SIGHUP, isIgnoring(previous) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { take(number) }
      source.activate()
      keep(source)
      state.withLock { $0.watched.append(number) }
    }
  }

  /// From now on an interrupt (Ctrl-C) calls `handler` and does not end the program; nil gives it back.
  static func takeInterrupts(_ handler: (@Sendable () -> Void)?) {
    state.withLock { $0.takesInterrupt = handler }
  }

  private static func take(_ number: Int32) {
    let handler = number == SIGINT ? state.withLock { $0.takesInterrupt } : nil
    if let handler { handler() } else { dieBySignal(number) }
  }

  /// Gives the signals of `watchSignals` back to the system, for another program in this process.
  static func restoreSignals() {
    for number in state.withLock({ $0.watched }) { _ = signal(number, SIG_DFL) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// Has something done however the program ends from now on, short of SIGKILL. It must be quick.
  ///
  /// - Returns: what `forget` takes.
  static func atEnd(_ cleanUp: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.nextCleanUp += 1
      state.cleanUps[state.nextCleanUp] = cleanUp
      return state.nextCleanUp
    }
  }

  static func forget(_ cleanUp: Int) {
    state.withLock { _ = $0.cleanUps.removeValue(forKey: cleanUp) }
  }

  /// Ends the program with 124 when the time is up, wherever it is: reading, connecting or writing.
  ///
  /// - Parameter lastWords: what there is to say then, beside the clearing away.
  static func end(after time: Duration, lastWords: @escaping @Sendable () -> Void) {
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .userInitiated))
    timer.schedule(deadline: .now() + .milliseconds(Int(min(time.seconds, 1e9) * 1000)))
    timer.setEventHandler {
      lastWords()
      cleanUp()
      _exit(ExitStatus.timedOut.rawValue)
    }
    timer.activate()
    keep(timer)
  }

  /// Ends the program so that the shell sees the signal (130 for SIGINT, 141 for SIGPIPE).
  static func dieBySignal(_ number: Int32) -> Never {
    cleanUp()
    _ = signal(number, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    // The first process of a container does not die of its own signals.
    _exit(128 + number)
  }

  private static func cleanUp() {
    let cleanUps = state.withLock { state in
      defer { state.cleanUps = [:] }
      return state.cleanUps.sorted { $0.key > $1.key }.map(\.value)
    }
    for cleanUp in cleanUps { cleanUp() }
  }

  private static func keep(_ source: any DispatchSourceProtocol) {
    let kept = KeptSource(source: source)
    state.withLock { $0.sources.append(kept) }
  }

  private static func isIgnoring(_ handler: __sighandler_t?) -> Bool {
    unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
