// Accepts connections. Who may connect, and how many, is the server's decision.

import CLFMLinux
import Dispatch
import Glibc

/// A listening Unix stream socket.
///
/// `@unchecked Sendable`: every stored variable is read and written on `queue` only, and each method checks that.
package final class SocketListener: @unchecked Sendable {
  /// How many connections may wait to be accepted; the kernel's own limit (`somaxconn`) may be lower.
  package static let backlog: Int32 = 512
  /// How many connections are accepted before others on the queue have their turn.
  private static let batch = 64
  /// How long accepting rests when there are no descriptors left. Without the rest, a full table means a busy loop.
  private static let rest = DispatchTimeInterval.milliseconds(100)

  /// Where connections are announced.
  package let queue: DispatchQueue
  private let number: Int32
  private var bound: BoundSocket?
  private var source: (any DispatchSourceRead)?
  private var isResting = false
  private var onClosed: [@Sendable () -> Void] = []

  /// Takes the path and listens; connections wait until `start`.
  ///
  /// - Parameters:
  ///   - mode: permissions of the socket's file.
  ///   - queue: a serial queue.
  /// - Throws: `.alreadyServing`, `.occupied`, `.permissionDenied` and others, each naming the path.
  package init(
    binding address: SocketAddress, mode: UInt32 = 0o660, queue: DispatchQueue
  ) throws(SocketError) {
    let bound = try BoundSocket(binding: address, mode: mode, backlog: Self.backlog)
    number = bound.descriptor.number
    self.bound = consume bound
    self.queue = queue
  }

  /// Takes over a listening socket that systemd or a parent process bound. Its path is left alone.
  ///
  /// - Throws: `.wrongDescriptor` if it is anything else.
  package init(adopting descriptor: consuming Descriptor, queue: DispatchQueue) throws(SocketError)
  {
    let bound = try BoundSocket(adopting: descriptor)
    number = bound.descriptor.number
    self.bound = consume bound
    self.queue = queue
  }

  /// Begins to accept, at once with those that wait already. Call once.
  ///
  /// - Parameters:
  ///   - problem: told when a connection could not be accepted, at most ten times a second.
  ///   - accept: gets each connection; both are called on `queue`.
  package func start(
    problem: @escaping (SocketError) -> Void,
    accept: @escaping (consuming Descriptor, PeerCredentials) -> Void
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard bound != nil, source == nil else { return }
    let source = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
    source.setEventHandler { [unowned self] in acceptSome(problem: problem, accept: accept) }
    // The handler keeps the listener alive until the system no longer watches the descriptor.
    source.setCancelHandler { self.release() }
    self.source = source
    source.activate()
    acceptSome(problem: problem, accept: accept)
  }

  /// Stops accepting, closes the descriptor and removes the path if it is ours.
  ///
  /// - Parameter completion: called on `queue` when all that is done.
  package func close(completion: @escaping @Sendable () -> Void = {}) {
    dispatchPrecondition(condition: .onQueue(queue))
    onClosed.append(completion)
    if let source {
      if isResting { source.resume() }
      isResting = false
      source.cancel()
      self.source = nil
    } else if bound != nil {
      release()
    } else {
      // Closed before, or the cancel handler is on its way: it comes first on this queue.
      queue.async { self.tellClosed() }
    }
  }

  private func release() {
    bound = nil
    tellClosed()
  }

  private func tellClosed() {
    guard bound == nil else { return }
    let waiting = onClosed
    onClosed = []
    for tell in waiting { tell() }
  }

  private func acceptSome(
    problem: (SocketError) -> Void, accept: (consuming Descriptor, PeerCredentials) -> Void
  ) {
    for _ in 0..<Self.batch {
      guard source != nil else { return }
      let accepted = lfm_socket_accept(number)
      guard accepted >= 0 else {
        if accepted == -EAGAIN || accepted == -ECONNABORTED { return }
        problem(SocketError(errno: -accepted, doing: "accept a connection"))
        return takeRest()
      }
      let descriptor = Descriptor(owning: accepted)
      do throws(SocketError) {
        let peer = try PeerCredentials(of: descriptor)
        accept(descriptor, peer)
      } catch {
        problem(error)
      }
    }
  }

  private func takeRest() {
    guard let source, !isResting else { return }
    isResting = true
    source.suspend()
    queue.asyncAfter(deadline: .now() + Self.rest) { [weak self] in
      guard let self, isResting, let source = self.source else { return }
      isResting = false
      source.resume()
    }
  }
}
