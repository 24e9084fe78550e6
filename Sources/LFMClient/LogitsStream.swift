import LFMGeneration
import LFMWire

/// The logits of a token sequence: one row a position, first to last, each of the vocabulary's length.
///
/// The stream ends after the last position; every other end is thrown. Dropping it, or cancelling the task that reads,
/// cancels the work at the daemon. To be read once, by one task.
public struct LogitsStream: AsyncSequence, Sendable {
  public typealias Element = [Float]
  public typealias Failure = GenerationFailure

  private let call: CallHold

  init(_ call: CallHold) { self.call = call }

  public func makeAsyncIterator() -> Iterator { Iterator(call) }

  public struct Iterator: AsyncIteratorProtocol {
    private let call: CallHold

    fileprivate init(_ call: CallHold) { self.call = call }

    /// The next position's logits; `nil` after the last.
    public mutating func next() async throws(GenerationFailure) -> [Float]? {
      try await Self.next(of: call)
    }

    /// The same, wherever the caller is isolated.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(GenerationFailure) -> [Float]? {
      try await Self.next(of: call)
    }

    private static func next(of call: CallHold) async throws(GenerationFailure) -> [Float]? {
      guard let reply = try await call.next() else { return nil }
      guard case .logitsRow(let row) = reply else { throw .unexpectedReply }
      return row
    }
  }
}
