// Who holds a connection and a call open: dropping the last holder closes the one and cancels the other.

import LFMGeneration
import LFMSocket
import LFMWire

/// Holds a connection open. Shared by the client and the calls that run on it.
final class ClientLink: Sendable {
  let connection: ClientConnection

  init(adopting descriptor: Int32) throws(GenerationFailure) {
    guard descriptor >= 0 else {
      throw GenerationFailure(.invalidArgument, "\(descriptor) is not a descriptor")
    }
    do throws(SocketError) {
      connection = try ClientConnection(
        adopting: Descriptor(owning: descriptor), place: "descriptor \(descriptor)")
    } catch {
      throw GenerationFailure(.invalidArgument, error.message)
    }
    connection.start()
  }

  init(connectingTo path: String) async throws(GenerationFailure) {
    do throws(SocketError) {
      let address = try SocketAddress(path: path)
      let descriptor = try await Self.connect(to: address)
      connection = try ClientConnection(adopting: descriptor, place: path)
    } catch {
      throw Self.failure(error, path)
    }
    connection.start()
  }

  deinit { connection.close() }

  func begin(_ request: CallRequest, timeout: Duration?) -> CallHold {
    CallHold(self, connection.begin(request, timeout: timeout))
  }

  /// A full queue of connections empties soon, or the daemon hangs.
  private static func connect(to address: SocketAddress) async throws(SocketError) -> Descriptor {
    let patience = ContinuousClock.now.advanced(by: .seconds(5))
    while true {
      do throws(SocketError) {
        return try Descriptor.connect(to: address)
      } catch {
        guard error.kind == .busy, ContinuousClock.now < patience, !Task.isCancelled else {
          throw error
        }
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  private static func failure(_ error: SocketError, _ path: String) -> GenerationFailure {
    switch error.kind {
    case .badAddress:
      GenerationFailure(.invalidArgument, error.message)
    case .notListening:
      GenerationFailure(
        .unavailable,
        "no daemon answers (\(error.message)); start one with `systemctl start lfmd` or "
          + "`lfmd --model FILE --socket \(path)`")
    case .permissionDenied:
      GenerationFailure(
        .permissionDenied,
        "\(error.message); the socket's group says who may connect, and `id` which groups you have")
    case .busy:
      GenerationFailure(
        .unavailable, "the daemon at \(path) accepts no connections: too many wait already",
        isRetryable: true, retryAfter: .seconds(1))
    default:
      GenerationFailure(.unavailable, error.message)
    }
  }
}

/// Holds a call open; without a holder it is cancelled.
final class CallHold: Sendable {
  private let link: ClientLink
  private let call: ClientCall

  init(_ link: ClientLink, _ call: ClientCall) {
    self.link = link
    self.call = call
  }

  deinit { call.cancel("nobody waits for its replies") }

  /// The call's id on its connection.
  var id: UInt32 { call.id }

  /// Makes another call on the same connection, which has one reply.
  func reply(to request: CallRequest) async throws(GenerationFailure) -> CallReply {
    try await link.reply(to: request, timeout: nil)
  }

  /// The next reply, or `nil` after the last one.
  func next() async throws(GenerationFailure) -> CallReply? {
    try await call.next()
  }
}
