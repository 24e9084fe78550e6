import LFMGeneration
import LFMModel

/// What one pass of the model gave a generation: a token that was sampled, and those that follow it without a choice.
struct SampledTokens: Sendable {
  var token: TokenID
  var report: TokenLogProbability?
  /// Whether the token is certainly no thinking, whatever its letters.
  var isAnswer: Bool
  var forced: [ForcedToken]
}

/// The tail of a step for one generation: its sampler chooses, its gate takes note.
struct SamplingTail: Sendable {
  var sampler: Sampler
  var gate: OutputGate?
  let topLogProbabilities: Int?
  let endsThinking: Bool

  /// - Parameter allowed: as `Sampler.next` has it.
  mutating func sample(
    _ logits: Span<Float>, allowed: [UInt64]?, _ pool: inout CandidatePool
  ) throws(GenerationFailure) -> SampledTokens {
    let token: TokenID
    do throws(SamplingError) {
      token = try sampler.next(logits: logits, allowed: allowed, pool: &pool)
    } catch {
      throw error.failure
    }
    let report = topLogProbabilities.map {
      LogProbabilities.report(logits: logits, chosen: token, top: $0)
    }
    return try taken(token, report)
  }

  mutating func sample(
    _ screened: ScreenedRow, _ pool: inout CandidatePool
  ) throws(GenerationFailure) -> SampledTokens {
    let token: TokenID
    do throws(SamplingError) {
      token = try sampler.next(screened: screened, pool: &pool)
    } catch {
      throw error.failure
    }
    return try taken(token, nil)
  }

  private mutating func taken(
    _ token: TokenID, _ report: TokenLogProbability?
  ) throws(GenerationFailure) -> SampledTokens {
    var sampled = SampledTokens(token: token, report: report, isAnswer: false, forced: [])
    guard var own = gate.take() else { return sampled }
    defer { gate = own }
    (sampled.isAnswer, sampled.forced) = try own.accept(token, endsThinking: endsThinking)
    sampler.observe(sampled.forced.map(\.token))
    return sampled
  }
}
