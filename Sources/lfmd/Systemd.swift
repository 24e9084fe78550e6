// What lfmd says to systemd and hears from it. The only importer of libsystemd (rule 6); its pointers stay here.

import CSystemd
import Glibc

/// The service manager's side of the daemon's life. Everything is a no-op where systemd did not start the process.
enum Systemd {
  /// Tells the service manager states such as `READY=1` (sd_notify(3)). A value cannot begin another state.
  static func notify(_ states: String...) {
    _ = unsafe sd_notify(0, states.map(LogText.oneLine).joined(separator: "\n"))
  }

  /// Whether somebody listens to `notify`.
  static let isListening = unsafe getenv("NOTIFY_SOCKET") != nil

  /// How often the service manager wants to hear `WATCHDOG=1` at the least (sd_watchdog_enabled(3)); nil: not at all.
  static var watchdogInterval: Duration? {
    var microseconds: UInt64 = 0
    guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
    return .microseconds(Int64(clamping: microseconds))
  }

  /// Tells the service manager that settings are read again; `READY=1` must follow.
  static func notifyReloading() {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    notify("RELOADING=1", "MONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
  }

  /// The sockets that systemd holds for us (sd_listen_fds(3)), now close-on-exec.
  ///
  /// The environment variables are removed, so that children do not take the descriptors for theirs.
  /// - Throws: what is announced but is not there.
  static func takeListenDescriptors() throws(StartFailure) -> [InheritedSockets.Listener] {
    let announced = ["LISTEN_FDS", "LISTEN_FDNAMES"].compactMap { (name: String) -> String? in
      guard let value = unsafe getenv(name) else { return nil }
      return unsafe "\(name)=\(String(cString: value))"
    }
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    let count = unsafe sd_listen_fds_with_names(1, &names)
    guard count >= 0 else {
      let reason = unsafe strerror(-count).map { unsafe String(cString: $0) } ?? "error \(-count)"
      throw StartFailure(
        Exit.configurationError,
        "\(announced.joined(separator: " ")) announces descriptors from 3 on that cannot be taken: "
          + "\(reason); the process that started lfmd must pass each of them, open")
    }
    guard count > 0 else { return [] }
    defer { unsafe free(names) }
    return (0..<count).map { index in
      var name = ""
      if let entry = unsafe names?[Int(index)] {
        name = unsafe String(cString: entry)
        unsafe free(entry)
      }
      return InheritedSockets.Listener(number: 3 + index, name: name)
    }
  }

  /// Whether standard error goes to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
  static var standardErrorIsJournal: Bool {
    guard let stream = unsafe getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return unsafe String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }

  /// Writes one structured entry to the journal. A field's name is upper case; its value may hold anything.
  ///
  /// - Returns: whether the journal took it.
  static func writeJournal(_ fields: [(name: String, value: String)]) -> Bool {
    var buffers = fields.map { Array("\($0.name)=\($0.value)".utf8) }
    var vectors: [iovec] = unsafe []
    var failure: Int32 = 0
    unsafe withBuffers(&buffers[...], &vectors) { vectors in
      failure = unsafe sd_journal_sendv(vectors.baseAddress, Int32(vectors.count))
    }
    return failure >= 0
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
