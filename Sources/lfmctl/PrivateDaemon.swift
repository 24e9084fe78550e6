// `--model FILE`: an lfmd of our own for the duration of one command, over an inherited socket. It ends when its only
// connection does, so nothing is left behind however this program ends.

import Foundation
import Glibc

/// A child `lfmd` that serves one connection.
final class PrivateDaemon {
  /// Our end of the connection; the client that takes it closes it.
  let descriptor: Int32
  private let process: pid_t
  private var cleanUp: Int?

  /// - Parameter arguments: flags for lfmd beside the model's.
  init(model: String, arguments: [String] = []) throws {
    let program = try Programs.lfmd()
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw Failure(.system, "cannot make a socket pair: \(systemError())")
    }
    defer { close(ends[1]) }
    let words =
      [
        program, "--config", "/dev/null", "--connection-fd", "3", "--model", model, "--log-level",
        "warning", "--prepare", Self.preparePolicy(model),
      ]
      + arguments
    do {
      // It has nothing to save, and must not compute on for a command that has ended.
      (process, cleanUp) = try Termination.starting {
        let process = try Self.spawn(program, words, descriptor: ends[1])
        return (process, { kill(process, SIGKILL) })
      }
    } catch {
      close(ends[0])
      throw error
    }
    descriptor = ends[0]
  }

  /// For one command, no gigabytes are written unasked: `lfmctl prepare` does that.
  private static func preparePolicy(_ model: String) -> String {
    var status = stat()
    guard unsafe stat(model, &status) == 0, status.st_size > 1_000_000_000 else { return "auto" }
    return "existing"
  }

  /// Waits for the child, whose connection has been closed. One that does not end soon is killed.
  ///
  /// - Returns: its status as waitpid(2) gives it, or `nil` if it had been waited for.
  @discardableResult
  func end() -> Int32? {
    guard let cleanUp else { return nil }
    self.cleanUp = nil
    defer { Termination.forget(cleanUp) }
    return ChildProcess.wait(for: process, patience: .seconds(3)) {
      kill(process, SIGKILL)
      return true
    }
  }

  /// Why the child ended before it had answered, if it says so.
  func failure(serving file: String) -> Failure? {
    guard let status = end() else { return nil }
    guard status & 0x7f == 0 else {
      return Failure(.software, "the private lfmd was ended by signal \(status & 0x7f)")
    }
    let code = (status >> 8) & 0xff
    guard code != 0 else { return nil }
    return Failure(
      ExitStatus(rawValue: code) ?? .software, "the private lfmd could not serve \(file)")
  }

  /// What our caller left open is no affair of the daemon's: the reader of a pipe waits until all writers have closed it.
  private static func closeInheritedOnExec() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  private static func spawn(
    _ program: String, _ words: [String], descriptor: Int32
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Standard output belongs to the answer alone.
    unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    // dup2 clears close-on-exec on the copy; glibc's action does so also where the two numbers are one.
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 3)
    closeInheritedOnExec()
    return try unsafe ChildProcess.start(program, words, &actions)
  }
}
