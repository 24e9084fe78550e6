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
    /// The kernels by name: `fast` or `exact` for the best of a family on this processor, or one of the sets that
    /// `InstructionSet` knows. Nil: as `LFM_ISA` in the environment says, or by the size of the model.
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
  /// The kernels in use, such as `avx512vnni` (of the fast family) or `exact-avx512`.
  package let instructionSet: String
  /// Whether it is the exact family that computes every step.
  package let isExact: Bool
  /// How keys and values are stored unless somebody asks for another way.
  package let element: KVLayout.Element
  /// Bytes of the mapped file's tensors that are in use.
  package let mappedBytes: Int
  /// Bytes of private memory: the vectors copied from the file, and the workspace when all of its rows are used.
  package let privateBytes: Int
  /// The packed matrices beside the checkpoint; nil where the model is computed from the checkpoint alone.
  package var prepared: PreparedWeights? { adopted.withLock { $0 } }

  /// What computes. One step at a time holds the lock.
  private let computation: Mutex<ForwardPass>
  /// What its weights are kept alive by; apart, so that those who compute may look.
  private let adopted: Mutex<PreparedWeights?>
  /// The exact family's.
  private let exactPass: ForwardPass
  private let checkpoint: Checkpoint

  /// Layers computed since the start, by all steps: the sign of life that a watchdog looks at.
  package var layersFinished: UInt64 { progress.load(ordering: .relaxed) }
  private let progress = Atomic<UInt64>(0)

  /// Bind a checkpoint: nothing of its matrices is read or copied.
  ///
  /// - Parameter prepared: the same checkpoint's matrices, packed.
  /// - Throws: `ModelError`: another architecture, hyperparameters or tensors at fault, or options that this machine
  ///   cannot give.
  package init(
    _ checkpoint: Checkpoint, prepared: PreparedWeights? = nil, options: Options
  ) throws(ModelError) {
    guard (1...Self.rowLimit).contains(options.maximumRows) else {
      throw ModelError(
        .badOption,
        "a step of \(options.maximumRows) rows is out of range; ask for 1 to \(Self.rowLimit)")
    }
    let hyperparameters = try Hyperparameters(checkpoint)
    let weights = try Weights(checkpoint, hyperparameters, prepared)
    let kernels = try InstructionSet(
      named: options.instructionSet, weightBytes: weights.mappedBytes)
    let team = try ComputeTeam(count: options.threads, pinned: options.pinsThreads)
    let workspace = try Workspace(
      hyperparameters, rows: options.maximumRows, threads: options.threads)
    self.hyperparameters = hyperparameters
    self.options = options
    self.checkpoint = checkpoint
    instructionSet = kernels.name
    isExact = unsafe kernels.packed == nil
    element = kernels.element(for: hyperparameters)
    mappedBytes = weights.mappedBytes
    privateBytes = weights.preparedBytes + workspace.byteCount
    let pass = unsafe ForwardPass(
      hyperparameters: hyperparameters, weights: weights, kernels: kernels.exact,
      packed: kernels.packed, team: team, workspace: workspace)
    computation = Mutex(pass)
    adopted = Mutex(prepared)
    exactPass = unsafe ForwardPass(
      hyperparameters: hyperparameters, weights: weights, kernels: kernels.exact, packed: nil,
      team: team, workspace: workspace)
  }

  /// Compute from these packed matrices from the next step on. The numbers stay what they are.
  ///
  /// - Throws: `ModelError`, as binding the checkpoint does.
  package func adopt(_ prepared: PreparedWeights) throws(ModelError) {
    let weights = try Weights(checkpoint, hyperparameters, prepared)
    computation.withLock { pass in
      pass = pass.with(weights)
      adopted.withLock { $0 = prepared }
    }
  }

  /// The most rows that a step can be made for.
  private static let rowLimit = 1 << 16

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
  /// - Parameters:
  ///   - logits: gets the rows asked for, in segment order, or the candidates that a segment's screening leaves.
  ///   - exact: whether the exact family computes, whatever the model was loaded for. A sequence is not to be continued
  ///     by the other family, as its state would be neither's.
  /// - Returns: one result a segment.
  /// - Throws: `ModelError`: `badStep` (no tokens, a token outside the vocabulary, too many rows, the same sequence
  ///   twice), `contextExceeded`, `outOfPages`, `outOfMemory`. Nothing is computed then.
  package func forward(
    _ segments: [Segment], logits: LogitsBuffer, exact: Bool = false
  ) throws(ModelError) -> [SegmentResult] {
    try checkStep(segments)
    let positions = try begin(segments)
    defer { for segment in segments { segment.state.endStep() } }
    var step = Step()
    for (segment, position) in zip(segments, positions) {
      step.add(segment, start: position, columns: .committed)
    }
    let wanted = step.wantedRows
    try logits.prepare(rows: wanted.count)
    if wanted.contains(where: { $0.screening != nil }) {
      try logits.prepareScreening(rows: wanted.count, threads: options.threads)
    }
    computation.withLock { usual in
      let pass = exact ? exactPass : usual
      pass.computeLayers(&step, progress: progress)
      let rows = step.wantedRows
      logits.shrink(toRows: rows.count)
      pass.computeLogits(rows, into: logits)
    }
    return commit(step)
  }

  /// Work of another kind on the model's own threads, while no step is in flight.
  func withTeam<Result>(_ body: (ComputeTeam, Weights) -> Result) -> Result {
    computation.withLock { body($0.team, $0.weights) }
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
    let needed = min(position, hyperparameters.rewindLength)
    guard position >= 0, position <= state.position, recentTokens.count == needed else {
      throw ModelError(
        .badStep,
        "cannot cut a sequence of \(state.position) tokens to \(position) with \(recentTokens.count) recent "
          + "tokens; give the \(max(0, needed)) before a position that it has")
    }
    let segment = Segment(
      state, tokens: recentTokens, logits: .none, cancellation: cancellation)
    try checkTokens(recentTokens)
    guard state.beginStep() else { throw Self.busy }
    defer { state.endStep() }
    if position == 0 {
      state.commitStart()
      return true
    }
    guard state.position > position else { return true }
    return replay(segment, to: position)
  }

  /// Rebuild the columns in pieces that the workspace holds; each goes on from what the one before left pending.
  private func replay(_ segment: Segment, to position: Int) -> Bool {
    var start = position - segment.tokens.count
    var columns = Step.Columns.zeros
    for chunk in stride(from: 0, to: segment.tokens.count, by: options.maximumRows) {
      let end = min(chunk + options.maximumRows, segment.tokens.count)
      let piece = Segment(
        segment.state, tokens: Array(segment.tokens[chunk..<end]), logits: .none,
        cancellation: segment.cancellation)
      var step = Step()
      step.add(piece, start: start, columns: columns)
      computation.withLock { $0.computeLayers(&step, progress: progress) }
      guard step.parts.allSatisfy(\.active) else { return false }
      start += end - chunk
      columns = .pending
    }
    segment.state.commitCut(to: position)
    return true
  }
}
