// Takes a path for a new listening socket, and gives it back. Decides what may be replaced: only a socket of our
// own that nobody answers on. Accepting is the listener's.

import CLFMLinux
import Glibc

/// A listening socket and its hold on the path.
struct BoundSocket: ~Copyable, Sendable {
  let descriptor: Descriptor
  private let address: SocketAddress?
  private let identity: FileIdentity?
  private let lock: SocketLock?

  /// Binds and listens.
  ///
  /// - Parameters:
  ///   - mode: the permissions of the socket's file, whatever the umask.
  ///   - backlog: how many connections may wait to be accepted.
  init(binding address: SocketAddress, mode: UInt32, backlog: Int32) throws(SocketError) {
    let lock = try SocketLock(for: address)
    try Self.clear(address)
    let descriptor = try Self.listen(on: address, mode: mode, backlog: backlog)
    self.descriptor = descriptor
    self.address = address
    self.identity = FileIdentity(at: address.path)
    self.lock = consume lock
  }

  /// Takes over a listening socket that somebody else bound and will remove (systemd's, or a parent's).
  init(adopting descriptor: consuming Descriptor) throws(SocketError) {
    guard lfm_socket_kind(descriptor.number) == 1 else {
      throw SocketError(
        .wrongDescriptor,
        "inherited descriptor \(descriptor.number) is not a listening Unix stream socket")
    }
    let failed = lfm_socket_adopt(descriptor.number)
    guard failed == 0 else {
      throw SocketError(errno: -failed, doing: "take over descriptor \(descriptor.number)")
    }
    self.descriptor = descriptor
    address = nil
    identity = nil
    lock = nil
  }

  /// The file goes before the lock does, and only if it is still the one we made.
  deinit {
    if let address, let identity, FileIdentity(at: address.path) == identity {
      _ = unsafe unlink(address.path)
    }
  }

  /// The path must be free.
  private static func listen(
    on address: SocketAddress, mode: UInt32, backlog: Int32
  ) throws(SocketError) -> Descriptor {
    let number = lfm_socket_open()
    guard number >= 0 else { throw SocketError(errno: -number, doing: "open a socket") }
    let descriptor = Descriptor(owning: number)
    let failed = unsafe lfm_socket_bind(number, address.path, mode)
    guard failed != -EADDRINUSE else {
      throw SocketError(.occupied, "something appeared at \(address.path) just now; try again")
    }
    guard failed == 0 else {
      throw SocketError(errno: -failed, doing: "bind to \(address.path)")
    }
    guard unsafe chmod(address.path, mode) == 0, Glibc.listen(number, backlog) == 0 else {
      let number = errno
      _ = unsafe unlink(address.path)
      throw SocketError(errno: number, doing: "listen on \(address.path)")
    }
    return descriptor
  }

  /// Makes the path free, or says why it must stay as it is.
  private static func clear(_ address: SocketAddress) throws(SocketError) {
    guard let found = FileIdentity(at: address.path) else { return }
    guard found.isSocket else {
      throw SocketError(
        .occupied,
        "\(address.path) is \(found.kind), not a socket; remove it or choose another path")
    }
    guard found.owner == geteuid() else {
      // Whose it is matters less than that it is served, where we may find that out.
      if let connected = try? Descriptor.connect(to: address) {
        throw alreadyServing(address, try? PeerCredentials(of: connected))
      }
      throw SocketError(
        .occupied,
        "the socket \(address.path) belongs to user \(found.owner), and we are user \(geteuid()); "
          + "remove it or choose another path")
    }
    let listener: PeerCredentials?
    do {
      let connected = try Descriptor.connect(to: address)
      listener = try? PeerCredentials(of: connected)
    } catch {
      guard error.kind == .notListening else {
        if error.kind == .busy { throw alreadyServing(address, nil) }
        throw error
      }
      guard unsafe unlink(address.path) == 0 || errno == ENOENT else {
        throw SocketError(errno: errno, doing: "remove the stale socket \(address.path)")
      }
      return
    }
    throw alreadyServing(address, listener)
  }

  /// - Parameter listener: who began to listen there, if the kernel says.
  private static func alreadyServing(
    _ address: SocketAddress, _ listener: PeerCredentials?
  ) -> SocketError {
    // Process 1 holds the socket of a unit: whoever connects there starts the daemon.
    if listener?.pid == 1, unsafe access("/run/systemd/system", F_OK) == 0 {
      return SocketError(
        .alreadyServing,
        "the service manager (process 1) listens on \(address.path) and starts the daemon when it is "
          + "called; stop its socket unit first, or choose another path")
    }
    let holder = listener.map { $0.pid > 0 ? " (process \($0.pid))" : "" } ?? ""
    return SocketError(
      .alreadyServing,
      "another daemon\(holder) is serving \(address.path); stop it first, or choose another path")
  }
}
