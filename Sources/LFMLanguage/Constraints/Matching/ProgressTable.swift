/// The progresses of members that occurred, each with a number, and what follows from them.
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

  private var entries: [Entry] = []
  private var numbers: [Key: Int32] = [:]
  private var starts: [Int32: Int32] = [:]
  private var additions: [Int64: Int32] = [:]

  /// The number of the progress of members before the first.
  mutating func start(_ members: Int32, _ rules: MembersRules) -> Int32 {
    if let number = starts[members] { return number }
    let number = number(of: Key(members: members, progress: rules.start), rules)
    starts[members] = number
    return number
  }

  /// The number of a progress after one more member.
  mutating func adding(_ member: Int, to number: Int32, _ rules: MembersRules) -> Int32 {
    let step = Int64(number) << 32 | Int64(member)
    if let result = additions[step] { return result }
    let key = entries[Int(number)].key
    let result = self.number(
      of: Key(members: key.members, progress: rules.adding(member, to: key.progress)), rules)
    additions[step] = result
    return result
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

  func key(_ number: Int32) -> Key { entries[Int(number)].key }
  func allowed(_ number: Int32) -> MemberSet { entries[Int(number)].allowed }
  func canEnd(_ number: Int32) -> Bool { entries[Int(number)].canEnd }
  func canContinue(_ number: Int32) -> Bool { entries[Int(number)].canContinue }

  /// A table of those that are still in use.
  struct Compaction {
    private let old: ProgressTable
    private(set) var result = ProgressTable()

    init(_ table: ProgressTable) { old = table }

    /// The new number of a progress.
    mutating func keep(_ number: Int32) -> Int32 {
      let entry = old.entries[Int(number)]
      if let number = result.numbers[entry.key] { return number }
      result.entries.append(entry)
      result.numbers[entry.key] = Int32(result.entries.count - 1)
      return Int32(result.entries.count - 1)
    }
  }
}
