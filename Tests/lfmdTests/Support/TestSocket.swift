import Foundation
import Glibc
import Testing

/// A Unix socket of the test's own, in a folder of its own.
final class TestSocket {
  let path: String
  let number: Int32
  private let folder: URL

  /// - Parameter type: `SOCK_STREAM` listens; `SOCK_DGRAM` receives.
  init(_ type: __socket_type) throws {
    folder = URL(filePath: "/tmp/lfm-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: "s").path
    number = socket(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let failed = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(failed == 0)
    if type == SOCK_STREAM { try #require(listen(number, 16) == 0) }
  }

  deinit {
    close(number)
    try? FileManager.default.removeItem(at: folder)
  }

  /// As a descriptor to hand to a program; the socket stays ours too.
  var handle: FileHandle { FileHandle(fileDescriptor: number, closeOnDealloc: false) }

  /// The next datagram that has come, if one has.
  func datagram() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// For a `SOCK_DGRAM`: all states told to it so far and from now on, until one fits; the rest of its datagram is included.
  func states(until fits: (String) -> Bool) throws -> [String] {
    var all: [String] = []
    try eventually({
      while let datagram = datagram() {
        let lines = datagram.split(separator: "\n").map(String.init)
        all += lines
        if lines.contains(where: fits) { return true }
      }
      return false
    })
    return all
  }
}

/// Starts `lfmd` as a service manager does: descriptors from 3 on, announced in the environment.
///
/// - Parameters:
///   - environment: more of it.
///   - redirections: how the shell makes descriptors 3 and up; 0 is `input`, 2 is `standardError`.
///   - count: what `LISTEN_FDS` announces.
func startActivated(
  _ arguments: [String], input: FileHandle, standardError: FileHandle? = nil,
  redirections: String = "3<&0 </dev/null", count: Int = 1, environment: [String: String] = [:]
) throws -> RunningProgram {
  // LISTEN_PID must be the daemon's own; `exec` keeps the shell's.
  let script = "LISTEN_PID=$$ LISTEN_FDS=\(count) exec \"$0\" \"$@\" \(redirections)"
  return try RunningProgram(
    URL(filePath: "/bin/sh"),
    ["-c", script, Built.program("lfmd").path, "--config", "/dev/null"] + arguments,
    standardInput: input, standardError: standardError, environment: environment)
}
