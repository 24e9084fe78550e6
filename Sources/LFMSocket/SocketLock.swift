// Keeps two daemons from taking one socket path at the same moment. It says nothing about the socket itself.

import Glibc

/// An advisory lock on `<path>.lock`, held as long as this value lives.
///
/// Looking at a socket, finding it stale, removing it and binding anew are four steps; two daemons that start
/// together could each remove the other's fresh socket in between. The lock makes them one.
package struct SocketLock: ~Copyable, Sendable {
  private let descriptor: Descriptor
  private let path: String

  /// - Throws: `.alreadyServing` if another process holds the lock.
  package init(for address: SocketAddress) throws(SocketError) {
    let path = address.path + ".lock"
    // The holder removes the file when it lets go, so what we locked may be a file that no longer has the
    // name; then the next attempt meets its successor.
    for _ in 0..<16 {
      let number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard number >= 0 else {
        guard errno != ENOENT, errno != ENOTDIR else {
          throw SocketError(
            .system,
            "the directory of the socket path \(address.path) does not exist; create it, or choose another path"
          )
        }
        throw SocketError(errno: errno, doing: "open the lock \(path) beside the socket")
      }
      let descriptor = Descriptor(owning: number)
      guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
        throw SocketError(
          .alreadyServing,
          "another daemon\(Self.holder(of: descriptor)) is serving \(address.path) (it holds \(path)); "
            + "stop it first, or choose another path")
      }
      if FileIdentity(of: descriptor) == FileIdentity(at: path) {
        Self.sign(descriptor)
        self.descriptor = descriptor
        self.path = path
        return
      }
    }
    throw SocketError(.alreadyServing, "other daemons keep taking the lock \(path)")
  }

  /// Leaves our process id in the file, for whoever finds it locked.
  private static func sign(_ descriptor: borrowing Descriptor) {
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor.number, 0) == 0 else { return }
    _ = unsafe text.withUnsafeBytes { bytes in
      unsafe pwrite(descriptor.number, bytes.baseAddress, bytes.count, 0)
    }
  }

  /// " (process 123)", or nothing where the file does not say. For people only: the lock is what counts.
  private static func holder(of descriptor: borrowing Descriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe pread(descriptor.number, buffer.baseAddress, buffer.count, 0)
    }
    guard count > 0,
      let process = Int32(
        String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)),
      process > 0
    else { return "" }
    return " (process \(process))"
  }

  deinit {
    if FileIdentity(of: descriptor) == FileIdentity(at: path) { _ = unsafe unlink(path) }
  }
}
