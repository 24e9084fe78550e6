import Glibc
import LFMGeneration
import LFMModel

/// Chooses the tokens of one generation, in the order and meaning of Hugging Face's logits processors.
///
/// Repetition penalty over prompt and output, temperature (0 is greedy, after the penalty, the first index
/// among equals), top-k (ties stay), top-p, min-p, then one draw. Owns what belongs to one generation: its
/// parameters, its random source, the tokens that occurred. The buffers are the caller's (`CandidatePool`).
/// Reference: transformers' `RepetitionPenaltyLogitsProcessor`, `TemperatureLogitsWarper`, `TopKLogitsWarper`,
/// `TopPLogitsWarper`, `MinPLogitsWarper`.
package struct Sampler: Sendable {
  package let parameters: SamplingParameters
  /// The seed in use, the caller's or a drawn one.
  package let seed: UInt64
  private var random: RandomSource
  private var occurred: TokenSet

  /// - Parameter parameters: valid ones (`RequestLimits.check`).
  package init(parameters: SamplingParameters, vocabularySize: Int) {
    self.parameters = parameters
    var system = SystemRandomNumberGenerator()
    let seed = parameters.seed ?? system.next()
    self.seed = seed
    random = RandomSource(seed: seed)
    occurred = TokenSet(vocabularySize: parameters.repetitionPenalty == 1 ? 0 : vocabularySize)
  }

  /// Notes tokens of the prompt.
  package mutating func observe(_ prompt: some Sequence<TokenID>) {
    for token in prompt { occurred.insert(token) }
  }

  /// Chooses the next token and notes it.
  ///
  /// - Parameters:
  ///   - logits: one raw logit a token of the vocabulary; as many as `pool` was made for.
  ///   - allowed: a bit for every token, 64 to a word, set for those that may be chosen; `nil`: all.
  /// - Throws: `SamplingError` if the logits are not numbers, or none that may be chosen is possible.
  package mutating func next(
    logits: Span<Float>, allowed: [UInt64]? = nil, pool: inout CandidatePool
  ) throws(SamplingError) -> TokenID {
    try choose(narrow(logits, allowed: allowed, pool: &pool), pool)
  }

  /// The same from what `screening` left of the logits: the same token as from all of them.
  package mutating func next(
    screened: ScreenedRow, pool: inout CandidatePool
  ) throws(SamplingError) -> TokenID {
    try choose(narrow(screened, pool: &pool), pool)
  }

  private mutating func choose(
    _ choice: Choice, _ pool: borrowing CandidatePool
  ) throws(SamplingError) -> TokenID {
    let token =
      switch choice {
      case .certain(let token): token
      case .open:
        if let token = pool.draw(random.nextUnit()) { token } else { throw .nothingPossible }
      }
    occurred.insert(token)
    return token
  }

  /// What this sampler needs of the next logits, if it can do without most of them.
  ///
  /// Greedy needs the largest; top-k as many, and those that may equal the last; min-p those near the largest, if
  /// nothing is cut by mass before. What sums over the whole vocabulary (no top-k, or a large one, with top-p or with
  /// nothing) needs all: nil.
  package var screening: Screening? {
    let penalty = parameters.repetitionPenalty
    var screening = Screening(
      largest: 0, penalty: penalty, penalized: penalty == 1 ? [] : occurred.bits)
    if parameters.temperature == 0 {
      screening.largest = 1
      return screening
    }
    if parameters.topP >= 1, parameters.minP > 0 {
      let reach = -parameters.temperature * Float(log(Double(parameters.minP)))
      // Farther than that, too much is kept.
      if reach >= 0, reach <= 8 { screening.reach = reach }
    }
    if (1...Screening.most).contains(parameters.topK) { screening.largest = parameters.topK }
    return screening.largest > 0 || screening.reach < .infinity ? screening : nil
  }

  /// What is left to decide once every processor has run.
  package enum Choice: Hashable, Sendable {
    case certain(TokenID)
    /// `pool` holds the candidates and their weights.
    case open
  }

  /// Runs the processors, without drawing.
  package func narrow(
    _ logits: Span<Float>, allowed: [UInt64]? = nil, pool: inout CandidatePool
  ) throws(SamplingError) -> Choice {
    try load(logits, into: &pool)
    if let allowed { pool.ruleOut(allBut: allowed) }
    penalize(&pool)
    let best = try Self.best(pool.scores)
    guard parameters.temperature > 0 else { return .certain(best) }
    let largest = pool.scores[Int(best)] / parameters.temperature
    // So low a temperature, or so strong a penalty, that the scores overflow: the limit is greedy.
    guard largest.isFinite else { return .certain(best) }
    let temperature = parameters.temperature
    for index in pool.scores.indices { pool.scores[index] /= temperature }

    pool.admitLargest(parameters.topK)
    cut(&pool, largest: largest)
    return .open
  }

  /// The same from candidates that are penalized already.
  func narrow(
    _ screened: ScreenedRow, pool: inout CandidatePool
  ) throws(SamplingError) -> Choice {
    if let token = screened.unsound { throw .notANumber(token: token) }
    pool.admit(screened.count) { screened[$0] }
    guard let best = pool.best else { throw .nothingPossible }
    guard parameters.temperature > 0 else { return .certain(best) }
    let largest = pool.scores[Int(best)] / parameters.temperature
    guard largest.isFinite else { return .certain(best) }
    pool.divide(by: parameters.temperature)
    pool.keepLargest(parameters.topK)
    cut(&pool, largest: largest)
    return .open
  }

  // MARK: - Parts

  private func cut(_ pool: inout CandidatePool, largest: Float) {
    pool.weigh(largest: largest)
    if parameters.topP < 1 { pool.keepMass(Double(parameters.topP)) }
    if parameters.minP > 0 { pool.keepWeights(atLeast: Double(parameters.minP)) }
  }

  private func load(_ logits: Span<Float>, into pool: inout CandidatePool) throws(SamplingError) {
    let count = logits.count
    guard count == pool.scores.count, count > 0 else {
      throw .wrongCount(found: count, expected: pool.scores.count)
    }
    var isSound = true
    for index in 0..<count {
      let logit = logits[index]
      // False for NaN and for +∞; −∞ is a token that is ruled out.
      isSound = isSound && logit < .infinity
      pool.scores[index] = logit
    }
    guard isSound else {
      let index = (0..<count).first { !(logits[$0] < .infinity) } ?? 0
      throw .notANumber(token: TokenID(truncatingIfNeeded: index))
    }
  }

  private func penalize(_ pool: inout CandidatePool) {
    let penalty = parameters.repetitionPenalty
    guard penalty != 1 else { return }
    for token in occurred.members {
      let score = pool.scores[Int(token)]
      pool.scores[Int(token)] = score < 0 ? score * penalty : score / penalty
    }
  }

  /// The first index of the largest score.
  private static func best(_ scores: [Float]) throws(SamplingError) -> TokenID {
    var best = 0
    var largest = -Float.infinity
    for index in scores.indices where scores[index] > largest {
      largest = scores[index]
      best = index
    }
    guard largest > -.infinity else { throw .nothingPossible }
    return TokenID(truncatingIfNeeded: best)
  }
}

/// Why no token could be chosen. Always a fault of the model or its weights, never of the caller.
package enum SamplingError: Error, Hashable, Sendable {
  /// The logit of `token` is NaN or +∞.
  case notANumber(token: TokenID)
  /// Every token is ruled out.
  case nothingPossible
  case wrongCount(found: Int, expected: Int)

  /// As the caller is told.
  package var failure: GenerationFailure {
    switch self {
    case .notANumber(let token):
      GenerationFailure(
        .internalError,
        "the model's logit for token \(token) is not a number; its weights are damaged or do not fit"
      )
    case .nothingPossible:
      GenerationFailure(.internalError, "the model rules out every token; its weights are damaged")
    case .wrongCount(let found, let expected):
      GenerationFailure(
        .internalError, "the model gave \(found) logits for a vocabulary of \(expected)")
    }
  }
}
