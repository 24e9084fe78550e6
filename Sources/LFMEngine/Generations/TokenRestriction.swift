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
  /// Thinking that may be about to end in plain letters: anything but the tokens that end a turn, and those that end the thinking
  /// and go on with what the constraint does not allow.
  ///
  /// - Parameter closing: the letters of the closing tag that are missing. Not empty.
  case closingThinking([UInt8], before: ConstraintMatcher, allBut: [TokenID])

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
    case .closingThinking(let closing, let matcher, let ends):
      mask = .all(tokenCount: vocabulary.count)
      for token in ends { mask.remove(token) }
      for token in 0..<vocabulary.count {
        let bytes = vocabulary.bytes(of: TokenID(token))
        guard bytes.first == closing[0], bytes.count > closing.count, bytes.starts(with: closing)
        else { continue }
        // White space behind the thinking is nobody's.
        let rest = bytes.dropFirst(closing.count).drop(while: Self.isBlank)
        var answer = matcher
        if !rest.isEmpty, try !answer.advance(bytes: Array(rest)) { mask.remove(TokenID(token)) }
      }
    }
    return mask.words
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
