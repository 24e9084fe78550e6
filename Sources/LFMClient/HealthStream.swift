import LFMGeneration
import LFMWire

/// How a service is, now and after every change.
///
/// The stream ends only by being dropped, by its time-out or with the daemon; every end is thrown. Dropping it, or
/// cancelling the task that reads, ends the watch at the daemon. To be read once, by one task.
public struct HealthStream: AsyncSequence, Sendable {
  public typealias Element = HealthStatus
  public typealias Failure = GenerationFailure

  private let call: CallHold

  init(_ call: CallHold) { self.call = call }

  public func makeAsyncIterator() -> Iterator { Iterator(call) }

  public struct Iterator: AsyncIteratorProtocol {
    private let call: CallHold

    fileprivate init(_ call: CallHold) { self.call = call }

    /// The next state; `nil` if the daemon ends the watch without an error.
    public mutating func next() async throws(GenerationFailure) -> HealthStatus? {
      try await Self.next(of: call)
    }

    /// The same, wherever the caller is isolated.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(GenerationFailure) -> HealthStatus? {
      try await Self.next(of: call)
    }

    private static func next(of call: CallHold) async throws(GenerationFailure) -> HealthStatus? {
      guard let reply = try await call.next() else { return nil }
      guard case .health(let status) = reply else { throw .unexpectedReply }
      return status
    }
  }
}
