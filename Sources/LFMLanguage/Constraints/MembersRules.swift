/// Which members may come next, and whether it may end here, so that the whole can always be completed.
///
/// Owns counting, order, `isRequired` and `requires`. Members have numbers: first the named ones, then the others. Keys and
/// values are not known here.
struct MembersRules: Sendable {
  let namedCount: Int
  let capacity: Int
  let atLeast: Int
  let atMost: Int?
  let isOrdered: Bool
  /// By named member: itself and all that have to come if it does; empty where none requires another.
  private let closures: [MemberSet]
  /// Members that can come at all.
  let viable: MemberSet
  /// Whether members that are not named can come, of which there is no end.
  private let hasOthers: Bool
  /// Named members that have to come.
  private let required: MemberSet
  /// Whether all members that are to come first can come.
  private(set) var isProductive = false
  /// Whether members that require each other make some counts impossible, which is not looked into.
  let hasUnclearCounts: Bool

  /// Nothing has come yet, or these have.
  struct Progress: Hashable, Sendable {
    /// Named members that came.
    var seen: MemberSet
    /// How many came, as far as it matters.
    var count = 0
    /// Where members are ordered: the number after the last one.
    var next = 0
  }

  init(_ members: GrammarTree.Members, isProductive holds: [Bool]) {
    let source = members.source
    namedCount = source.named.count
    capacity = source.named.count + source.others.count
    isOrdered = source.isOrdered
    atLeast = max(0, source.atLeast)
    let limit = source.named.count + (source.others.isEmpty ? 0 : Int.max / 2)
    // Without a separator that can be written there is at most one member.
    let most = min(source.atMost ?? .max, holds[members.separator] ? .max : 1)
    atMost = most < limit ? most : nil

    var closures: [MemberSet] = []
    if source.named.contains(where: { !$0.requires.isEmpty }) {
      let capacity = capacity
      closures = source.named.indices.map { Self.closure(of: $0, source.named, capacity: capacity) }
    }
    self.closures = closures
    var possible = MemberSet(capacity: capacity)
    if holds[members.assignment] {
      for (index, member) in source.named.enumerated() {
        possible[index] = member.key.start != 0 && holds[members.values[index]]
      }
      for (index, member) in source.others.enumerated() {
        possible[namedCount + index] = member.key.start != 0 && holds[members.others[index]]
      }
    }
    var viable = possible
    for index in closures.indices where !closures[index].subtracting(possible).isEmpty {
      viable[index] = false
    }
    self.viable = viable
    let named = source.named.count
    hasOthers = source.others.indices.contains { viable[named + $0] }
    var required = MemberSet(capacity: capacity)
    for (index, member) in source.named.enumerated() where member.isRequired {
      required[index] = true
      if !closures.isEmpty { required.formUnion(closures[index]) }
    }
    self.required = required
    hasUnclearCounts =
      source.others.isEmpty && atLeast > 0 && atMost != nil && source.hasCircle
    let canBegin = atLeast <= atMost ?? .max && (canEnd(start) || !allowed(start).isEmpty)
    isProductive = required.subtracting(viable).isEmpty && canBegin
  }

  private static func closure(
    of member: Int, _ named: [GrammarMembers.Named], capacity: Int
  ) -> MemberSet {
    var set = MemberSet(capacity: capacity)
    set[member] = true
    var open = [member]
    while let next = open.popLast() {
      for other in named[next].requires where named.indices.contains(other) && !set[other] {
        set[other] = true
        open.append(other)
      }
    }
    return set
  }

  var start: Progress { Progress(seen: MemberSet(capacity: capacity)) }

  /// What came, after this member came, too.
  func adding(_ member: Int, to progress: Progress) -> Progress {
    var result = progress
    if member < namedCount { result.seen[member] = true }
    result.count = atMost == nil ? min(progress.count + 1, atLeast) : progress.count + 1
    if isOrdered { result.next = min(member + 1, namedCount) }
    return result
  }

  /// Named members that still have to come.
  private func missing(_ progress: Progress) -> MemberSet {
    var result = required
    if !closures.isEmpty {
      for member in progress.seen { result.formUnion(closures[member]) }
    }
    result.subtract(progress.seen)
    return result
  }

  func canEnd(_ progress: Progress) -> Bool {
    progress.count >= atLeast && missing(progress).isEmpty
  }

  /// The members that may come next.
  func allowed(_ progress: Progress) -> MemberSet {
    var candidates = viable
    candidates.subtract(progress.seen)
    if !isOrdered, atMost == nil, closures.isEmpty, atLeast == 0 || hasOthers {
      return candidates
    }
    let missing = missing(progress)
    var result = MemberSet(capacity: capacity)
    for member in candidates where !isOrdered || member >= progress.next {
      result[member] = canCome(member, after: progress, missing: missing)
    }
    return result
  }

  private func canCome(_ member: Int, after progress: Progress, missing: MemberSet) -> Bool {
    var after = missing
    if member < namedCount {
      if !closures.isEmpty {
        after.formUnion(closures[member])
        after.subtract(progress.seen)
      }
      after[member] = false
    }
    if isOrdered, let first = after.first, first < member { return false }
    let count = progress.count + 1
    if let atMost, count + after.count > atMost { return false }
    return count + after.count >= atLeast
      || count + mostFurther(member, after: progress) >= atLeast
  }

  /// How many members may come at most after this one, without regard to `atMost`.
  private func mostFurther(_ member: Int, after progress: Progress) -> Int {
    if hasOthers { return atLeast }
    var further = viable
    further.subtract(progress.seen)
    further[member] = false
    guard isOrdered else { return further.count }
    var count = 0
    for other in further where other > member {
      if !closures.isEmpty {
        var needed = closures[other]
        needed.subtract(progress.seen)
        needed[member] = false
        if let first = needed.first, first < member { continue }
      }
      count += 1
    }
    return count
  }
}
