// From lists as a file holds them to a tokenizer. Where the lists come from is another matter: TokenizerCheckpoint.swift.

extension Tokenizer {
  /// A tokenizer from a vocabulary and its merges as texts: two tokens in GPT-2's byte alphabet with a space between, strongest pair first.
  ///
  /// - Throws: `malformedVocabulary`, naming the entry that is wrong.
  package convenience init(
    vocabulary: Vocabulary, merges: ByteStrings
  ) throws(TokenizerError) {
    guard merges.count <= Vocabulary.mostTokens else {
      throw TokenizerError(
        .malformedVocabulary,
        "tokenizer.ggml.merges has \(merges.count) entries; expected at most \(Vocabulary.mostTokens)"
      )
    }
    var table = MergeTable(capacity: merges.count)
    var pair: [UInt8] = []
    for rank in 0..<merges.count {
      let text = merges.bytes.span.extracting(merges.range(rank))
      guard let middle = Self.split(text, into: &pair),
        let left = vocabulary.find(pair.span, 0..<middle),
        let right = vocabulary.find(pair.span, middle..<pair.count),
        let token = vocabulary.find(pair.span, 0..<pair.count)
      else { throw Self.badMerge(rank, merges, vocabulary) }
      table.insert(
        left, right, MergeTable.Merge(rank: UInt32(truncatingIfNeeded: rank), token: token))
    }
    self.init(vocabulary: vocabulary, merges: table)
  }

  /// The bytes of both halves of a merge, one after the other.
  ///
  /// - Returns: where the second begins, or nil if this is not two texts of the alphabet with a space between.
  private static func split(_ text: Span<UInt8>, into pair: inout [UInt8]) -> Int? {
    pair.removeAll(keepingCapacity: true)
    guard let space = text.indices.first(where: { text[$0] == UInt8(ascii: " ") }),
      ByteAlphabet.appendBytes(of: text.extracting(0..<space), to: &pair)
    else { return nil }
    let middle = pair.count
    guard ByteAlphabet.appendBytes(of: text.extracting((space + 1)..<text.count), to: &pair),
      middle > 0, middle < pair.count
    else { return nil }
    return middle
  }

  private static func badMerge(
    _ rank: Int, _ merges: ByteStrings, _ vocabulary: Vocabulary
  ) -> TokenizerError {
    let text = merges.bytes.span.extracting(merges.range(rank))
    let entry =
      "tokenizer.ggml.merges[\(rank)], “\(Vocabulary.printable(merges[rank]))”,"
    var pair: [UInt8] = []
    guard let middle = split(text, into: &pair) else {
      return TokenizerError(
        .malformedVocabulary, "\(entry) is not two tokens with one space between them")
    }
    let missing =
      [0..<middle, middle..<pair.count, 0..<pair.count]
      .first { vocabulary.find(pair.span, $0) == nil }
      .map { Vocabulary.printable(pair[$0]) } ?? ""
    return TokenizerError(
      .malformedVocabulary,
      "\(entry) needs the token “\(missing)”, which is not among the normal ones of tokenizer.ggml.tokens"
    )
  }

  /// The token of every byte; -1 for one that the vocabulary lacks, which then does not occur in UTF-8.
  static func byteTokens(of vocabulary: Vocabulary) -> [TokenID] {
    (UInt8.min...UInt8.max).map { vocabulary.token([$0]) ?? -1 }
  }
}
