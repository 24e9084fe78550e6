import Glibc
import LFMGeneration

/// How probable a chosen token was under the model, and its strongest rivals.
///
/// Log-softmax of the raw logits, before penalty and temperature, so that the numbers say what the model
/// thought and not how it was asked to choose. Sums in double precision.
package enum LogProbabilities {
  /// - Parameters:
  ///   - logits: one raw logit a token, none of them NaN.
  ///   - top: how many rivals to name; equals come in the order of their ids.
  package static func report(
    logits: Span<Float>, chosen: TokenID, top: Int
  ) -> TokenLogProbability {
    let strongest = strongest(logits, count: min(max(0, top), logits.count))
    var largest = -Float.infinity
    for index in 0..<logits.count { largest = max(largest, logits[index]) }
    let origin = Double(largest)
    var sum = 0.0
    for index in 0..<logits.count {
      sum += deterministicExponential(Double(logits[index]) - origin)
    }
    let logSum = log(sum)
    func candidate(_ token: TokenID) -> TokenLogProbability.Candidate {
      let value = Double(logits[Int(token)]) - origin - logSum
      return .init(token: token, logProbability: Float(min(0, value)))
    }
    return TokenLogProbability(chosen: candidate(chosen), top: strongest.map(candidate))
  }

  /// The `count` largest logits' tokens, largest first.
  private static func strongest(_ logits: Span<Float>, count: Int) -> [TokenID] {
    guard count > 0 else { return [] }
    var best: [TokenID] = []
    best.reserveCapacity(count + 1)
    for index in 0..<logits.count {
      let logit = logits[index]
      if best.count == count, let last = best.last, !(logit > logits[Int(last)]) { continue }
      // Behind every equal: those have the smaller ids.
      let place = best.firstIndex { logits[Int($0)] < logit } ?? best.count
      best.insert(TokenID(truncatingIfNeeded: index), at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}
