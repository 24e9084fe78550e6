// The descriptors that whoever started us handed over, looked at before we open any of our own: a number that is not
// open now would soon be one of ours.

import CLFMLinux
import Glibc

/// What to serve instead of a path of our own.
struct InheritedSockets {
  /// A listening socket that the service manager or another parent holds.
  struct Listener {
    var number: Int32
    /// `FileDescriptorName=` of its unit, or the unit's name.
    var name: String
  }

  /// One peer, connected already: the daemon serves it alone, and ends with it.
  let connection: Int32?
  /// The listening sockets, or what is wrong with what was handed over.
  let listeners: Result<[Listener], StartFailure>

  /// - Parameter connection: `--connection-fd`'s value; then no listening socket is taken.
  init(connection: Int32?) {
    self.connection = connection
    listeners = Result { () throws(StartFailure) in
      guard let connection else { return try Self.takeListeners() }
      try Self.check(connection: connection)
      return []
    }
  }

  private static func takeListeners() throws(StartFailure) -> [Listener] {
    let all = try Systemd.takeListenDescriptors()
    for listener in all where lfm_socket_kind(listener.number) != 1 {
      throw StartFailure(
        Exit.configurationError,
        "inherited descriptor \(listener.number) (\(listener.name)) is not a listening Unix stream socket"
      )
    }
    return all
  }

  private static func check(connection number: Int32) throws(StartFailure) {
    guard number >= 0, fcntl(number, F_GETFD) >= 0 else {
      throw StartFailure(
        Exit.configurationError,
        "--connection-fd \(number): no such descriptor is open; whoever starts lfmd must pass one end of a socket pair"
      )
    }
    guard lfm_socket_kind(number) == 2 else {
      throw StartFailure(
        Exit.configurationError,
        "--connection-fd \(number): the descriptor is not a connected Unix stream socket")
    }
  }
}
