import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Which tokens may come next, before it is worked out for the whole vocabulary.
enum TokenRestriction: Sendable {
  case only([TokenID])
  case allBut([TokenID])
  /// What a constraint allows, and these.
  ///
  /// - Parameter end: what stands for the end of the constraint's text in place of the tokens that end a turn; `nil`: those.
  case constrained(ConstraintMatcher, also: [TokenID], end: TokenID?)

  /// A bit for every token, 64 to a word.
  ///
  /// - Throws: `invalidArgument` where a constraint can be read in too many ways.
  func mask(_ vocabulary: Vocabulary) throws(GenerationFailure) -> [UInt64] {
    let count = vocabulary.count
    switch self {
    case .only(let tokens):
      var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
      for token in tokens { mask.set(token, count) }
      return mask
    case .allBut(let tokens):
      var mask = [UInt64](repeating: .max, count: (count + 63) / 64)
      for token in tokens { mask.clear(token, count) }
      return mask
    case .constrained(var matcher, let also, let end):
      var allowed = TokenMask(tokenCount: count)
      try matcher.mask(into: &allowed)
      var mask = allowed.words
      if let end {
        for token in vocabulary.endOfGeneration { mask.clear(token, count) }
        if matcher.isComplete { mask.set(end, count) }
      }
      for token in also { mask.set(token, count) }
      return mask
    }
  }
}

extension [UInt64] {
  fileprivate mutating func set(_ token: TokenID, _ count: Int) {
    if token >= 0, Int(token) < count { self[Int(token) >> 6] |= 1 << UInt64(token & 63) }
  }

  fileprivate mutating func clear(_ token: TokenID, _ count: Int) {
    if token >= 0, Int(token) < count { self[Int(token) >> 6] &= ~(1 << UInt64(token & 63)) }
  }
}
