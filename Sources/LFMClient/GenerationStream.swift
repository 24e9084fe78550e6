import LFMGeneration
import LFMWire

/// The events of a generation, as they come.
///
/// The last event is `finished`; then the stream ends. Every other end is thrown. Dropping the stream and its iterators,
/// or cancelling the task that reads, cancels the generation at the daemon. A reader that is slow slows the
/// generation down: only about 64 KiB of events are kept for it. To be read once, by one task.
public struct GenerationStream: AsyncSequence, Sendable {
  public typealias Element = GenerationEvent
  public typealias Failure = GenerationFailure

  private let call: CallHold

  init(_ call: CallHold) { self.call = call }

  public func makeAsyncIterator() -> Iterator { Iterator(call) }

  /// Ends the model's thinking, if it thinks: the answer begins with the next token. May be called at any time, from any task; a
  /// generation that does not think, or has ended, is left alone.
  ///
  /// - Throws: what the connection fails with.
  public func endThinking() async throws(GenerationFailure) {
    do throws(GenerationFailure) {
      guard case .done = try await call.reply(to: .endThinking(call: call.id)) else {
        throw .unexpectedReply
      }
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  public struct Iterator: AsyncIteratorProtocol {
    private let call: CallHold
    private var hasFinished = false

    fileprivate init(_ call: CallHold) { self.call = call }

    /// The next event; `nil` after `finished`.
    ///
    /// - Throws: why the generation did not finish. Text that came before is no whole answer.
    public mutating func next() async throws(GenerationFailure) -> GenerationEvent? {
      let event = try await Self.next(of: call, hasFinished)
      hasFinished = event?.isTerminal ?? hasFinished
      return event
    }

    /// The same, wherever the caller is isolated.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(GenerationFailure) -> GenerationEvent? {
      let event = try await Self.next(of: call, hasFinished)
      hasFinished = event?.isTerminal ?? hasFinished
      return event
    }

    private static func next(
      of call: CallHold, _ hasFinished: Bool
    ) async throws(GenerationFailure) -> GenerationEvent? {
      while true {
        guard let reply = try await call.next() else {
          guard hasFinished else { throw .unexpectedReply }
          return nil
        }
        switch reply {
        case .event(.failed(let failure)): throw failure
        case .event(let event): return event
        case .unknownEvent: continue
        default: throw .unexpectedReply
        }
      }
    }
  }
}
