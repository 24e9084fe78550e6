import LFMGeneration

/// Whether token ids belong to a vocabulary.
enum TokenCheck {
  /// Why a list cannot be taken: names the first id that is not of the vocabulary, and its place.
  static func refusal(of tokens: [TokenID], vocabularySize: Int) -> GenerationFailure? {
    guard let index = tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabularySize }) else {
      return nil
    }
    return GenerationFailure(
      .invalidArgument,
      "tokens[\(index)] is \(tokens[index]); this vocabulary has ids 0 to \(vocabularySize - 1)")
  }
}
