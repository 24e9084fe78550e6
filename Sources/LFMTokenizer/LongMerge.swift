// Merges one long piece of text into tokens, a bounded amount of work at a time. ShortMerge is its twin for words; WindowedMerge
// uses it on parts of a piece.

/// Byte-pair merging with a heap of pairs and a linked list of tokens: n log n, whatever the text.
///
/// Takes 20 to 30 bytes of memory for each byte of the piece, and keeps them for the next if they are not many.
struct LongMerge: Sendable {
  private enum Phase { case filling, ordering, merging, listing, idle }

  private var phase = Phase.idle
  private var range = 0..<0
  /// How far the filling, ordering or listing has come.
  private var position = 0
  /// By the place of their first byte: the token that begins there, or -1 inside a token.
  private var tokens: [TokenID] = []
  /// The place of the neighbour: `next` is the count, `previous` -1, where there is none.
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var heap = PairHeap()

  /// The longest piece; places are 32 bits wide.
  static let longest = Int(Int32.max) - 1

  var isIdle: Bool { phase == .idle }

  /// Begins with a piece of 1 to `longest` bytes.
  mutating func begin(_ range: Range<Int>) {
    self.range = range
    position = 0
    phase = .filling
    tokens.reserveCapacity(range.count)
    next.reserveCapacity(range.count)
    previous.reserveCapacity(range.count)
  }

  /// Works on; adds the tokens to `ids` at the end. Subtracts from `budget` about one for each byte or merge, until it is spent.
  ///
  /// - Parameter text: the same at every call until this merge is idle again.
  mutating func step(
    _ text: Span<UInt8>, tokenizer: Tokenizer, budget: inout Int, to ids: inout [TokenID]
  ) {
    while budget > 0 {
      switch phase {
      case .filling: fill(text, tokenizer, &budget)
      case .ordering:
        if heap.order(&budget) { phase = .merging }
      case .merging: merge(tokenizer.merges, &budget)
      case .listing: list(&budget, to: &ids)
      case .idle: return
      }
    }
  }

  /// The tokens of a piece, all at once.
  static func encode(_ text: Span<UInt8>, _ range: Range<Int>, tokenizer: Tokenizer) -> [TokenID] {
    var merge = LongMerge()
    var ids: [TokenID] = []
    merge.begin(range)
    while !merge.isIdle {
      var budget = Int.max
      merge.step(text, tokenizer: tokenizer, budget: &budget, to: &ids)
    }
    return ids
  }

  private mutating func fill(_ text: Span<UInt8>, _ tokenizer: Tokenizer, _ budget: inout Int) {
    let end = position + min(range.count - position, budget)
    budget -= end - position
    while position < end {
      let token = tokenizer.byteTokens[Int(text[range.lowerBound + position])]
      if let last = tokens.last {
        heap.append(tokenizer.merges.find(last, token).rank, at: position - 1)
      }
      tokens.append(token)
      next.append(Int32(truncatingIfNeeded: position + 1))
      previous.append(Int32(truncatingIfNeeded: position - 1))
      position += 1
    }
    if position == range.count { phase = .ordering }
  }

  private mutating func merge(_ merges: MergeTable, _ budget: inout Int) {
    while budget > 0 {
      guard let (rank, place) = heap.removeFirst() else {
        phase = .listing
        position = 0
        return
      }
      budget -= 1
      // A pair may have changed since it was put in; then its new self is in the heap too.
      guard tokens[place] >= 0 else { continue }
      let right = Int(next[place])
      guard right < tokens.count else { continue }
      let merge = merges.find(tokens[place], tokens[right])
      guard merge.rank == rank else { continue }
      join(place, right, merge.token, merges)
    }
  }

  private mutating func join(_ place: Int, _ right: Int, _ token: TokenID, _ merges: MergeTable) {
    let after = Int(next[right])
    tokens[place] = token
    tokens[right] = -1
    next[place] = next[right]
    if after < tokens.count {
      previous[after] = Int32(truncatingIfNeeded: place)
      heap.insert(merges.find(token, tokens[after]).rank, at: place)
    }
    let before = Int(previous[place])
    if before >= 0 {
      heap.insert(merges.find(tokens[before], token).rank, at: before)
    }
  }

  private mutating func list(_ budget: inout Int, to ids: inout [TokenID]) {
    while budget > 0 && position < tokens.count {
      ids.append(tokens[position])
      position = Int(next[position])
      budget -= 1
    }
    guard position >= tokens.count else { return }
    let keep = tokens.capacity <= Self.mostKept
    tokens.removeAll(keepingCapacity: keep)
    next.removeAll(keepingCapacity: keep)
    previous.removeAll(keepingCapacity: keep)
    heap.removeAll(keepingCapacity: keep)
    phase = .idle
  }

  /// The longest piece whose memory is kept for the next one.
  private static let mostKept = 1 << 16
}

/// A binary heap of pairs of neighbours: lowest rank first, leftmost first among equals.
private struct PairHeap: Sendable {
  /// The rank in the upper 32 bits, the place in the lower.
  private var entries: [UInt64] = []
  /// Entries at and after this index are in heap order; `order` brings it to 0.
  private var ordered = -1

  /// Adds a pair before the heap is ordered. Pairs that never merge are left out.
  mutating func append(_ rank: UInt32, at place: Int) {
    guard rank != MergeTable.never else { return }
    entries.append(UInt64(rank) << 32 | UInt64(truncatingIfNeeded: place))
  }

  /// Brings what was appended into heap order.
  ///
  /// - Returns: whether it is done.
  mutating func order(_ budget: inout Int) -> Bool {
    if ordered < 0 { ordered = entries.count / 2 }
    while ordered > 0 && budget > 0 {
      ordered -= 1
      budget -= 1
      sink(ordered)
    }
    return ordered == 0
  }

  mutating func insert(_ rank: UInt32, at place: Int) {
    guard rank != MergeTable.never else { return }
    let entry = UInt64(rank) << 32 | UInt64(truncatingIfNeeded: place)
    var index = entries.count
    entries.append(entry)
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry < entries[parent] else { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  mutating func removeFirst() -> (rank: UInt32, place: Int)? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    if !entries.isEmpty {
      entries[0] = last
      sink(0)
    }
    return (UInt32(first >> 32), Int(first & 0xFFFF_FFFF))
  }

  mutating func removeAll(keepingCapacity keep: Bool) {
    entries.removeAll(keepingCapacity: keep)
    ordered = -1
  }

  private mutating func sink(_ start: Int) {
    let entry = entries[start]
    var index = start
    while true {
      var child = index * 2 + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count && entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < entry else { break }
      entries[index] = entries[child]
      index = child
    }
    entries[index] = entry
  }
}
