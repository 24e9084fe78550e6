// The one owner of a file descriptor: closed once, when its owner goes.

import CLFMLinux
import Glibc

/// A file descriptor that is closed exactly once, at the end of this value's life.
package struct Descriptor: ~Copyable, Sendable {
  /// The number. Borrow it for a call; never close it, never keep it longer than this value.
  package let number: Int32

  /// Takes over a descriptor that nobody else will close.
  package init(owning number: Int32) {
    self.number = number
  }

  deinit { _ = close(number) }

  /// Gives the descriptor away, open; closing it is the caller's duty from now on.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// A new connected pair of Unix stream sockets, non-blocking. Both are the caller's to own, at once.
  package static func socketPair() throws(SocketError) -> (first: Int32, second: Int32) {
    var first: Int32 = -1
    var second: Int32 = -1
    let failed = unsafe lfm_socket_pair(&first, &second)
    guard failed == 0 else { throw SocketError(errno: -failed, doing: "make a pair of sockets") }
    return (first, second)
  }

  /// Connects to a listening Unix stream socket. Does not block.
  ///
  /// - Throws: `.notListening`, `.permissionDenied`, `.busy` (the listener's queue is full), `.exhausted`.
  package static func connect(to address: SocketAddress) throws(SocketError) -> Descriptor {
    let number = lfm_socket_open()
    guard number >= 0 else { throw SocketError(errno: -number, doing: "open a socket") }
    let socket = Descriptor(owning: number)
    let failed = unsafe lfm_socket_connect(number, address.path)
    guard failed == 0 else {
      throw SocketError(errno: -failed, doing: "connect to \(address.path)")
    }
    return socket
  }
}
