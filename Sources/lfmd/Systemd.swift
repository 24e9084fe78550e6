// What lfmd says to systemd and hears from it. The only importer of libsystemd (rule 6); its pointers stay here.

import CSystemd
import Glibc

/// The service manager's side of the daemon's life. Everything is a no-op where systemd did not start the process.
enum Systemd {
  /// Tells the service manager a state such as `READY=1` or `STATUS=…`, several separated by newlines (sd_notify(3)).
  static func notify(_ state: String) {
    _ = unsafe sd_notify(0, state)
  }

  /// The sockets that systemd holds for us (sd_listen_fds(3)), close-on-exec, without their names.
  ///
  /// The environment variables are removed, so that children do not take the descriptors for theirs.
  static func takeListenDescriptors() -> [Int32] {
    let count = sd_listen_fds(1)
    guard count > 0 else { return [] }
    return (0..<count).map { 3 + $0 }
  }

  /// Whether a descriptor is a listening Unix stream socket.
  static func isListeningUnixStream(_ descriptor: Int32) -> Bool {
    sd_is_socket_unix(descriptor, Int32(SOCK_STREAM.rawValue), 1, nil, 0) > 0
  }

  /// Whether standard error goes to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
  static var standardErrorIsJournal: Bool {
    guard let stream = unsafe getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return unsafe String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }

  /// Writes one structured entry to the journal. A field's name is upper case; its value may hold anything.
  static func writeJournal(_ fields: [(name: String, value: String)]) {
    var buffers = fields.map { Array("\($0.name)=\($0.value)".utf8) }
    var vectors: [iovec] = unsafe []
    unsafe withBuffers(&buffers[...], &vectors) { vectors in
      _ = unsafe sd_journal_sendv(vectors.baseAddress, Int32(vectors.count))
    }
  }

  /// Pins every buffer in turn, since an `iovec` is valid only while its bytes are.
  private static func withBuffers(
    _ buffers: inout ArraySlice<[UInt8]>, _ vectors: inout [iovec],
    _ body: (UnsafeBufferPointer<iovec>) -> Void
  ) {
    guard var first = buffers.popFirst() else {
      unsafe vectors.withUnsafeBufferPointer { unsafe body($0) }
      return
    }
    unsafe first.withUnsafeMutableBytes { bytes in
      unsafe vectors.append(iovec(iov_base: bytes.baseAddress, iov_len: bytes.count))
      unsafe withBuffers(&buffers, &vectors, body)
    }
  }
}
