// Merges one short piece of text into tokens. LongMerge is its twin for any length.

/// Byte-pair merging by looking for the strongest pair again and again: quadratic, but fastest for a word.
enum ShortMerge {
  /// The longest piece, in bytes.
  static let longest = 64

  /// Appends the tokens of a piece of at most `longest` bytes, not empty.
  static func encode(
    _ text: Span<UInt8>, _ range: Range<Int>, tokenizer: Tokenizer, to ids: inout [TokenID]
  ) {
    var tokens = InlineArray<64, TokenID>(repeating: 0)
    // What merging token i with its right neighbour is worth, and would make.
    var merges = InlineArray<64, MergeTable.Merge>(repeating: .none)
    var count = range.count
    for index in 0..<count {
      tokens[index] = tokenizer.byteTokens[Int(text[range.lowerBound &+ index])]
    }
    for index in 0..<(count - 1) {
      merges[index] = tokenizer.merges.find(tokens[index], tokens[index + 1])
    }
    while count > 1 {
      var best = 0
      for index in 1..<count where merges[index].rank < merges[best].rank { best = index }
      guard merges[best].rank != MergeTable.never else { break }
      tokens[best] = merges[best].token
      count -= 1
      for index in (best + 1)..<max(count, best + 1) {
        tokens[index] = tokens[index + 1]
        merges[index] = merges[index + 1]
      }
      merges[count - 1] = .none
      if best + 1 < count {
        merges[best] = tokenizer.merges.find(tokens[best], tokens[best + 1])
      }
      if best > 0 {
        merges[best - 1] = tokenizer.merges.find(tokens[best - 1], tokens[best])
      }
    }
    for index in 0..<count { ids.append(tokens[index]) }
  }
}
