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
    var mask = TokenMask(tokenCount: vocabulary.count)
    switch self {
    case .only(let tokens):
      for token in tokens { mask.insert(token) }
    case .allBut(let tokens):
      mask = .all(tokenCount: vocabulary.count)
      for token in tokens { mask.remove(token) }
    case .constrained(var matcher, let also, let end):
      try matcher.mask(into: &mask)
      if let end {
        for token in vocabulary.endOfGeneration { mask.remove(token) }
        if matcher.isComplete { mask.insert(end) }
      }
      for token in also { mask.insert(token) }
    }
    return mask.words
  }
}
