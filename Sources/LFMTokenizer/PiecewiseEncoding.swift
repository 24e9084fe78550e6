// Text to tokens in bounded steps, so that a long text neither blocks a queue nor outlives its caller's patience.

/// An encoding under way. Call `step` until it says true; between two steps it can be moved to another queue, or dropped.
///
/// How the work is cut into steps makes no difference to the ids: a step may end anywhere, in the middle of a piece too.
package struct PiecewiseEncoding: Sendable {
  /// The ids so far; complete when `step` has returned true. Until then the last ones may still change.
  package private(set) var ids: [TokenID] = []

  private let tokenizer: Tokenizer
  private let preTokenizer = PreTokenizer()
  private let text: [UInt8]
  private var splitter: TextSplitter
  private var isSplit = false
  private var nextMatch = 0
  private var position = 0
  private var longMerge = WindowedMerge()
  /// What stands fast while a long piece is merged: the ids before it, and where it begins.
  private var settled = (ids: 0, bytes: 0)

  /// - Parameter parsesSpecialTokens: whether the text of a special token becomes that token.
  package init(_ text: String, parsesSpecialTokens: Bool, tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    self.text = Array(text.utf8)
    splitter = TextSplitter(parsesSpecialTokens: parsesSpecialTokens)
  }

  /// An encoding of a prompt; text segments never yield a special token.
  package init(_ segments: [PromptSegment], tokenizer: Tokenizer) {
    var text: [UInt8] = []
    var fixed: [TokenMatch] = []
    for segment in segments {
      switch segment {
      case .text(let string): text += string.utf8
      case .token(let id): fixed.append(TokenMatch(range: text.count..<text.count, token: id))
      case .special(let name):
        if let id = tokenizer.vocabulary.specialToken(name) {
          fixed.append(TokenMatch(range: text.count..<text.count, token: id))
        } else {
          text += name.utf8
        }
      }
    }
    self.tokenizer = tokenizer
    self.text = text
    splitter = TextSplitter(fixed: fixed)
  }

  /// How many bytes of text there are, and how many of them are behind the last token.
  package var byteCount: Int { text.count }
  package var bytesDone: Int { position }

  /// At least so many ids will come, as far as is known: those that stand fast, and the fewest that the rest can be. It
  /// never falls, and is the true count at the end.
  package var leastCount: Int {
    let (ids, bytes) = longMerge.isIdle ? (self.ids.count, position) : settled
    let rest = text.count - bytes
    let longest = max(1, tokenizer.vocabulary.longestSpelling)
    return ids + rest / longest + (rest % longest == 0 ? 0 : 1)
  }

  /// Works for about as long as `budget` bytes of plain text take; only to find the end of a run of letters, or of signs, or of
  /// whitespace, it looks over all of it in one go, a millisecond for a megabyte.
  ///
  /// - Returns: whether all is done.
  package mutating func step(budget: Int = 64 << 10) -> Bool {
    var budget = max(budget, 1)
    // A copy of the reference, so that the span does not borrow `self`.
    let bytes = self.text
    let text = bytes.span
    if !isSplit {
      guard splitter.step(text, tokenizer.addedTokens, budget: &budget) else { return false }
      isSplit = true
      ids.reserveCapacity(text.count / 4 + splitter.matches.count)
    }
    while budget > 0 {
      if !longMerge.isIdle {
        longMerge.step(text, tokenizer: tokenizer, budget: &budget, to: &ids)
      } else if !encodePiece(text, &budget) {
        return true
      }
    }
    return longMerge.isIdle && position == text.count && nextMatch == splitter.matches.count
  }

  /// Encodes what stands at `position`: an added token, a short piece, or the beginning of a long one.
  ///
  /// - Returns: false at the end of the text.
  private mutating func encodePiece(_ text: Span<UInt8>, _ budget: inout Int) -> Bool {
    var limit = text.count
    if nextMatch < splitter.matches.count {
      let match = splitter.matches[nextMatch]
      limit = match.range.lowerBound
      if limit == position {
        ids.append(match.token)
        position = match.range.upperBound
        nextMatch += 1
        budget -= 1
        return true
      }
    }
    guard position < limit else { return false }
    let end = preTokenizer.end(of: text, from: position, limit: limit)
    let piece = position..<end
    position = end
    budget -= piece.count
    if let id = tokenizer.vocabulary.find(text, piece) {
      ids.append(id)
    } else if piece.count <= ShortMerge.longest {
      ShortMerge.encode(text, piece, tokenizer: tokenizer, to: &ids)
    } else {
      settled = (ids.count, piece.lowerBound)
      longMerge.begin(piece, after: ids)
    }
    return true
  }
}
