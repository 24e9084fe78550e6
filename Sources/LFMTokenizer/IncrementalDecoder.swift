// A stream of token ids to a stream of text. What the text means (thinking, stop strings) is LFMLanguage's and LFMEngine's.

/// Turns tokens into text as they come: whole characters only, each as soon as its last byte is there.
///
/// All that it gives, joined, is what a lossy UTF-8 decoding of all the bytes gives: a byte sequence that can no longer become a
/// character is replaced by U+FFFD at once. "Character" here is a Unicode scalar.
package struct IncrementalDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var assembler = UTF8Assembler()
  private var bytes: [UInt8] = []

  /// - Parameter skipsSpecialTokens: whether control tokens contribute nothing.
  package init(tokenizer: Tokenizer, skipsSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
  }

  /// The text that this token completes, often empty in the middle of a character. An id outside the vocabulary adds nothing.
  package mutating func append(_ id: TokenID) -> String {
    let vocabulary = tokenizer.vocabulary
    guard vocabulary.contains(id) else { return "" }
    if skipsSpecialTokens, vocabulary.kind(of: id) == .control { return "" }
    bytes.removeAll(keepingCapacity: true)
    vocabulary.appendBytes(of: id, to: &bytes)
    return assembler.append(bytes)
  }

  /// What remains when no token follows: U+FFFD for a character cut short, or nothing. The decoder can be used again.
  package mutating func finish() -> String { assembler.finish() }
}
