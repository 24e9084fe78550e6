// Byte string to token id. The strings themselves stay where they are, in a ByteStrings list.

/// A hash table from the bytes of tokens to their ids: open addressing, never more than half full.
///
/// Tables are larger than the nearest caches, so a search should touch one line of memory: a slot holds a string of up to seven bytes whole.
struct ByteKeyedTable: Sendable {
  private struct Slot: Sendable {
    /// `key(_:_:)` of the string.
    var key: UInt64
    /// -1 is an empty slot.
    var id: TokenID
  }

  private var slots: [Slot]
  private let mask: Int
  /// Drawn anew for every table, so that no file can be made whose tokens all collide.
  private let seed: UInt64

  /// - Parameter capacity: the most strings that will be inserted, below 2^31.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(key: 0, id: -1), count: size)
    mask = size - 1
    seed = UInt64.random(in: .min ... .max)
  }

  /// Inserts string `id` of the list.
  ///
  /// - Returns: the id that has these bytes already, and then changes nothing; else nil.
  mutating func insert(_ id: Int, of strings: ByteStrings) -> TokenID? {
    let range = strings.range(id)
    let key = key(strings.bytes.span, range)
    let slot = slot(key, strings.bytes.span, range, strings)
    guard slots[slot].id < 0 else { return slots[slot].id }
    slots[slot] = Slot(key: key, id: TokenID(truncatingIfNeeded: id))
    return nil
  }

  /// The id of the token with these bytes.
  func find(_ text: Span<UInt8>, _ range: Range<Int>, in strings: ByteStrings) -> TokenID? {
    let id = slots[slot(key(text, range), text, range, strings)].id
    return id < 0 ? nil : id
  }

  /// The slot that holds these bytes, or the empty one where they belong.
  private func slot(
    _ key: UInt64, _ text: Span<UInt8>, _ range: Range<Int>, _ strings: ByteStrings
  ) -> Int {
    var slot = Int(truncatingIfNeeded: Self.mix(key ^ seed)) & mask
    while slots[slot].id >= 0 {
      if slots[slot].key == key
        && (range.count <= Self.longestWhole
          || strings.equal(Int(slots[slot].id), text, range))
      {
        break
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /// The longest string that its key tells from all others.
  private static let longestWhole = 7

  /// Up to seven bytes with their count on top: the string itself. More: a hash under FF.
  private func key(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    guard range.count > Self.longestWhole else {
      return Self.word(text, range.lowerBound, range.count)
        | UInt64(truncatingIfNeeded: range.count) << 56
    }
    var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
    var start = range.lowerBound
    while start < range.upperBound {
      let count = min(8, range.upperBound &- start)
      hash = Self.mix(hash ^ Self.word(text, start, count))
      start &+= count
    }
    return hash | 0xFF << 56
  }

  /// Up to eight bytes as a number, the first lowest.
  @inline(__always)
  private static func word(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
    if text.count &- start >= 8 {
      // Bounds are checked by the load; eight bytes of memory are a valid UInt64 whatever they hold.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
      return count == 0
        ? 0
        : UInt64(littleEndian: word) & UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    }
    var word: UInt64 = 0
    for index in 0..<count { word |= UInt64(text[start &+ index]) &<< (8 &* UInt64(index)) }
    return word
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
