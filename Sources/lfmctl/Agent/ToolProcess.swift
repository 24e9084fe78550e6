// One run of a tool: a child process that gets its arguments on standard input and gives its result on standard output, in bounded time
// and space. What is run, and whether, is others' affair.

import Glibc

struct ToolProcess {
  enum Ending: Hashable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    /// The system does not tell.
    case unknown

    /// - Parameter status: as waitpid(2) gives it.
    init(status: Int32?) {
      guard let status else {
        self = .unknown
        return
      }
      let signal = status & 0x7f
      self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
  }

  struct Outcome {
    var output: [UInt8]
    /// Bytes that came behind these and are not kept.
    var leftOut = 0
    /// The last lines of standard error.
    var complaint = ""
    var ending: Ending
  }

  /// What its messages are told under.
  let name: String
  let program: String
  let arguments: [String]
  let limit: Duration
  /// Bytes of output that are kept.
  let longestOutput: Int

  /// Runs the program to its end, or to the limit: then it is killed with all that is in its session.
  ///
  /// - Throws: `Failure` with `system` if it cannot be started.
  func run(input: [UInt8]) throws -> Outcome {
    // One at a time: another child would inherit the pipes before they are marked, and keep them open.
    let ((session, pipes), cleanUp) = try Termination.starting {
      let started = try start()
      return (started, { started.0.end(within: .milliseconds(200)) })
    }
    defer { Termination.forget(cleanUp) }
    var talk = ToolTalk(pipes, input: input, longestOutput: longestOutput) { [name] lines in
      for line in lines { StandardError.say("\(name): \(line)") }
    }
    let deadline = ContinuousClock.now.advanced(by: limit)
    var isLate = false
    while !session.hasEnded {
      isLate = ContinuousClock.now >= deadline
      if isLate { break }
      talk.step()
    }
    Termination.waitIfEnding()
    // Whatever it left running must not outlive it.
    session.end()
    talk.finish()
    let ending = Ending(status: session.wait())
    return talk.outcome(isLate ? .timedOut : ending)
  }

  private func start() throws -> (ToolSession, ToolPipes) {
    let pipes = try ToolPipes()
    do {
      let process = try spawn(pipes)
      pipes.closeToolEnds()
      return (ToolSession(leader: process), pipes)
    } catch {
      pipes.closeAll()
      throw error
    }
  }

  private func spawn(_ pipes: ToolPipes) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (end, standard) in zip(pipes.toolEnds, [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]) {
      unsafe posix_spawn_file_actions_adddup2(&actions, end, standard)
    }
    return try unsafe ChildProcess.start(program, [program] + arguments, &actions)
  }
}
