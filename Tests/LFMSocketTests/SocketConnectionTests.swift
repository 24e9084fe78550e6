import Dispatch
import Glibc
import Testing

@testable import LFMSocket

struct SocketConnectionTests {
  @Test func bytesGoBothWays() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    write([1, 2, 3], to: peer)
    try await eventually("three bytes") { recorder.bytes == [1, 2, 3] }
    wired.onQueue { connection in
      connection.send([4])
      connection.send([5, 6])
    }
    var read: [UInt8] = []
    try await eventually("the answer") {
      read += readAvailable(from: peer) ?? []
      return read == [4, 5, 6]
    }
    wired.onQueue { $0.close() }
    try await eventually("closed") { recorder.closes == [nil] }
  }

  @Test func manySmallSendsOfOneTurnAreOneWrite() async throws {
    let wired = try Wired()
    let peer = wired.peerNumber
    wired.onQueue { connection in
      for _ in 0..<2000 { connection.send([7]) }
    }
    var first: [UInt8] = []
    try await eventually("the bytes") {
      first = readAvailable(from: peer) ?? []
      return !first.isEmpty
    }
    #expect(first.count == 2000)
    wired.onQueue { $0.close() }
  }

  @Test func outboxWaitsForASlowReader() async throws {
    let wired = try Wired(lowWater: 1000)
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    wired.onQueue { $0.send(bytes) }
    var read: [UInt8] = []
    try await eventually("all of it") {
      read += readAvailable(from: peer) ?? []
      return read.count >= bytes.count
    }
    #expect(read == bytes)
    try await eventually("drained, once") { recorder.drains == 1 }
    wired.onQueue { $0.close() }
  }

  @Test func peersEndIsToldAtOnceAndTheDescriptorCloses() async throws {
    let wired = try Wired()
    let (recorder, inode) = (wired.recorder, wired.inode)
    #expect(isOpen(socket: inode))
    wired.peer = nil
    try await eventually("closed") { recorder.closes.count == 1 }
    #expect(recorder.closes.first??.kind == .peerGone)
    #expect(recorder.ends == 0)
    try await eventually("no descriptor is left") { !isOpen(socket: inode) }
  }

  @Test func lastBytesOfAPeerArriveBeforeItsEnd() async throws {
    let wired = try Wired()
    let recorder = wired.recorder
    write([UInt8](repeating: 9, count: 100_000), to: wired.peerNumber)
    wired.peer = nil
    try await eventually("closed") { recorder.closes.count == 1 }
    #expect(recorder.bytes.count == 100_000)
  }

  @Test func halfClosedPeerStillReads() async throws {
    let wired = try Wired()
    let (recorder, peer, inode) = (wired.recorder, wired.peerNumber, wired.inode)
    write([1], to: peer)
    shutdown(peer, Int32(SHUT_WR))
    try await eventually("the end of input") { recorder.ends == 1 }
    #expect(recorder.bytes == [1])
    wired.onQueue { $0.send([2]) }
    var read: [UInt8] = []
    try await eventually("the answer") {
      read += readAvailable(from: peer) ?? []
      return read == [2]
    }
    #expect(recorder.closes.isEmpty)
    wired.peer = nil
    try await eventually("closed") { recorder.closes.count == 1 }
    try await eventually("no descriptor is left") { !isOpen(socket: inode) }
  }

  @Test func ourHalfCloseIsSeenAndReadingGoesOn() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    wired.onQueue { connection in
      connection.send([1])
      connection.endOutput()
    }
    var read: [UInt8] = []
    try await eventually("the end") {
      guard let bytes = readAvailable(from: peer) else { return true }
      read += bytes
      return false
    }
    #expect(read == [1])
    write([2], to: peer)
    try await eventually("the answer") { recorder.bytes == [2] }
    wired.onQueue { $0.close() }
  }

  @Test func peersEndIsToldWhileReadingRestsAndBytesWait() async throws {
    let wired = try Wired()
    let (recorder, inode) = (wired.recorder, wired.inode)
    wired.onQueue { connection in
      connection.send([UInt8](repeating: 0, count: 4 << 20))
      connection.pauseReading()
    }
    write([1, 2, 3], to: wired.peerNumber)
    wired.peer = nil
    try await eventually("closed") { recorder.closes.count == 1 }
    #expect(recorder.closes.first??.kind == .peerGone)
    try await eventually("no descriptor is left") { !isOpen(socket: inode) }
  }

  @Test func pausedReadingResumes() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    wired.onQueue { $0.pauseReading() }
    write([1], to: peer)
    wired.onQueue { $0.resumeReading() }
    try await eventually("the byte") { recorder.bytes == [1] }
    wired.onQueue { connection in
      connection.pauseReading()
      connection.close()
    }
    try await eventually("closed") { recorder.closes.count == 1 }
    let inode = wired.inode
    try await eventually("no descriptor is left") { !isOpen(socket: inode) }
  }

  @Test func closingWhenFlushedWritesEverythingFirst() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    wired.onQueue { connection in
      connection.send([UInt8](repeating: 3, count: 2_000_000))
      connection.closeWhenFlushed()
      connection.send([4])
    }
    var count = 0
    try await eventually("the end") {
      guard let bytes = readAvailable(from: peer) else { return true }
      count += bytes.count
      return false
    }
    #expect(count == 2_000_000)
    try await eventually("closed") { recorder.closes == [nil] }
  }

  /// An answer that came before the peer closed is not lost because something more was to be written.
  @Test func lastBytesOfAPeerArriveThoughItCannotBeWrittenTo() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    wired.onQueue { connection in
      write([5, 6, 7], to: peer)
      shutdown(peer, Int32(SHUT_RDWR))
      connection.send([1])
      // Writes at once, before there is a turn to read.
      connection.endOutput()
    }
    try await eventually("closed") { recorder.closes.count == 1 }
    #expect(recorder.bytes == [5, 6, 7])
  }

  /// What the peer sends meanwhile does not turn the end into an error.
  @Test func closingWithBytesUnreadIsAnEndAndNoReset() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    wired.onQueue { connection in
      connection.send([1])
      // On the queue, so that the connection has had no turn to read it.
      write([UInt8](repeating: 9, count: 100_000), to: peer)
      connection.closeWhenFlushed()
    }
    try await eventually("closed") { recorder.closes == [nil] }
    #expect(readAvailable(from: peer) == [1])
    // The descriptor closes a moment later.
    var byte: UInt8 = 0
    try await eventually("the end") {
      let count = unsafe recv(peer, &byte, 1, 0)
      if count < 0 { #expect(errno == EAGAIN) }
      return count == 0
    }
  }

  @Test func writingToAPeerThatLeftRaisesNoSignal() async throws {
    for _ in 0..<200 {
      let wired = try Wired()
      let recorder = wired.recorder
      wired.onQueue { connection in
        for _ in 0..<100 { connection.send([UInt8](repeating: 0, count: 5000)) }
      }
      wired.peer = nil
      wired.onQueue { $0.send([1]) }
      try await eventually("closed, once") { recorder.closes.count == 1 }
    }
  }

  @Test func descriptorsThatComeAlongAreDropped() async throws {
    let wired = try Wired()
    let (recorder, peer) = (wired.recorder, wired.peerNumber)
    let pair = try Descriptor.socketPair()
    let passed = Descriptor(owning: pair.first)
    let other = Descriptor(owning: pair.second)
    #expect(other.number >= 0)
    let passedInode = inode(of: passed)
    #expect(pass(passed.number, over: peer))
    try await eventually("the byte that carried it") { recorder.bytes == [42] }
    _ = consume passed
    #expect(!isOpen(socket: passedInode))
    wired.onQueue { $0.close() }
  }

  @Test func unconnectedDescriptorIsRefused() throws {
    let error = #expect(throws: SocketError.self) {
      _ = try SocketConnection(
        adopting: Descriptor(owning: unsafe open("/dev/null", O_RDWR)),
        target: DispatchQueue(label: "test.io"))
    }
    #expect(error?.kind == .wrongDescriptor)
  }

  /// Sends one byte and a descriptor.
  private func pass(_ descriptor: Int32, over socket: Int32) -> Bool {
    var byte: UInt8 = 42
    // struct cmsghdr { length, level, type }, the descriptor, and padding to eight bytes.
    var control = [UInt8](repeating: 0, count: 24)
    unsafe control.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: UInt64(20), as: UInt64.self)
      unsafe bytes.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
      unsafe bytes.storeBytes(of: 1, toByteOffset: 12, as: Int32.self)
      unsafe bytes.storeBytes(of: descriptor, toByteOffset: 16, as: Int32.self)
    }
    return unsafe withUnsafeMutablePointer(to: &byte) { byte in
      unsafe control.withUnsafeMutableBytes { control in
        var piece = unsafe iovec(iov_base: byte, iov_len: 1)
        return unsafe withUnsafeMutablePointer(to: &piece) { piece in
          var message = unsafe msghdr()
          unsafe message.msg_iov = piece
          unsafe message.msg_iovlen = 1
          unsafe message.msg_control = control.baseAddress
          unsafe message.msg_controllen = 24
          return unsafe sendmsg(socket, &message, 0) == 1
        }
      }
    }
  }
}
