import LFMTokenizer

/// A set of tokens: bit `id & 63` of word `id >> 6`.
package struct TokenMask: Hashable, Sendable {
  package internal(set) var words: [UInt64]

  package init(tokenCount: Int) {
    words = [UInt64](repeating: 0, count: (tokenCount + 63) / 64)
  }

  package func contains(_ token: TokenID) -> Bool {
    token >= 0 && Int(token) >> 6 < words.count
      && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
  }

  /// All tokens.
  package static func all(tokenCount: Int) -> TokenMask {
    var mask = TokenMask(tokenCount: tokenCount)
    for index in mask.words.indices { mask.words[index] = .max }
    return mask
  }

  package mutating func remove(_ token: TokenID) {
    words[Int(token) >> 6] &= ~(1 << UInt64(token & 63))
  }

  package mutating func insert(_ token: TokenID) {
    words[Int(token) >> 6] |= 1 << UInt64(token & 63)
  }

  mutating func formUnion(_ other: TokenMask) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
