/// A set of members by their numbers: 64 to a word.
struct MemberSet: Hashable, Sendable {
  private(set) var words: [UInt64]

  init(capacity: Int) { words = [UInt64](repeating: 0, count: (capacity + 63) / 64) }

  subscript(_ member: Int) -> Bool {
    get { words[member >> 6] >> UInt64(member & 63) & 1 == 1 }
    set {
      let bit = UInt64(1) << UInt64(member & 63)
      if newValue { words[member >> 6] |= bit } else { words[member >> 6] &= ~bit }
    }
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The least member.
  var first: Int? {
    for (index, word) in words.enumerated() where word != 0 {
      return index * 64 + word.trailingZeroBitCount
    }
    return nil
  }

  mutating func formUnion(_ other: MemberSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  mutating func subtract(_ other: MemberSet) {
    for index in words.indices { words[index] &= ~other.words[index] }
  }

  func subtracting(_ other: MemberSet) -> MemberSet {
    var result = self
    result.subtract(other)
    return result
  }

  func intersects(_ other: MemberSet) -> Bool {
    for index in words.indices where words[index] & other.words[index] != 0 { return true }
    return false
  }
}

extension MemberSet: Sequence {
  struct Iterator: IteratorProtocol {
    private let words: [UInt64]
    private var index = 0
    private var rest: UInt64

    init(_ words: [UInt64]) {
      self.words = words
      rest = words.first ?? 0
    }

    mutating func next() -> Int? {
      while rest == 0 {
        index += 1
        guard index < words.count else { return nil }
        rest = words[index]
      }
      defer { rest &= rest - 1 }
      return index * 64 + rest.trailingZeroBitCount
    }
  }

  func makeIterator() -> Iterator { Iterator(words) }
}
