// A connected Unix stream socket on a queue: bytes in, bytes out, and the news that the peer is gone.
// What the bytes mean is for others.

import CLFMLinux
import Dispatch
import Glibc

/// What happens on a connection.
package enum SocketEvent: Sendable {
  /// Bytes came, one or more.
  case received([UInt8])
  /// The peer will send no more, but still reads.
  case endOfInput
  /// What waited to be written has fallen to the low-water mark, after it had been above it.
  case drained
  /// The connection is over: by us (`nil`) or by the peer or the system. Nothing follows.
  case closed(SocketError?)
}

/// A connected Unix stream socket.
///
/// `@unchecked Sendable`: every stored variable is read and written on `queue` only, and each method checks that.
package final class SocketConnection: @unchecked Sendable {
  /// The most bytes that one read takes.
  package static let readSize = 64 << 10
  /// How many reads are made before other connections have their turn.
  private static let readBatch = 4

  /// This connection's own serial queue. Everything here happens on it.
  package let queue: DispatchQueue
  package let peer: PeerCredentials

  private let number: Int32
  private let lowWater: Int
  private var descriptor: Descriptor?
  private var hangUpWatch: Descriptor?
  private var deliver: ((SocketEvent) -> Void)?
  private var outbox = Outbox()

  private var reader: (any DispatchSourceRead)?
  private var writer: (any DispatchSourceWrite)?
  private var hangUp: (any DispatchSourceRead)?
  /// Sources whose cancel handler has not run; the descriptor is closed by the last of them.
  private var sourcesAlive = 0
  private var isReadingPaused = false
  private var isWaitingToWrite = false
  private var isFlushScheduled = false
  private var wasAboveLowWater = false
  private var closesWhenFlushed = false

  /// Takes over a connected socket. Nothing happens until `start`.
  ///
  /// - Parameters:
  ///   - target: the queue that this connection's queue targets, shared by many: a thousand busy queues of
  ///     their own would be hundreds of threads.
  ///   - lowWater: at how many waiting bytes `.drained` is told.
  /// - Throws: `.wrongDescriptor` if it is not a connected Unix stream socket.
  package init(
    adopting descriptor: consuming Descriptor, target: DispatchQueue, lowWater: Int = 64 << 10
  ) throws(SocketError) {
    guard lfm_socket_kind(descriptor.number) == 2 else {
      // A peer that has gone already looks like this too; either way there is nobody to talk to.
      throw SocketError(
        .wrongDescriptor,
        "descriptor \(descriptor.number) is not a connected Unix stream socket")
    }
    let failed = lfm_socket_adopt(descriptor.number)
    guard failed == 0 else {
      throw SocketError(errno: -failed, doing: "take over descriptor \(descriptor.number)")
    }
    peer = try PeerCredentials(of: descriptor)
    number = descriptor.number
    self.descriptor = consume descriptor
    self.lowWater = lowWater
    queue = DispatchQueue(label: "lfm.connection", target: target)
  }

  /// How many bytes wait to be written.
  package var pendingBytes: Int {
    dispatchPrecondition(condition: .onQueue(queue))
    return outbox.count
  }

  /// Whether `close` was called or the peer is gone.
  package var isClosed: Bool {
    dispatchPrecondition(condition: .onQueue(queue))
    return deliver == nil
  }

  /// Begins to read. Call once; `deliver` is called on `queue` until `.closed`, then released.
  package func start(_ deliver: @escaping (SocketEvent) -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard descriptor != nil, self.deliver == nil else { return }
    self.deliver = deliver
    let reader = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
    reader.setEventHandler { [unowned self] in readSome() }
    reader.setCancelHandler { self.sourceCancelled() }
    sourcesAlive += 1
    self.reader = reader
    reader.activate()
  }

  /// Queues bytes. They are written at the end of this turn of the queue, together with whatever else is queued in it.
  package func send(_ bytes: [UInt8]) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard deliver != nil, !closesWhenFlushed else { return }
    outbox.append(bytes)
    if outbox.count > lowWater { wasAboveLowWater = true }
    guard !isFlushScheduled, !isWaitingToWrite else { return }
    isFlushScheduled = true
    queue.async { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  /// Stops reading; the peer blocks once its side of the socket is full. Only while bytes wait to be written:
  /// otherwise nothing would tell that the peer is gone.
  package func pauseReading() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let reader, !isReadingPaused else { return }
    isReadingPaused = true
    reader.suspend()
  }

  package func resumeReading() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let reader, isReadingPaused else { return }
    isReadingPaused = false
    reader.resume()
    queue.async { self.readSome() }
  }

  /// Writes what waits, then closes. Nothing more is read or queued.
  package func closeWhenFlushed() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard deliver != nil else { return }
    closesWhenFlushed = true
    stopReading()
    flush()
  }

  /// Ends our writing once what waits is written; reading goes on.
  package func endOutput() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard deliver != nil else { return }
    flush()
    if outbox.isEmpty { _ = shutdown(number, Int32(SHUT_WR)) }
  }

  /// Closes at once; what waits to be written is dropped.
  package func close() {
    dispatchPrecondition(condition: .onQueue(queue))
    finish(nil)
  }
}

// MARK: - Reading

