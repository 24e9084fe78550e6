// One run of a tool: a child process that gets its arguments on standard input and gives its result on standard output, in bounded time
// and space. What is run, and whether, is others' affair.

import Foundation
import Glibc
import Synchronization

struct ToolProcess {
  enum Ending: Hashable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
  }

  struct Outcome {
    var output: [UInt8]
    /// Whether more came than is kept.
    var isCut: Bool
    var ending: Ending
  }

  /// Bytes of a result that are kept. A model reads no more in any case.
  static let longestOutput = 256 << 10

  let program: String
  let arguments: [String]
  let limit: Duration

  /// Runs the program to its end, or to the limit: then it is killed with all that it started.
  ///
  /// - Throws: `Failure` with `system` if it cannot be started.
  func run(input: [UInt8]) throws -> Outcome {
    let (process, toChild, fromChild) = try Self.starting.withLock { _ in try start() }
    let cleanUp = Termination.atEnd { kill(-process, SIGKILL) }
    defer { Termination.forget(cleanUp) }
    var talk = Talk(input: input, toChild: toChild, fromChild: fromChild)
    let deadline = ContinuousClock.now.advanced(by: limit)
    let ending = talk.wait(for: process, until: deadline)
    // Whatever it left running must not outlive it.
    kill(-process, SIGKILL)
    talk.end()
    return Outcome(output: talk.output, isCut: talk.isCut, ending: ending)
  }

  /// One at a time: another child would inherit the pipes before they are marked, and keep them open.
  private static let starting = Mutex(())

  private func start() throws -> (process: pid_t, toChild: Int32, fromChild: Int32) {
    let toChild = try Pipe()
    let fromChild: Pipe
    do {
      fromChild = try Pipe()
    } catch {
      toChild.end()
      throw error
    }
    do {
      let process = try spawn(reading: toChild.read, writing: fromChild.write)
      close(toChild.read)
      close(fromChild.write)
      return (process, toChild.write, fromChild.read)
    } catch {
      toChild.end()
      fromChild.end()
      throw error
    }
  }

  private struct Pipe {
    let read: Int32
    let write: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard unsafe pipe(&ends) == 0 else {
        throw Failure(.system, "cannot make a pipe: \(systemError())")
      }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (read, write) = (ends[0], ends[1])
    }

    func end() {
      close(read)
      close(write)
    }
  }

  private func spawn(reading input: Int32, writing output: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    return try unsafe ChildProcess.start(program, [program] + arguments, &actions)
  }

  /// Both directions at once: a tool may answer before it has read everything.
  private struct Talk {
    var output: [UInt8] = []
    var isCut = false
    private var input: ArraySlice<UInt8>
    private var toChild: Int32?
    private var fromChild: Int32?

    init(input: [UInt8], toChild: Int32, fromChild: Int32) {
      self.input = input[...]
      self.toChild = toChild
      self.fromChild = fromChild
      _ = fcntl(toChild, F_SETFL, O_NONBLOCK)
      _ = fcntl(fromChild, F_SETFL, O_NONBLOCK)
    }

    /// Talks until the process has ended, and everything that it wrote is read.
    mutating func wait(for process: pid_t, until deadline: ContinuousClock.Instant) -> Ending {
      var status: Int32 = 0
      while true {
        let ended = unsafe waitpid(process, &status, WNOHANG)
        if ended == process || (ended < 0 && errno != EINTR) {
          receive()
          let signal = status & 0x7f
          return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
        }
        if ContinuousClock.now >= deadline {
          kill(-process, SIGKILL)
          while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
          receive()
          return .timedOut
        }
        step()
      }
    }

    /// Waits a moment for one of the pipes.
    private mutating func step() {
      var waiting: [pollfd] = []
      if let toChild { waiting.append(pollfd(fd: toChild, events: Int16(POLLOUT), revents: 0)) }
      if let fromChild { waiting.append(pollfd(fd: fromChild, events: Int16(POLLIN), revents: 0)) }
      if unsafe poll(&waiting, nfds_t(waiting.count), 20) > 0 {
        send()
        receive()
      }
    }

    private mutating func send() {
      guard let descriptor = toChild else { return }
      while !input.isEmpty {
        let count = unsafe input.withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0 {
          if errno == EAGAIN || errno == EINTR { return }
          // It does not want to read on: that is its right.
          break
        }
        input = input.dropFirst(count)
      }
      close(descriptor)
      toChild = nil
    }

    private mutating func receive() {
      guard let descriptor = fromChild else { return }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = unsafe chunk.withUnsafeMutableBytes {
          unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
          close(descriptor)
          fromChild = nil
          return
        }
        let room = ToolProcess.longestOutput - output.count
        output += chunk[..<min(count, room)]
        isCut = isCut || count > room
      }
    }

    mutating func end() {
      if let toChild { close(toChild) }
      if let fromChild { close(fromChild) }
      (toChild, fromChild) = (nil, nil)
    }
  }
}
