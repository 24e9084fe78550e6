// Which two tokens merge into which, and how early. The order in which a text's pairs merge is ShortMerge's and LongMerge's.

/// A hash table from a pair of tokens to the rank of their merge and the token it makes: open addressing, at most half full.
struct MergeTable: Sendable {
  /// A merge: the lower the rank, the earlier.
  struct Merge: Sendable {
    var rank: UInt32
    var token: TokenID

    static let none = Merge(rank: MergeTable.never, token: -1)
  }

  private struct Slot: Sendable {
    /// Left id in the upper half, right id in the lower; ids are below 2^24, so all ones is empty.
    var pair: UInt64
    var merge: Merge
  }

  /// The rank of a pair that does not merge.
  static let never = UInt32.max

  private var slots: [Slot]
  private let mask: Int
  private let seed: UInt64
  private(set) var count = 0

  /// - Parameter capacity: the most merges that will be inserted.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    let empty = Slot(pair: .max, merge: .none)
    slots = [Slot](repeating: empty, count: size)
    mask = size - 1
    seed = UInt64.random(in: .min ... .max)
  }

  /// A pair that is there already takes the new rank, as in the reference.
  mutating func insert(_ left: TokenID, _ right: TokenID, _ merge: Merge) {
    let pair = Self.pair(left, right)
    var slot = home(pair)
    while slots[slot].pair != .max && slots[slot].pair != pair { slot = (slot + 1) & mask }
    if slots[slot].pair == .max { count += 1 }
    slots[slot] = Slot(pair: pair, merge: merge)
  }

  /// The merge of a pair; its rank is `never` if there is none.
  func find(_ left: TokenID, _ right: TokenID) -> Merge {
    let pair = Self.pair(left, right)
    var slot = home(pair)
    while slots[slot].pair != pair && slots[slot].pair != .max { slot = (slot + 1) & mask }
    return slots[slot].merge
  }

  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func home(_ pair: UInt64) -> Int {
    let product = (pair ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low) & mask
  }
}
