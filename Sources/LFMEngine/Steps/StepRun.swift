import LFMGeneration
import LFMModel

/// One step on its way: what it computes, and what came of it.
///
/// `@unchecked Sendable`: made by the engine queue, handed to the prefill or decode queue, and handed back; at no
/// time do two of them touch it.
final class StepRun: @unchecked Sendable {
  /// One generation's share.
  struct Part {
    let generation: Generation
    let segment: Segment
    /// The generation's sampler, lent for the step; `nil` if nothing is to be sampled.
    var sampler: Sampler?
    /// The generation's gate, lent with the sampler.
    var gate: OutputGate?
    let mask: PendingMask?
    let topLogProbabilities: Int?
    var outcome = Outcome.dropped
  }

  enum Outcome {
    /// Cancelled between layers: the state is as it was.
    case dropped
    /// The tokens are in the state.
    case committed
    case sampled(SampledTokens)
    /// The tokens are in the state, but which may come next is not worked out yet: the logits, kept until it is.
    case held([Float])
    case rows([[Float]])
    case failed(GenerationFailure)
  }

  let step: Step
  var parts: [Part]
  /// Why nothing was computed at all.
  private(set) var failure: GenerationFailure?

  init(step: Step, parts: [Part]) {
    self.step = step
    self.parts = parts
  }

  /// Computes and samples. On the prefill or the decode queue.
  func compute(_ model: any StepModel, tools: StepTools) {
    do {
      // Calls for logits get exact ones, whatever computes the texts.
      for exact in [false, true] {
        let chosen = parts.indices.filter { (parts[$0].generation.request == nil) == exact }
        if chosen.isEmpty { continue }
        let results = try model.forward(
          chosen.map { parts[$0].segment }, logits: tools.logits, exact: exact)
        for (index, result) in zip(chosen, results) where result.committed {
          parts[index].outcome = sample(&parts[index], rows: result.logitsRows, tools)
        }
      }
    } catch {
      failure = GenerationFailure(.internalError, "a step of the model failed: \(error.sentence)")
    }
  }

  private func sample(_ part: inout Part, rows: Range<Int>, _ tools: StepTools) -> Outcome {
    if part.segment.logits == .all { return .rows(rows.map { tools.logits.row($0) }) }
    guard let row = rows.last, part.sampler != nil else { return .committed }
    let outcome = part.mask?.outcome
    if part.mask != nil, outcome == nil { return .held(tools.logits.row(row)) }
    do throws(GenerationFailure) {
      let mask = try outcome?.get()
      // Taken, not copied: the set of tokens that occurred stays in one place.
      guard let sampler = part.sampler.take() else { return .committed }
      var tail = SamplingTail(
        sampler: sampler, gate: part.gate.take(), topLogProbabilities: part.topLogProbabilities,
        endsThinking: part.generation.endsThinking.isRaised)
      defer { (part.sampler, part.gate) = (tail.sampler, tail.gate) }
      if let screened = tools.logits.screened(row) {
        return .sampled(try tail.sample(screened, &tools.pool))
      }
      return try tools.logits.withRow(row) { values throws(GenerationFailure) in
        .sampled(try tail.sample(values.span, allowed: mask, &tools.pool))
      }
    } catch {
      return .failed(error)
    }
  }
}

/// The buffers of the step in flight, made once.
///
/// `@unchecked Sendable`: used by the one step that is in flight, and handed on with it.
final class StepTools: @unchecked Sendable {
  let logits: LogitsBuffer
  var pool: CandidatePool

  init(vocabularyCount: Int) {
    logits = LogitsBuffer(vocabularyCount: vocabularyCount)
    pool = CandidatePool(vocabularySize: vocabularyCount)
  }
}
