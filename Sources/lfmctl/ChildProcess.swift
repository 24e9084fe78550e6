// How this program starts another: a private daemon, a tool.

import Glibc

enum ChildProcess {
  /// Starts a program in a process group of its own: Ctrl-C reaches us alone, and it can be ended with all that it starts.
  /// Signals are as in a fresh program, whatever they are in this thread.
  ///
  /// - Parameters:
  ///   - words: its arguments, its own name first.
  ///   - actions: what becomes of descriptors.
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
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&reset, number) }
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &reset)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
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
      throw Failure(.system, "cannot start \(program): \(systemError(failure))")
    }
    return process
  }
}
