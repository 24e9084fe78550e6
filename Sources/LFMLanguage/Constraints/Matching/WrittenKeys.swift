/// The keys that were written in objects, each with the one before it: lists that differ in their last keys share the others.
///
/// Owns which keys came before another, told in a time that hardly grows with their number: a key is found by its hash, and whether it is
/// of the list that is asked about, over jumps. Each is kept once, and the newest can be dropped again.
struct WrittenKeys: Sendable {
  private struct Entry: Sendable {
    /// The key before, or -1.
    var before: Int32
    /// One of those before, or -1. Any is reached over a logarithm of jumps (Myers, "An applicative random-access stack", 1983).
    var jump: Int32
    /// How many came before.
    var depth: Int32
    /// Where the first key of the list begins in the output. It tells the lists of different objects apart, so that a key that all of
    /// them have is not looked for among as many.
    var object: Int32
    /// Where the key ends in `units`; it begins where the entry before this one ends.
    var end: Int
    /// Of the key and its object.
    var hash: Int
    /// The next older entry of the same hash, or -1.
    var older: Int32
  }

  private var entries: [Entry] = []
  /// Of all keys, one after the other.
  private var units: [UInt16] = []
  /// By hash.
  private var newest: [Int: Int32] = [:]

  var count: Int { entries.count }

  /// The index of a key that comes after another one; `nil` if it came before.
  ///
  /// - Parameters:
  ///   - last: the index of the key before, or -1 for an object's first.
  ///   - start: where the key begins in the output.
  ///   - work: grows with what is looked at.
  mutating func adding(
    _ key: [UInt16], after last: Int32, from start: Int32, _ work: inout Int
  ) -> Int32? {
    let object = last < 0 ? start : entries[Int(last)].object
    var hasher = Hasher()
    hasher.combine(object)
    hasher.combine(key)
    let hash = hasher.finalize()
    work += key.count
    var other = newest[hash] ?? -1
    while other >= 0 {
      work += 1
      let entry = entries[Int(other)]
      if entry.object == object, units(of: other) == key[...] {
        if entry.before == last { return other }
        if comes(other, notAfter: last, &work) { return nil }
      }
      other = entry.older
    }
    return append(key[...], hash, after: last, object)
  }

  /// Forgets keys that came since there were so many.
  mutating func drop(to count: Int) {
    guard entries.count > count else { return }
    while entries.count > count {
      let entry = entries.removeLast()
      newest[entry.hash] = entry.older < 0 ? nil : entry.older
    }
    units.removeLast(units.count - (entries.last?.end ?? 0))
  }

  /// The index of a key of a table that is left behind, taken over with all before it.
  ///
  /// - Parameter known: the new index of each that was taken over, by the old one.
  mutating func take(
    _ last: Int32, from old: WrittenKeys, _ known: inout [Int32: Int32]
  ) -> Int32 {
    var open: [Int32] = []
    var index = last
    while index >= 0, known[index] == nil {
      open.append(index)
      index = old.entries[Int(index)].before
    }
    var result = known[index] ?? -1
    while let index = open.popLast() {
      let entry = old.entries[Int(index)]
      result = append(old.units(of: index), entry.hash, after: result, entry.object)
      known[index] = result
    }
    return result
  }

  private mutating func append(
    _ key: ArraySlice<UInt16>, _ hash: Int, after last: Int32, _ object: Int32
  ) -> Int32 {
    units += key
    let index = Int32(entries.count)
    let depth = last < 0 ? 0 : entries[Int(last)].depth + 1
    entries.append(
      Entry(
        before: last, jump: jump(over: last), depth: depth, object: object, end: units.count,
        hash: hash, older: newest[hash] ?? -1))
    newest[hash] = index
    return index
  }

  /// Where to jump from what comes after `last`: two jumps of one length become one of both.
  private func jump(over last: Int32) -> Int32 {
    guard last >= 0 else { return -1 }
    let entry = entries[Int(last)]
    guard entry.jump >= 0 else { return last }
    let next = entries[Int(entry.jump)]
    guard next.jump >= 0 else { return last }
    let lengths = (entry.depth - next.depth, next.depth - entries[Int(next.jump)].depth)
    return lengths.0 == lengths.1 ? next.jump : last
  }

  /// Whether a key is `last` or one before it.
  private func comes(_ key: Int32, notAfter last: Int32, _ work: inout Int) -> Bool {
    let depth = entries[Int(key)].depth
    var here = last
    while here >= 0, entries[Int(here)].depth > depth {
      work += 1
      let entry = entries[Int(here)]
      let isTooFar = entry.jump < 0 || entries[Int(entry.jump)].depth < depth
      here = isTooFar ? entry.before : entry.jump
    }
    return here == key
  }

  private func units(of index: Int32) -> ArraySlice<UInt16> {
    let start = index == 0 ? 0 : entries[Int(index) - 1].end
    return units[start..<entries[Int(index)].end]
  }
}
