// Runs one test of `lfmd bench` once: sequences filled to their depth beforehand, then the steps that are timed. What is
// measured is `BenchPlan`'s, what is made of it `BenchReport`'s.

import LFMEngine
import LFMGeneration
import LFMModel

/// A model with memory for the sequences of the tests.
final class BenchMachine {
  let model: Model
  private let chunk: Int
  /// What a decode asks of its logits; nil: all.
  private let screening: Screening?
  private let pool: KVPool
  private let logits: LogitsBuffer
  private var random: RandomSource
  /// The last depth that was filled. Tests come ordered by it.
  private var filled: SequenceSnapshot?

  /// - Throws: `ModelError` if there is no address space for the tests' sequences.
  init(
    _ model: Model, tests: [BenchTest], chunk: Int, kv: KVLayout.Element, allLogits: Bool,
    seed: UInt64
  ) throws {
    self.model = model
    self.chunk = chunk
    screening =
      allLogits
      ? nil
      : Sampler(
        parameters: SamplingParameters(), vocabularySize: model.hyperparameters.vocabularyCount
      ).screening
    // Each sequence, the snapshot that they are copied from, and a page for each tail.
    let positions = tests.map { test in
      (test.sequences + 1) * (test.depth + test.longest + 2 * KVLayout.positionsPerPage)
    }
    pool = try model.makePool(positions: positions.max() ?? 1, element: kv)
    logits = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    random = RandomSource(seed: seed)
  }

  /// The sequences of one repetition, at their depth, each with memory of its own.
  ///
  /// - Parameter progress: told how many of how many tokens of the depth are done.
  func sequences(
    for test: BenchTest, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [SequenceState] {
    if test.depth == 0 {
      return (0..<test.sequences).map { _ in model.makeSequence(in: pool) }
    }
    let snapshot = try snapshot(depth: test.depth, progress: progress)
    return try (0..<test.sequences).map { index in
      SequenceState(restoring: index == 0 ? snapshot : try snapshot.copyingPages())
    }
  }

  private func snapshot(
    depth: Int, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> SequenceSnapshot {
    if let filled, filled.position == depth { return filled }
    // A longer one is not cut: the random tokens are others, but a deeper one may go on from it.
    let base = filled.flatMap { $0.position < depth ? $0 : nil }
    filled = nil
    let state = base.map(SequenceState.init(restoring:)) ?? model.makeSequence(in: pool)
    while state.position < depth {
      progress(state.position, depth)
      let count = min(chunk, depth - state.position)
      try step([Segment(state, tokens: tokens(count), logits: .none)])
    }
    let snapshot = state.snapshot()
    filled = snapshot
    return snapshot
  }

  /// Runs the test's steps.
  ///
  /// - Parameter probe: measures the machine's limit for such a test, if it is asked for and there is one: between
  ///   a decode's slices, too.
  func run(
    _ test: BenchTest, _ states: [SequenceState], probe: () -> Double? = { nil }
  ) throws -> BenchRun {
    switch test.kind {
    case .prefill(let count):
      let tokens = tokens(count)
      return try BenchRun(steps: (count + chunk - 1) / chunk, slice: nil, probe: probe) { index in
        let begin = index * chunk
        let end = min(begin + chunk, count)
        try step([
          Segment(
            states[0], tokens: Array(tokens[begin..<end]), logits: end == count ? .last : .none)
        ])
      }
    case .decode(let count, let sequences):
      let tokens = tokens(count * sequences)
      return try BenchRun(steps: count, slice: .milliseconds(400), probe: probe) { index in
        try step(
          states.enumerated().map { sequence, state in
            Segment(
              state, tokens: [tokens[index * sequences + sequence]], screening: screening)
          })
      }
    case .mixed(let count, let sequences):
      let tokens = tokens(count + sequences)
      let segments =
        [Segment(states[0], tokens: Array(tokens[..<count]), logits: .none)]
        + states.dropFirst().enumerated().map { index, state in
          Segment(state, tokens: [tokens[count + index]], screening: screening)
        }
      return try BenchRun(steps: 1, slice: nil, probe: probe) { _ in try step(segments) }
    }
  }

  private func step(_ segments: [Segment]) throws {
    _ = try model.forward(segments, logits: logits)
  }

  /// Any tokens of the vocabulary: which experts they visit is a matter of chance, too.
  private func tokens(_ count: Int) -> [Int32] {
    let vocabulary = Int32(clamping: model.hyperparameters.vocabularyCount)
    return (0..<count).map { _ in Int32.random(in: 0..<max(1, vocabulary), using: &random) }
  }
}
