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
  /// Thinking whose closing tag may have begun in plain letters: anything but the tokens that end a turn, and those that end the
  /// thinking and go on with what the constraint does not allow.
  case closingThinking(ThinkingSplitter, before: ConstraintMatcher, allBut: [TokenID])

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
    case .closingThinking(let splitter, let answer, let ends):
      mask = .all(tokenCount: vocabulary.count)
      for token in ends { mask.remove(token) }
      guard let missing = splitter.missingOfClosing else { break }
      for token in 0..<TokenID(vocabulary.count) {
        let bytes = vocabulary.bytes(of: token)
        guard bytes.count > missing.count, bytes.starts(with: missing) else { continue }
        var (splitter, answer) = (splitter, answer)
        let deltas = splitter.consume(String(decoding: bytes, as: UTF8.self)) + splitter.finish()
        let rest = deltas.answerBytes
        if !rest.isEmpty, try !answer.advance(bytes: rest) { mask.remove(token) }
      }
    }
    return mask.words
  }
}

extension [GeneratedDelta] {
  /// What of it is the answer's.
  var answerBytes: [UInt8] {
    var bytes: [UInt8] = []
    for case .answer(let text) in self { bytes += text.utf8 }
    return bytes
  }
}
