import LFMCheckpoint
import Synchronization

/// The model: hyperparameters and weights bound to a mapped checkpoint, and the one function that computes.
///
/// Owns the workspace and the compute team. What is remembered of a sequence is `SequenceState`'s; which sequences
/// run together is the engine's.
///
/// One step is in flight at a time: a second caller waits.
package final class Model: Sendable {
  /// What may be chosen about a model when it is loaded.
  package struct Options: Sendable {
    /// Threads that compute, the calling one included.
    package var threads: Int
    /// Bind each of the team's own threads to one processor.
    package var pinsThreads: Bool
    /// The most rows (tokens of all segments together) in one step.
    package var maximumRows: Int
    /// The instruction set by name (`plain`, `avx2`, `avx512`, `neon`), or `exact` for the best this processor has.
    /// Nil: as `LFM_ISA` in the environment says, or the best.
    package var instructionSet: String?

    package init(
      threads: Int, pinsThreads: Bool = false, maximumRows: Int = 512, instructionSet: String? = nil
    ) {
      self.threads = threads
      self.pinsThreads = pinsThreads
      self.maximumRows = maximumRows
      self.instructionSet = instructionSet
    }
  }

  package let hyperparameters: Hyperparameters
  package let options: Options
  /// The instruction set in use.
  package let instructionSet: String

  /// Layers computed since the start, by all steps: the sign of life that a watchdog looks at.
  package var layersFinished: UInt64 { progress.load(ordering: .relaxed) }
  private let progress = Atomic<UInt64>(0)

  /// An empty sequence whose pages will come from `pool`, which must have this model's layout (`makePool`).
  package func makeSequence(in pool: KVPool) -> SequenceState {
    SequenceState(pool: pool, convolutionCount: hyperparameters.convolutionStateCount)
  }

  /// A pool of pages for this many positions in all.
  ///
  /// - Throws: `ModelError` of kind `outOfMemory`.
  package func makePool(
    positions: Int, element: KVLayout.Element = .float32, poisonsFreedPages: Bool = false
  ) throws(ModelError) -> KVPool {
    try KVPool(
      layout: hyperparameters.kvLayout(element: element), capacity: KVLayout.pages(for: positions),
      poisonsFreedPages: poisonsFreedPages)
  }

  /// Append each segment's tokens to its sequence, and compute the logits that are asked for.
  ///
  /// Rows of any mixture of sequences: a chunk of a prompt, one decode row of each of many, or both. A row's result
  /// depends on its own sequence alone, to the bit. States are committed at the end; a cancelled segment's is left as
  /// it was, and so are all of them when this throws.
  ///
  /// - Parameter logits: gets the rows asked for, in segment order.
  /// - Returns: one result a segment.
  /// - Throws: `ModelError`: `badStep` (no tokens, a token outside the vocabulary, too many rows, the same sequence
  ///   twice), `contextExceeded`, `outOfPages`, `outOfMemory`. Nothing is computed then.
  package func forward(
    _ segments: [Segment], logits: LogitsBuffer
  ) throws(ModelError) -> [SegmentResult] {
    throw ModelError(.badStep, "the forward pass is being built")
  }

  /// Cut a sequence back to an earlier position: an edit, a regenerated answer, a branch.
  ///
  /// Keys and values before `position` stay as they are; the convolution columns there are rebuilt by replaying the
  /// last `hyperparameters.rewindLength` tokens before it against them.
  ///
  /// - Parameter recentTokens: the tokens just before `position`: `min(position, rewindLength)` of them.
  /// - Returns: false when cancelled, with the state as it was.
  /// - Throws: `ModelError` of kind `badStep`.
  package func rewind(
    _ state: SequenceState, to position: Int, recentTokens: [Int32],
    cancellation: CancellationFlag? = nil
  ) throws(ModelError) -> Bool {
    throw ModelError(.badStep, "the forward pass is being built")
  }

  init(hyperparameters: Hyperparameters, options: Options) {
    self.hyperparameters = hyperparameters
    self.options = options
    instructionSet = "plain"
  }
}
