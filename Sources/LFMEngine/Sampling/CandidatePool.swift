import LFMGeneration

/// The tokens still in play while one token is chosen: their scores, and weights that sum to `total`.
///
/// Owns buffers that are allocated once for a vocabulary and reused for every token of every generation
/// (by the queue that computes, one token at a time). Knows how to keep the largest by number or by mass,
/// by radix selection on the scores' bits: linear in the vocabulary, no sorting, no allocation. What to
/// keep, and in which order, is `Sampler`'s.
package struct CandidatePool: Sendable {
  /// One score a token of the vocabulary.
  package var scores: [Float]
  /// The tokens in play, ascending; only the first `count` are meaningful.
  package private(set) var tokens: [TokenID]
  /// e^(score − largest score), in step with `tokens`, once `weigh` was called.
  package private(set) var weights: [Double]
  package private(set) var count = 0
  /// The sum of the weights, in the order of `tokens`.
  package private(set) var total = 0.0
  private var histogram: [Double]

  private static let digitBits: [UInt32] = [11, 11, 10]
  private static let digitShifts: [UInt32] = [21, 10, 0]

  package init(vocabularySize: Int) {
    scores = [Float](repeating: 0, count: vocabularySize)
    tokens = [TokenID](repeating: 0, count: vocabularySize)
    weights = [Double](repeating: 0, count: vocabularySize)
    histogram = [Double](repeating: 0, count: 1 << 11)
  }

  /// Puts some tokens into play, ascending, with their scores; the scores of others are not looked at.
  package mutating func admit(_ count: Int, _ candidate: (Int) -> (token: TokenID, score: Float)) {
    self.count = 0
    for index in 0..<count {
      let (token, score) = candidate(index)
      guard scores.indices.contains(Int(token)) else { continue }
      tokens[self.count] = token
      scores[Int(token)] = score
      self.count += 1
    }
  }

  /// Gives every token whose bit is not set a score of −∞.
  package mutating func ruleOut(allBut allowed: [UInt64]) {
    for word in 0..<(scores.count + 63) / 64 {
      var ruledOut = word < allowed.count ? ~allowed[word] : .max
      while ruledOut != 0 {
        let index = word * 64 + ruledOut.trailingZeroBitCount
        if index < scores.count { scores[index] = -.infinity }
        ruledOut &= ruledOut - 1
      }
    }
  }

  /// The first token in play with the largest score.
  package var best: TokenID? {
    var best: TokenID?
    var largest = -Float.infinity
    for slot in 0..<count where scores[Int(tokens[slot])] > largest {
      largest = scores[Int(tokens[slot])]
      best = tokens[slot]
    }
    return best
  }

  /// Divides the scores in play, and drops what becomes −∞.
  package mutating func divide(by temperature: Float) {
    for slot in 0..<count { scores[Int(tokens[slot])] /= temperature }
    keep { pool, slot in pool.scores[Int(pool.tokens[slot])] > -.infinity }
  }

  /// Puts every token with a score above −∞ into play.
  package mutating func admitAll() {
    count = 0
    for index in scores.indices where scores[index] > -.infinity {
      tokens[count] = TokenID(truncatingIfNeeded: index)
      count += 1
    }
  }

  /// Puts the `limit` largest scores into play, and every other that equals the smallest of them; none that is −∞.
  package mutating func admitLargest(_ limit: Int) {
    guard limit > 0, limit < scores.count else { return admitAll() }
    // A first cut on the leading bits, straight over the scores, leaves few for the exact one.
    let floor = leadingFloor(limit)
    count = 0
    for index in scores.indices where Self.key(scores[index]) >= floor {
      tokens[count] = TokenID(truncatingIfNeeded: index)
      count += 1
    }
    keepLargest(limit)
    keep { pool, slot in pool.scores[Int(pool.tokens[slot])] > -.infinity }
  }

  /// The smallest key that has the leading bits of the `limit`-th largest score.
  private mutating func leadingFloor(_ limit: Int) -> UInt32 {
    for bucket in histogram.indices { histogram[bucket] = 0 }
    for score in scores { histogram[Int(Self.key(score) >> 21)] += 1 }
    var bucket = histogram.count - 1
    var above = histogram[bucket]
    while bucket > 0, above < Double(limit) {
      bucket -= 1
      above += histogram[bucket]
    }
    return UInt32(bucket) << 21
  }

  /// Keeps the `limit` largest scores, and every other that equals the smallest of them; all for 0.
  package mutating func keepLargest(_ limit: Int) {
    guard limit > 0, limit < count else { return }
    let edge = edge(target: Double(limit), byWeight: false)
    keep { pool, slot in pool.key(slot) >= edge.key }
  }

  /// Gives every candidate its weight relative to `largest`.
  package mutating func weigh(largest: Float) {
    let origin = Double(largest)
    total = 0
    for slot in 0..<count {
      let weight = deterministicExponential(Double(scores[Int(tokens[slot])]) - origin)
      weights[slot] = weight
      total += weight
    }
  }

  /// Keeps the fewest largest weights whose sum reaches `share` of the total, at least one.
  ///
  /// Among equal scores the later tokens stay, as Hugging Face's ascending stable sort has it.
  package mutating func keepMass(_ share: Double) {
    guard count > 1 else { return }
    let target = share * total
    let edge = edge(target: target, byWeight: true)
    var ties = 0
    var weight = 0.0
    for slot in 0..<count where key(slot) == edge.key {
      ties += 1
      weight = weights[slot]
    }
    var kept = 1
    while kept < ties, edge.above + Double(kept) * weight < target { kept += 1 }
    var dropped = ties - kept
    keep { pool, slot in
      let key = pool.key(slot)
      guard key == edge.key else { return key > edge.key }
      guard dropped > 0 else { return true }
      dropped -= 1
      return false
    }
  }

  /// Keeps weights of at least `floor` (the largest weight is 1).
  package mutating func keepWeights(atLeast floor: Double) {
    keep { pool, slot in pool.weights[slot] >= floor }
  }

  /// The candidate in whose stretch of the total `unit` (0 ..< 1) falls.
  package func draw(_ unit: Double) -> TokenID? {
    guard count > 0 else { return nil }
    let target = unit * total
    var sum = 0.0
    for slot in 0..<count {
      sum += weights[slot]
      if sum > target { return tokens[slot] }
    }
    // Only rounding leads here: the last one that can be drawn at all.
    return (0..<count).last { weights[$0] > 0 }.map { tokens[$0] }
  }

  // MARK: - Selection

  /// The score's bits, mapped so that unsigned order is the order of the numbers; the two zeros are one.
  @inline(__always)
  private static func key(_ score: Float) -> UInt32 {
    let bits = (score + 0).bitPattern
    return bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
  }

  @inline(__always)
  private func key(_ slot: Int) -> UInt32 { Self.key(scores[Int(tokens[slot])]) }

  /// The key at which the sum over the larger keys is still below `target` and with its equals is not, and that sum.
  private mutating func edge(target: Double, byWeight: Bool) -> (key: UInt32, above: Double) {
    var prefix: UInt32 = 0
    var fixedMask: UInt32 = 0
    var above = 0.0
    for digit in 0..<3 {
      let shift = Self.digitShifts[digit]
      let size = 1 << Int(Self.digitBits[digit])
      let digitMask = UInt32(size - 1)
      for bucket in 0..<size { histogram[bucket] = 0 }
      for slot in 0..<count {
        let key = key(slot)
        guard key & fixedMask == prefix else { continue }
        histogram[Int((key >> shift) & digitMask)] += byWeight ? weights[slot] : 1
      }
      // Rounding may leave the sum short of the target: then the last bucket that held anything is it.
      var chosen: Int?
      var bucket = size
      var beforeChosen = above
      while bucket > 0 {
        bucket -= 1
        guard histogram[bucket] > 0 else { continue }
        chosen = bucket
        beforeChosen = above
        guard above + histogram[bucket] < target else { break }
        above += histogram[bucket]
      }
      above = beforeChosen
      prefix |= UInt32(chosen ?? 0) << shift
      fixedMask |= digitMask << shift
    }
    return (prefix, above)
  }

  /// Compacts the candidates to those that `isKept`, in order, and sums their weights anew.
  @inline(__always)
  private mutating func keep(_ isKept: (borrowing CandidatePool, Int) -> Bool) {
    var kept = 0
    var sum = 0.0
    for slot in 0..<count where isKept(self, slot) {
      tokens[kept] = tokens[slot]
      weights[kept] = weights[slot]
      sum += weights[slot]
      kept += 1
    }
    count = kept
    total = sum
  }
}
