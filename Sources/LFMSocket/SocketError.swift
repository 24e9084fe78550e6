// What goes wrong with a socket, as data: a kind to branch on and a sentence for people.

import Glibc

/// A failed socket operation.
package struct SocketError: Error, Hashable, Sendable {
  /// What kind of failure it is, so that callers can choose a status or an exit code.
  package enum Kind: Hashable, Sendable {
    /// The path cannot be the address of a socket, whatever the file system holds.
    case badAddress
    /// Something is at the path that is not ours to replace.
    case occupied
    /// A live daemon serves this path, or is about to.
    case alreadyServing
    /// Nothing listens: the path does not exist, or its listener is gone.
    case notListening
    /// The file system or the listener refuses us.
    case permissionDenied
    /// The listener's queue is full; trying again may succeed.
    case busy
    /// The process or the system has no descriptors or memory left.
    case exhausted
    /// The peer closed the connection.
    case peerGone
    /// The descriptor handed to us is not what it should be.
    case wrongDescriptor
    /// Any other answer of the system.
    case system
  }

  package var kind: Kind
  /// One sentence that names the path or the operation, what was found, and what to do.
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The failure of a system call.
  ///
  /// - Parameters:
  ///   - number: the positive `errno`.
  ///   - doing: what was being done, such as `connect to /run/lfmd/lfmd.sock`.
  package init(errno number: Int32, doing: String) {
    self.init(Self.kind(of: number), "cannot \(doing): \(Self.text(of: number))")
  }

  private static func kind(of number: Int32) -> Kind {
    switch number {
    case ENOENT, ECONNREFUSED, ENOTDIR: .notListening
    case EACCES, EPERM, EROFS: .permissionDenied
    case EAGAIN: .busy
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted
    case EPIPE, ECONNRESET, ENOTCONN: .peerGone
    default: .system
    }
  }

  /// The system's own words for an error number.
  package static func text(of number: Int32) -> String {
    guard let words = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: words)
  }
}

extension SocketError: CustomStringConvertible {
  package var description: String { message }
}
