// `--model FILE`: an lfmd of our own for the duration of one command, over an inherited socket. It ends when its only
// connection does, so nothing is left behind however this program ends.

import Foundation
import Glibc

/// A child `lfmd` that serves one connection.
final class PrivateDaemon {
  /// Our end of the connection; the client that takes it closes it.
  let descriptor: Int32
  private let process: pid_t

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
        "warning",
      ]
      + arguments
    do {
      process = try Self.spawn(program, words, descriptor: ends[1])
    } catch {
      close(ends[0])
      throw error
    }
    descriptor = ends[0]
  }

  /// Waits for the child and gives its exit code: after a lost connection it says why.
  func exitCode() -> Int32? {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
  }

  private static func spawn(
    _ program: String, _ words: [String], descriptor: Int32
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // adddup2 clears close-on-exec on the copy; where the two numbers are one it would not, so a detour is taken.
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 200)
    unsafe posix_spawn_file_actions_adddup2(&actions, 200, 3)
    unsafe posix_spawn_file_actions_addclose(&actions, 200)
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    // Standard output belongs to the answer alone.
    unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    // A group of its own: Ctrl-C reaches us, and we tell the daemon what it means.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var process = pid_t()
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    let failure = unsafe posix_spawn(&process, program, &actions, &attributes, &arguments, environ)
    guard failure == 0 else {
      throw Failure(.system, "cannot start \(program): \(systemError(failure))")
    }
    return process
  }
}

/// Where the programs and files that belong together lie.
enum Programs {
  private static var ownFolder: URL? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
      URL(filePath: $0).deletingLastPathComponent()
    }
  }

  /// The `lfmd` beside this program.
  static func lfmd() throws -> String {
    if let path = ownFolder?.appending(path: "lfmd").path,
      FileManager.default.isExecutableFile(atPath: path)
    {
      return path
    }
    throw Failure(
      .unavailable,
      "there is no lfmd beside this program in \(ownFolder?.path ?? "its folder"): install both together"
    )
  }

  /// The file that `--model` names; `demo` is the demo model of the installation or of the source tree.
  static func modelFile(_ name: String) throws -> String {
    guard name == "demo" else { return name }
    var folder = ownFolder
    while let place = folder, place.path != "/" {
      for candidate in ["share/lfmd/demo.gguf", "Models/demo.gguf"] {
        let path = place.appending(path: candidate).path
        if FileManager.default.fileExists(atPath: path) { return path }
      }
      folder = place.deletingLastPathComponent()
    }
    throw Failure(.noInput, "the demo model is not installed: looked for share/lfmd/demo.gguf")
  }
}
