// How this program starts another: a private daemon, a tool.

import Glibc

enum ChildProcess {
  /// Starts a program in a session of its own, named after the process: Ctrl-C reaches us alone, and it can be ended with all that it
  /// starts. It has no terminal either: opening one fails at once, where a background process would be stopped until somebody
  /// notices. Signals are as in a fresh program, whatever they are in this thread.
  ///
  /// - Parameters:
  ///   - words: its arguments, its own name first.
  ///   - actions: what becomes of descriptors.
  /// - Throws: `Failure` with `system` and the error's number.
  static func start(
    _ program: String, _ words: [String], _ actions: inout posix_spawn_file_actions_t
  ) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var reset = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigemptyset(&reset)
    for number in Termination.ends + [SIGPIPE, SIGCHLD] { unsafe sigaddset(&reset, number) }
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &reset)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(setSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
    defer {
      var next = 0
      while next < words.count {
        unsafe free(pointers[next])
        next += 1
      }
    }
    var process = pid_t()
    let failure = unsafe posix_spawn(&process, program, &actions, &attributes, &pointers, environ)
    guard failure == 0 else {
      var refusal = Failure(.system, "cannot start \(program): \(systemError(failure))")
      refusal.errorNumber = failure
      throw refusal
    }
    return process
  }

  /// Waits for a child that should end soon.
  ///
  /// - Parameter waitsOn: asked again and again when `patience` is over: whether to wait on.
  /// - Returns: its status as waitpid(2) gives it; `nil` if the system does not tell it, or it was not waited for to the end.
  static func wait(
    for process: pid_t, patience: Duration, waitsOn: () -> Bool
  ) -> Int32? {
    var status: Int32 = 0
    let end = ContinuousClock.now.advanced(by: patience)
    while true {
      let ended = unsafe waitpid(process, &status, WNOHANG)
      if ended == process { return status }
      if ended < 0, errno != EINTR { return nil }
      if ContinuousClock.now > end, !waitsOn() { return nil }
      usleep(1000)
    }
  }

  /// POSIX_SPAWN_SETSID of <spawn.h>, which shows it to GNU's own dialect only.
  private static let setSession: Int32 = 0x80
}
