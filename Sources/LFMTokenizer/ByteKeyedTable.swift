// Byte string to token id. The strings themselves stay where they are, in a ByteStrings list.

/// A hash table from the bytes of tokens to their ids: open addressing, never more than half full.
struct ByteKeyedTable: Sendable {
  /// 0 is empty; else the upper half is of the hash, the lower half the id plus one.
  private var slots: [UInt64]
  private let mask: Int
  /// Drawn anew for every table, so that no file can be made whose tokens all collide.
  private let seed: UInt64

  /// - Parameter capacity: the most strings that will be inserted, below 2^31.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
    mask = size - 1
    seed = UInt64.random(in: .min ... .max)
  }

  /// Inserts string `id` of the list.
  ///
  /// - Returns: the id that has these bytes already, and then changes nothing; else nil.
  mutating func insert(_ id: Int, of strings: ByteStrings) -> TokenID? {
    let range = strings.range(id)
    let key = strings.bytes.span
    let hash = hash(key, range)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let other = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if equal(key, range, strings, other) { return TokenID(truncatingIfNeeded: other) }
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = (hash & ~0xFFFF_FFFF) | UInt64(id + 1)
    return nil
  }

  /// The id of the token with these bytes.
  func find(_ text: Span<UInt8>, _ range: Range<Int>, in strings: ByteStrings) -> TokenID? {
    let hash = hash(text, range)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let id = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if equal(text, range, strings, id) { return TokenID(truncatingIfNeeded: id) }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private func equal(
    _ text: Span<UInt8>, _ range: Range<Int>, _ strings: ByteStrings, _ id: Int
  ) -> Bool {
    let other = strings.range(id)
    guard other.count == range.count else { return false }
    let bytes = strings.bytes.span
    for offset in 0..<range.count
    where text[range.lowerBound &+ offset] != bytes[other.lowerBound &+ offset] { return false }
    return true
  }

  /// Eight bytes at a time, multiplied and folded; good enough for short strings, and seeded.
  private func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
    var word: UInt64 = 0
    var filled = 0
    for index in range {
      word = word << 8 | UInt64(text[index])
      filled &+= 1
      if filled == 8 {
        hash = Self.mix(hash ^ word)
        (word, filled) = (0, 0)
      }
    }
    return Self.mix(hash ^ word)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
