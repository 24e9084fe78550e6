// Where a daemon is found: a path, checked before any system call sees it.

import CLFMLinux

/// The path of a Unix stream socket.
package struct SocketAddress: Hashable, Sendable {
  /// Absolute, without NUL, at most `limit` bytes in UTF-8.
  package let path: String

  /// The most bytes that a path may have (107 on Linux).
  package static var limit: Int { lfm_socket_path_limit() }

  /// - Throws: `.badAddress`, with what is wrong and what is allowed.
  package init(path: String) throws(SocketError) {
    guard !path.isEmpty else {
      throw SocketError(.badAddress, "the socket path is empty; give an absolute path")
    }
    guard !path.utf8.contains(0) else {
      throw SocketError(.badAddress, "the socket path contains a NUL byte")
    }
    guard path.utf8.first == UInt8(ascii: "/") else {
      throw SocketError(
        .badAddress, "the socket path \(path) is relative; give an absolute path")
    }
    guard path.utf8.count <= Self.limit else {
      throw SocketError(
        .badAddress,
        "the socket path \(path) is \(path.utf8.count) bytes long; the system allows \(Self.limit)")
    }
    self.path = path
  }
}
