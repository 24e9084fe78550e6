/// The progresses of members that occurred, each with a number, and what follows from them.
///
/// Where members ask that no key comes twice, their progress remembers keys: it has a number below 0, is another one with the last of
/// the `WrittenKeys`, and can be dropped again as frames can.
struct ProgressTable: Sendable {
  struct Key: Hashable, Sendable {
    var members: Int32
    var progress: MembersRules.Progress
  }

  private struct Entry: Sendable {
    var key: Key
    var allowed: MemberSet
    var canEnd: Bool
    var canContinue: Bool
  }

  /// A progress and the last key that was written, by its index.
  private struct Remembering: Hashable, Sendable {
    var base: Int32
    var last: Int32
  }

  /// How many progresses that remember keys there were, and keys.
  struct Mark: Sendable {
    var remembering: Int
    var keys: Int
  }

  private var entries: [Entry] = []
  private var numbers: [Key: Int32] = [:]
  private var starts: [Int32: Int32] = [:]
  private var additions: [Int64: Int32] = [:]
  /// By the complement of their number.
  private var remembering: [Remembering] = []
  private var rememberingNumbers: [Remembering: Int32] = [:]
  private var keys = WrittenKeys()

  /// The number of the progress of members before the first.
  mutating func start(_ members: Int32, _ rules: MembersRules) -> Int32 {
    if let number = starts[members] { return number }
    let number = number(of: Key(members: members, progress: rules.start), rules)
    starts[members] = number
    return number
  }

  /// The number of a progress after one more member.
  mutating func adding(_ member: Int, to number: Int32, _ rules: MembersRules) -> Int32 {
    if number < 0 {
      let old = remembering[Int(~number)]
      let base = adding(member, to: old.base, rules)
      return remember(Remembering(base: base, last: old.last))
    }
    let step = Int64(number) << 32 | Int64(member)
    if let result = additions[step] { return result }
    let key = entries[Int(number)].key
    let result = self.number(
      of: Key(members: key.members, progress: rules.adding(member, to: key.progress)), rules)
    additions[step] = result
    return result
  }

  /// As `adding(_:to:_:)`, of a member whose key is to be remembered; `nil` if it came before.
  ///
  /// - Parameters:
  ///   - start: where the key begins in the output.
  ///   - work: grows with what is looked at.
  mutating func adding(
    _ member: Int, _ key: [UInt16], from start: Int32, to number: Int32, _ rules: MembersRules,
    _ work: inout Int
  ) -> Int32? {
    let before = number < 0 ? remembering[Int(~number)].last : -1
    guard let last = keys.adding(key, after: before, from: start, &work) else { return nil }
    let base = adding(member, to: base(number), rules)
    return remember(Remembering(base: base, last: last))
  }

  private mutating func remember(_ one: Remembering) -> Int32 {
    if let number = rememberingNumbers[one] { return number }
    remembering.append(one)
    let number = ~Int32(remembering.count - 1)
    rememberingNumbers[one] = number
    return number
  }

  private mutating func number(of key: Key, _ rules: MembersRules) -> Int32 {
    if let number = numbers[key] { return number }
    let allowed = rules.allowed(key.progress)
    entries.append(
      Entry(
        key: key, allowed: allowed, canEnd: rules.canEnd(key.progress),
        canContinue: !allowed.isEmpty))
    numbers[key] = Int32(entries.count - 1)
    return Int32(entries.count - 1)
  }

  /// The progress without the keys that it remembers.
  func base(_ number: Int32) -> Int32 {
    number < 0 ? remembering[Int(~number)].base : number
  }

  func key(_ number: Int32) -> Key { entries[Int(base(number))].key }
  func allowed(_ number: Int32) -> MemberSet { entries[Int(base(number))].allowed }
  func canEnd(_ number: Int32) -> Bool { entries[Int(base(number))].canEnd }
  func canContinue(_ number: Int32) -> Bool { entries[Int(base(number))].canContinue }

  /// How many keys are remembered.
  var keyCount: Int { keys.count }
  var mark: Mark { Mark(remembering: remembering.count, keys: keys.count) }

  /// Forgets remembered keys that came since; no place or frame may know of one.
  mutating func drop(to mark: Mark) {
    while remembering.count > mark.remembering {
      rememberingNumbers[remembering.removeLast()] = nil
    }
    keys.drop(to: mark.keys)
  }

  /// A table of those that are still in use.
  struct Compaction {
    private let old: ProgressTable
    private(set) var result = ProgressTable()
    /// The keys that were kept: the new indices by the old ones.
    private var keys: [Int32: Int32] = [:]

    init(_ table: ProgressTable) { old = table }

    /// The new number of a progress.
    mutating func keep(_ number: Int32) -> Int32 {
      if number >= 0 { return keepEntry(number) }
      let one = old.remembering[Int(~number)]
      let last = result.keys.take(one.last, from: old.keys, &keys)
      let base = keepEntry(one.base)
      return result.remember(Remembering(base: base, last: last))
    }

    private mutating func keepEntry(_ number: Int32) -> Int32 {
      let entry = old.entries[Int(number)]
      if let number = result.numbers[entry.key] { return number }
      result.entries.append(entry)
      result.numbers[entry.key] = Int32(result.entries.count - 1)
      return Int32(result.entries.count - 1)
    }
  }
}
