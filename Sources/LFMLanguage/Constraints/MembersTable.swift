/// Members made ready to be run: their rules, one automaton for all keys, and where keys, values and separators lead.
struct MembersTable: Sendable {
  let rules: MembersRules
  /// The row at which a key begins; 0 if none can come.
  let keyRow: Int32
  /// By state of the keys' automaton: the member whose key ends here, or -1.
  let ends: [Int32]
  /// By state: the members whose keys can still end.
  let reachable: [MemberSet]
  /// By member: what follows its key, assignment and value.
  let entries: [ConstraintProgram.Address]
  let separator: ConstraintProgram.Address
  /// Where this table's `key` and `memberEnd` stand.
  let keyAddress: ConstraintProgram.Address
  let endAddress: ConstraintProgram.Address
  /// Members of which any plain text may begin the key.
  let others: MemberSet
  /// By member that is not named: how its keys are read, if none may come twice.
  let readings: [KeyReading?]

  /// Whether keys are remembered.
  var tellsKeys: Bool { readings.contains { $0 != nil } }

  /// How the key of a member is read, if it is to be remembered.
  func reading(of member: Int) -> KeyReading? {
    member < rules.namedCount ? nil : readings[member - rules.namedCount]
  }
}
