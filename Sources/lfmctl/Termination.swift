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
  /// Whether the program is ending. Held while something is started that must end with it, and while it is cleared away.
  private static let ending = Mutex(false)

  /// Signals that end a program which takes no notice of them, and would leave running what it has started: children have sessions of
  /// their own, so that the terminal's signals do not reach them.
  static let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU]

  /// From now on a signal ends the program in order, and a write to a closed pipe fails with EPIPE.
  ///
  /// Ending at once also ends the calls: the daemon stops working for a peer that is gone between two layers.
  static func watchSignals() {
    _ = signal(SIGPIPE, SIG_IGN)
    // Who started us may have ignored it: then the system keeps no child's exit code for us.
    _ = signal(SIGCHLD, SIG_DFL)
    for number in ends {
      let previous = signal(number, SIG_IGN)
      // nohup(1) asks to be spared; a shell that starts us in the background does not mean a `kill -INT` of us.
      if isIgnoring(previous), ![SIGINT, SIGQUIT, SIGTERM].contains(number) { continue }
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

  /// Starts something that must not outlive the program: an end that comes meanwhile waits until it can be cleared away. Once the end has
  /// begun nothing starts any more, and the caller waits for it.
  ///
  /// - Parameter start: must be quick. Gives what it has started, and how that is ended.
  /// - Returns: what was started, and what `forget` takes.
  static func starting<Value>(
    _ start: () throws -> (Value, @Sendable () -> Void)
  ) throws -> (value: Value, cleanUp: Int) {
    let started = try ending.withLock { isEnding -> (Value, Int)? in
      guard !isEnding else { return nil }
      let (value, end) = try start()
      return (value, atEnd(end))
    }
    guard let started else { waitForEnd() }
    return started
  }

  /// Goes on, unless the program is ending: what ends now was ended, and nothing is to be made of it.
  static func waitIfEnding() {
    if ending.withLock({ $0 }) { waitForEnd() }
  }

  private static func waitForEnd() -> Never {
    while true { sleep(1) }
  }

  static func forget(_ cleanUp: Int) {
    state.withLock { _ = $0.cleanUps.removeValue(forKey: cleanUp) }
  }

  /// Ends the program with 124 when the time is up, wherever it is: reading, connecting or writing.
  ///
  /// - Parameter lastWords: what there is to say then, beside the clearing away. A reader who has stalled is not waited for.
  static func end(after time: Duration, lastWords: @escaping @Sendable () -> Void) {
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .userInitiated))
    timer.schedule(deadline: .now() + .milliseconds(Int(min(time.seconds, 1e9) * 1000)))
    timer.setEventHandler {
      ending.withLock { $0 = true }
      after(patience) { cleanUp() }
      after(2 * patience) { _exit(ExitStatus.timedOut.rawValue) }
      lastWords()
      cleanUp()
      _exit(ExitStatus.timedOut.rawValue)
    }
    timer.activate()
    keep(timer)
  }

  /// Ends the program so that the shell sees the signal (130 for SIGINT, 141 for SIGPIPE).
  static func dieBySignal(_ number: Int32) -> Never {
    after(patience) { die(number) }
    cleanUp()
    die(number)
  }

  private static func die(_ number: Int32) -> Never {
    _ = signal(number, SIG_DFL)
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    // The first process of a container does not die of its own signals.
    _exit(128 + number)
  }

  /// Clears away what was begun last first. An end that comes beside another waits for it.
  private static func cleanUp() {
    ending.withLock { isEnding in
      isEnding = true
      while let cleanUp = state.withLock({ state in
        state.cleanUps.keys.max().flatMap { state.cleanUps.removeValue(forKey: $0) }
      }) { cleanUp() }
    }
  }

  /// Last words and clearing away may write to a pipe that nobody reads from; in milliseconds.
  private static let patience = 500

  private static func after(_ milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
    let deadline = DispatchTime.now() + .milliseconds(milliseconds)
    DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: deadline, execute: body)
  }

  private static func keep(_ source: any DispatchSourceProtocol) {
    let kept = KeptSource(source: source)
    state.withLock { $0.sources.append(kept) }
  }

  private static func isIgnoring(_ handler: __sighandler_t?) -> Bool {
    unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
