// How far a text's tokens are certain while more text may follow.

extension Tokenizer {
  /// The offset in UTF-8 up to which the tokens of `text` stay what they are, whatever follows it.
  ///
  /// Merges do not cross pieces, and what follows a text can change but its last piece: no rule of the pre-tokenizer looks further
  /// ahead than one scalar behind the piece's end. A user-defined word that has begun cuts all pieces anew from there.
  package func settledLength(of text: String) -> Int {
    let bytes = Array(text.utf8)
    let span = bytes.span
    var splitter = TextSplitter(parsesSpecialTokens: false)
    var budget = Int.max
    while !splitter.step(span, addedTokens, budget: &budget) { budget = Int.max }
    let preTokenizer = PreTokenizer()
    var matches = splitter.matches[...]
    var position = 0
    var last = 0
    while position < bytes.count {
      last = position
      if let match = matches.first, match.range.lowerBound == position {
        position = match.range.upperBound
        matches.removeFirst()
      } else {
        position = preTokenizer.end(
          of: span, from: position, limit: matches.first?.range.lowerBound ?? bytes.count)
      }
    }
    return min(last, addedTokens.words.openStart(in: bytes) ?? last)
  }
}

extension TextMatcher {
  /// Where the longest end of a text begins that is the beginning of a longer text of these; nil without one.
  func openStart(in text: [UInt8]) -> Int? {
    let first = max(0, text.count - max(longest, 1) + 1)
    return (first..<max(first, text.count)).first { isBeginning(text[$0...]) }
  }
}
