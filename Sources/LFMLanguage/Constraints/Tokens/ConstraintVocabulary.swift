import LFMTokenizer

/// A vocabulary as constraints need it. Immutable; built once for a model and shared by all.
///
/// Owns which tokens count: those that plain text can become. Control tokens, markup and unused rows never come from a constraint;
/// those that end a generation do where the output is complete.
package final class ConstraintVocabulary: Sendable {
  package let vocabulary: Vocabulary
  let all: TokenTrie
  /// Tokens that are not plain text, or long: what has to be looked at where any plain text may follow.
  let unplain: TokenTrie
  /// By n: the tokens of 1 to n plain characters.
  let plain: [TokenMask]
  let ends: [TokenID]

  package init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    var texts: [TokenID] = []
    var unplain: [TokenID] = []
    var plain = [TokenMask](
      repeating: TokenMask(tokenCount: vocabulary.count), count: PlainTexts.mostCharacters + 1)
    for token in 0..<TokenID(vocabulary.count) {
      let bytes = vocabulary.bytes(of: token)
      guard !bytes.isEmpty, !vocabulary.isSpecial(token), !vocabulary.isEndOfGeneration(token)
      else { continue }
      texts.append(token)
      if let count = PlainTexts.count(bytes) {
        plain[count].insert(token)
      } else {
        unplain.append(token)
      }
    }
    for count in plain.indices.dropFirst() { plain[count].formUnion(plain[count - 1]) }
    all = TokenTrie(texts, of: vocabulary)
    self.unplain = TokenTrie(unplain, of: vocabulary)
    self.plain = plain
    ends = vocabulary.endOfGeneration
  }
}
