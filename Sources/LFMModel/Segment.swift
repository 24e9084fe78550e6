import Synchronization

/// Some tokens that a step appends to one sequence: a chunk of a prompt, or the one row of a decode.
package struct Segment: Sendable {
  /// Which rows' logits the caller wants.
  package enum Logits: Sendable {
    case none
    case last
    case all
  }

  package let state: SequenceState
  /// At least one token, each in `0..<vocabularyCount`.
  package let tokens: [Int32]
  package let logits: Logits
  /// Of the last row, candidates are enough; `logits` is then `.last`.
  package let screening: Screening?
  /// Looked at between layers: once raised, the segment's rows drop out and its state stays as it was.
  package let cancellation: CancellationFlag?

  package init(
    _ state: SequenceState, tokens: [Int32], logits: Logits = .last,
    screening: Screening? = nil, cancellation: CancellationFlag? = nil
  ) {
    self.state = state
    self.tokens = tokens
    self.logits = logits
    self.screening = logits == .last ? screening : nil
    self.cancellation = cancellation
  }
}

/// The one thing that travels backwards: raised by anybody, read between steps and between layers.
package final class CancellationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  package init() {}

  package func cancel() { raised.store(true, ordering: .relaxed) }

  package var isCancelled: Bool { raised.load(ordering: .relaxed) }
}

/// What a step did with one segment.
package struct SegmentResult: Equatable, Sendable {
  /// False when the segment was cancelled: its state is as before the step, and it has no logits.
  package var committed: Bool
  /// The rows of the step's `LogitsBuffer` that are this segment's, in token order.
  package var logitsRows: Range<Int>
}
