// What the tests of this room share: a folder of their own, patience, and a list of open sockets.

import CLFMLinux
import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import LFMSocket

/// A fresh folder that goes with this value.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/lfm-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  func address(_ name: String = "s") throws -> SocketAddress {
    try SocketAddress(path: path(name))
  }
}

/// Waits for something that happens on another queue. The bound only keeps a broken test from hanging.
func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () -> Bool
) async throws {
  for _ in 0..<20_000 {
    if holds() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  Issue.record("never: \(what)", sourceLocation: sourceLocation)
  throw CancellationError()
}

/// The inode of an open socket, which names it in `/proc/self/fd` for as long as any descriptor of it is open.
func inode(of descriptor: borrowing Descriptor) -> UInt64 {
  var status = stat()
  return unsafe fstat(descriptor.number, &status) == 0 ? UInt64(status.st_ino) : 0
}

/// Whether this process has a descriptor of that socket. (Counting descriptors would count other tests' too.)
func isOpen(socket inode: UInt64) -> Bool {
  let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
  return numbers.contains {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
      == "socket:[\(inode)]"
  }
}

/// Everything that happened on a connection.
final class Recorder: Sendable {
  private let state = Mutex<(bytes: [UInt8], ends: Int, drains: Int, closes: [SocketError?])>(
    ([], 0, 0, []))

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var ends: Int { state.withLock { $0.ends } }
  var drains: Int { state.withLock { $0.drains } }
  var closes: [SocketError?] { state.withLock { $0.closes } }

  func take(_ event: SocketEvent) {
    state.withLock { state in
      switch event {
      case .received(let bytes): state.bytes += bytes
      case .endOfInput: state.ends += 1
      case .drained: state.drains += 1
      case .closed(let error): state.closes.append(error)
      }
    }
  }
}

/// A connection and what happened on it; the peer is a bare descriptor.
final class Wired {
  let connection: SocketConnection
  let recorder = Recorder()
  /// Of the connection's own socket.
  let inode: UInt64
  var peer: Descriptor?

  init(lowWater: Int = 64 << 10) throws {
    let pair = try Descriptor.socketPair()
    let own = Descriptor(owning: pair.first)
    peer = Descriptor(owning: pair.second)
    inode = LFMSocketTests.inode(of: own)
    connection = try SocketConnection(
      adopting: own, target: DispatchQueue(label: "test.io"), lowWater: lowWater)
    onQueue { [recorder] connection in connection.start { recorder.take($0) } }
  }

  deinit { onQueue { $0.close() } }

  func onQueue(_ body: @escaping @Sendable (SocketConnection) -> Void) {
    connection.queue.async { [connection] in body(connection) }
  }

  var peerNumber: Int32 { peer?.number ?? -1 }
}

/// Writes all of it, waiting where the socket is full.
func write(_ bytes: [UInt8], to number: Int32) {
  var sent = 0
  while sent < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { all in
      unsafe send(number, all.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
    }
    if count > 0 { sent += count } else if errno == EAGAIN { usleep(500) } else { return }
  }
}

/// Reads what is there; `nil` at the end.
func readAvailable(from number: Int32) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: 64 << 10)
  let count = unsafe bytes.withUnsafeMutableBytes {
    unsafe recv(number, $0.baseAddress, $0.count, 0)
  }
  if count == 0 { return nil }
  return count > 0 ? Array(bytes[..<count]) : []
}

/// Leaves a socket at the path on which nobody listens any more, as a killed daemon does.
func leaveStaleSocket(_ path: String) -> Bool {
  let number = lfm_socket_open()
  defer { close(number) }
  return unsafe lfm_socket_bind(number, path, 0o600) == 0
}
