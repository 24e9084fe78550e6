// Who is at the other end of a socket, as the kernel says.

import CLFMLinux

/// The process that connected, as it was at that moment.
package struct PeerCredentials: Hashable, Sendable {
  /// 0 if the peer is in a process namespace that we cannot see.
  package var pid: Int32
  /// 65534 where user namespaces hide it (`PrivateUsers=yes`).
  package var uid: UInt32
  package var gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }

  /// Asks the kernel.
  package init(of descriptor: borrowing Descriptor) throws(SocketError) {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
    let failed = unsafe lfm_socket_peer(descriptor.number, &pid, &uid, &gid)
    guard failed == 0 else { throw SocketError(errno: -failed, doing: "ask who the peer is") }
    self.init(pid: pid, uid: uid, gid: gid)
  }
}
