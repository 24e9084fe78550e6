import LFMGeneration

/// The tokens that occurred in one generation's prompt and output, each once.
///
/// Owns a bit for every token of the vocabulary (16 KB for 128,000) and the list of those that are set:
/// the repetition penalty visits the list and never the whole vocabulary.
package struct TokenSet: Sendable {
  /// The members, in the order of their first occurrence.
  package private(set) var members: [TokenID] = []
  /// A bit for every token of the vocabulary, 64 to a word.
  package private(set) var bits: [UInt64]
  private let vocabularySize: Int

  package init(vocabularySize: Int) {
    self.vocabularySize = max(0, vocabularySize)
    bits = [UInt64](repeating: 0, count: (self.vocabularySize + 63) / 64)
  }

  /// Adds a token; one outside the vocabulary is ignored, as Hugging Face's processor does.
  package mutating func insert(_ token: TokenID) {
    let index = Int(token)
    guard index >= 0, index < vocabularySize else { return }
    let mask = UInt64(1) << UInt64(index & 63)
    guard bits[index >> 6] & mask == 0 else { return }
    bits[index >> 6] |= mask
    members.append(token)
  }

  package func contains(_ token: TokenID) -> Bool {
    let index = Int(token)
    guard index >= 0, index < vocabularySize else { return false }
    return bits[index >> 6] & (UInt64(1) << UInt64(index & 63)) != 0
  }
}
