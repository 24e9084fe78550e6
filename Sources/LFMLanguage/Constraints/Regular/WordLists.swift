/// Lists of numbers, each kept once and known by its index.
///
/// Owns a hash table over one flat array: sets that are states of a subset construction are too many for an array each.
struct WordLists {
  private var words: [UInt64] = []
  private var ends: [Int] = [0]
  /// Indices plus 1, by open addressing; 0 is free.
  private var table = [Int32](repeating: 0, count: 64)

  var count: Int { ends.count - 1 }
  var wordCount: Int { words.count }

  func range(_ index: Int) -> Range<Int> { ends[index]..<ends[index + 1] }
  func word(_ offset: Int) -> UInt64 { words[offset] }

  subscript(index: Int) -> ArraySlice<UInt64> { words[range(index)] }

  /// The index of `list`, and whether it is new.
  mutating func index(of list: [UInt64]) -> (index: Int, isNew: Bool) {
    if (count + 1) * 2 > table.count { grow() }
    var slot = Self.hash(list[...]) & (table.count - 1)
    while table[slot] != 0 {
      let index = Int(table[slot]) - 1
      if isSame(list, index) { return (index, false) }
      slot = (slot + 1) & (table.count - 1)
    }
    words.append(contentsOf: list)
    ends.append(words.count)
    table[slot] = Int32(count)
    return (count - 1, true)
  }

  private func isSame(_ list: [UInt64], _ index: Int) -> Bool {
    let own = range(index)
    guard own.count == list.count else { return false }
    for offset in list.indices where list[offset] != words[own.lowerBound + offset] { return false }
    return true
  }

  private mutating func grow() {
    var larger = [Int32](repeating: 0, count: table.count * 2)
    for index in 0..<count {
      var slot = Self.hash(self[index]) & (larger.count - 1)
      while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = Int32(index + 1)
    }
    table = larger
  }

  private static func hash(_ list: ArraySlice<UInt64>) -> Int {
    var hash: UInt64 = UInt64(list.count)
    for word in list {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash >> 1)
  }
}
