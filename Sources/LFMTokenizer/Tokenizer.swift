// The face of this room: text to token ids and back, whole. Long texts in pieces: PiecewiseEncoding. Streams of tokens: IncrementalDecoder.

/// A byte-level BPE tokenizer: one vocabulary, its merges, and the rules that cut text before merging. Immutable, shared by all.
package final class Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  let merges: MergeTable
  let addedTokens: AddedTokens
  /// The token of every byte; -1 for a byte that does not occur in UTF-8 and has none.
  let byteTokens: [TokenID]

  init(vocabulary: Vocabulary, merges: MergeTable) {
    self.vocabulary = vocabulary
    self.merges = merges
    addedTokens = AddedTokens(vocabulary: vocabulary)
    byteTokens = Self.byteTokens(of: vocabulary)
  }

  /// The ids of a text; nothing is put before or after them.
  ///
  /// - Parameter parsesSpecialTokens: whether the text of a special token becomes that token.
  package func encode(_ text: String, parsesSpecialTokens: Bool) -> [TokenID] {
    var encoding = PiecewiseEncoding(
      text, parsesSpecialTokens: parsesSpecialTokens, tokenizer: self)
    while !encoding.step() {}
    return encoding.ids
  }

  /// The ids of a prompt. Text segments never yield a special token.
  package func encode(_ segments: [PromptSegment]) -> [TokenID] {
    var encoding = PiecewiseEncoding(segments, tokenizer: self)
    while !encoding.step() {}
    return encoding.ids
  }

  /// The bytes that tokens stand for, which need not be valid UTF-8.
  ///
  /// - Parameter skipsSpecialTokens: whether control tokens contribute nothing.
  /// - Throws: `tokenOutOfRange` for an id that is not in the vocabulary.
  package func bytes(
    of ids: [TokenID], skipsSpecialTokens: Bool = false
  ) throws(TokenizerError) -> [UInt8] {
    var bytes: [UInt8] = []
    for (position, id) in ids.enumerated() {
      guard vocabulary.contains(id) else {
        throw TokenizerError(
          .tokenOutOfRange,
          "token \(position) is \(id); this vocabulary has ids 0 to \(vocabulary.count - 1)")
      }
      if skipsSpecialTokens, vocabulary.kind(of: id) == .control { continue }
      vocabulary.appendBytes(of: id, to: &bytes)
    }
    return bytes
  }
}