extension SocketConnection {
  /// Reads until nothing is there, or it is others' turn. Dispatch tells of a peer's hang-up once only, even if bytes
  /// are left to read: so reading never stops in the middle without a promise to go on.
  private func readSome() {
    for _ in 0..<Self.readBatch {
      guard deliver != nil, reader != nil, !isReadingPaused else { return }
      let (bytes, result) = receive()
      if result > 0 {
        deliver?(.received(bytes))
      } else if result == 0 {
        return inputEnded()
      } else {
        if result == -Int(EAGAIN) { return }
        return finish(SocketError(errno: Int32(-result), doing: "read from the peer"))
      }
    }
    queue.async { self.readSome() }
  }

  /// One read. The room for it is not kept: a thousand connections that are silent would hold 64 MiB.
  private func receive() -> (bytes: [UInt8], result: Int) {
    let number = number
    return unsafe withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) { room in
      let count = unsafe lfm_socket_receive(number, room.baseAddress, room.count)
      guard count > 0 else { return ([], count) }
      return unsafe (Array(UnsafeRawBufferPointer(rebasing: room[..<count])), count)
    }
  }

  /// A peer that has closed is gone; one that has only ended its writing may still want its answers.
  private func inputEnded() {
    if lfm_socket_is_hung_up(number) == 1 {
      return finish(SocketError(.peerGone, "the peer has closed the connection"))
    }
    stopReading()
    watchHangUp()
    deliver?(.endOfInput)
  }

  private func stopReading() {
    guard let reader else { return }
    if isReadingPaused { reader.resume() }
    isReadingPaused = false
    reader.cancel()
    self.reader = nil
  }

  /// After the end of input a read source would fire for ever, so the peer's end is watched otherwise.
  private func watchHangUp() {
    let watch = lfm_socket_watch_hang_up(number)
    guard watch >= 0 else {
      return finish(SocketError(errno: -watch, doing: "watch for the peer's end"))
    }
    hangUpWatch = Descriptor(owning: watch)
    let source = DispatchSource.makeReadSource(fileDescriptor: watch, queue: queue)
    source.setEventHandler { [unowned self] in
      finish(SocketError(.peerGone, "the peer has closed the connection"))
    }
    source.setCancelHandler { self.sourceCancelled() }
    sourcesAlive += 1
    hangUp = source
    source.activate()
  }
}

// MARK: - Writing

extension SocketConnection {
  private func flush() {
    guard deliver != nil else { return }
    while !outbox.isEmpty {
      let number = number
      let sent = unsafe outbox.writeNext { bytes in
        unsafe lfm_socket_send(number, bytes.baseAddress, bytes.count)
      }
      if sent >= 0 { continue }
      guard sent == -Int(EAGAIN) else {
        deliverLastWords()
        return finish(SocketError(errno: Int32(-sent), doing: "write to the peer"))
      }
      waitToWrite()
      break
    }
    if outbox.isEmpty {
      stopWaitingToWrite()
      if closesWhenFlushed {
        dropInput()
        return finish(nil)
      }
    }
    if wasAboveLowWater, outbox.count <= lowWater {
      wasAboveLowWater = false
      deliver?(.drained)
    }
  }

  /// A peer that closed may have said before what was asked of it; that we could not write to it takes nothing of that back.
  private func deliverLastWords() {
    outbox.removeAll()
    while deliver != nil, reader != nil, !isReadingPaused {
      let (bytes, result) = receive()
      guard result > 0 else { return }
      deliver?(.received(bytes))
    }
  }

  /// Takes what the peer has sent meanwhile: a socket that is closed with bytes unread resets the connection, and the peer
  /// would find an error behind our last words where it expects their end.
  private func dropInput() {
    for _ in 0..<Self.readBatch where receive().result <= 0 { return }
  }

  private func waitToWrite() {
    guard !isWaitingToWrite else { return }
    isWaitingToWrite = true
    if let writer { return writer.resume() }
    let writer = DispatchSource.makeWriteSource(fileDescriptor: number, queue: queue)
    writer.setEventHandler { [unowned self] in flush() }
    writer.setCancelHandler { self.sourceCancelled() }
    sourcesAlive += 1
    self.writer = writer
    writer.activate()
  }

  private func stopWaitingToWrite() {
    guard isWaitingToWrite, let writer else { return }
    isWaitingToWrite = false
    writer.suspend()
  }
}

// MARK: - The end

extension SocketConnection {
  private func finish(_ error: SocketError?) {
    guard let deliver else {
      // Never started: there is no source, so nobody else closes.
      if sourcesAlive == 0 { descriptor = nil }
      return
    }
    self.deliver = nil
    outbox.removeAll()
    stopReading()
    // A suspended source must run again before its cancel handler can.
    if let writer {
      if !isWaitingToWrite { writer.resume() }
      writer.cancel()
    }
    writer = nil
    hangUp?.cancel()
    hangUp = nil
    if sourcesAlive == 0 { descriptor = nil }
    deliver(.closed(error))
  }

  private func sourceCancelled() {
    sourcesAlive -= 1
    guard sourcesAlive == 0, deliver == nil else { return }
    hangUpWatch = nil
    descriptor = nil
  }
}
