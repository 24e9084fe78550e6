import LFMGeneration

/// One automaton for all the keys of members, which tells which key it read.
struct MembersKeys {
  let place: AutomatonTable.Place
  /// By state: the member whose key ends here, or -1.
  let ends: [Int32]
  /// By state: the members whose keys can still end.
  let reachable: [MemberSet]
  /// Members that are not named.
  let others: MemberSet

  /// - Parameter rule: the name of the rule that has them, for failures.
  init(
    _ members: GrammarTree.Members, _ rules: MembersRules, _ automata: inout AutomatonTable,
    in rule: String
  ) throws(GenerationFailure) {
    let keys = members.source.named.map(\.key) + members.source.others.map(\.key)
    var others = MemberSet(capacity: keys.count)
    for member in members.source.named.count..<keys.count where rules.viable[member] {
      others[member] = true
    }
    self.others = others
    var graph = RegularGraph()
    let start = graph.node()
    for (member, key) in keys.enumerated() where rules.viable[member] {
      let end = graph.node()
      graph.addText(of: key, from: start, to: end)
      graph.addEnd(end, mark: Int32(member))
    }
    var work = ConstraintLimits.keyWork
    // Two marks at least, so that `reachable` is there.
    guard
      let result = graph.determinised(
        start: start, marks: max(2, keys.count), states: ConstraintLimits.keyStates, work: &work)
    else {
      throw ConstraintLimits.refusal(
        "the names of an object (in \(rule)) are too many or too complex; use fewer or simpler ones"
      )
    }
    ends = result.marks
    reachable = result.reachable.map { set in
      var copy = MemberSet(capacity: keys.count)
      for member in set { copy[member] = true }
      return copy
    }
    let reachable = reachable
    place = try automata.append(
      ByteAutomaton(result),
      continues: { state in state != 0 && reachable[Int(state)].intersects(others) },
      accepts: { result.marks[Int($0)] >= 0 })
  }
}
