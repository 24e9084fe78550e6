import LFMGeneration

/// Makes a `ConstraintProgram` of a `Grammar`.
///
/// Owns the instructions. Works from the top down with a list of what is still to be written, each piece knowing what follows it, so
/// that no depth of a grammar is a depth of the stack.
package struct ProgramBuilder {
  typealias Address = ConstraintProgram.Address
  typealias Instruction = ConstraintProgram.Instruction

  /// Nodes, one after the other, to be written at `address`.
  private struct Piece {
    var nodes: ArraySlice<Int>
    var address: Address
    var next: Address
  }

  private let tree: GrammarTree
  private var regular: RegularParts
  private var automata = AutomatonTable()
  private var instructions: [Instruction] = [.return]
  private var classBase: [Int32] = [0]
  private var targets: [Address] = []
  private var members: [MembersTable] = []
  private var entries: [Int: Address] = [:]
  private var open: [Piece] = []

  /// - Throws: INVALID_ARGUMENT if no output could satisfy the grammar, or if it exceeds `ConstraintLimits`.
  package static func program(
    of grammar: Grammar
  ) throws(GenerationFailure) -> ConstraintProgram {
    let tree = try GrammarTree(grammar)
    guard tree.isProductive[tree.ruleNodes[grammar.root]] else {
      throw ConstraintLimits.refusal("no output can satisfy it")
    }
    var builder = ProgramBuilder(tree)
    return try builder.build(root: grammar.root)
  }

  private init(_ tree: GrammarTree) {
    self.tree = tree
    regular = RegularParts(tree)
  }

  private mutating func build(root: Int) throws(GenerationFailure) -> ConstraintProgram {
    let entry = entry(of: root)
    while let piece = open.popLast() {
      guard instructions.count <= ConstraintLimits.instructions else {
        throw ConstraintLimits.refusal("it is too large")
      }
      try write(piece)
    }
    return ConstraintProgram(
      instructions: instructions, targets: targets, table: automata.table,
      classes: automata.classes, classBase: classBase, members: members, entry: entry)
  }

  private mutating func reserve() -> Address {
    instructions.append(.return)
    classBase.append(0)
    return Address(instructions.count - 1)
  }

  /// Where these nodes will stand.
  private mutating func place(_ nodes: [Int], next: Address) -> Address {
    let address = reserve()
    open.append(Piece(nodes: nodes[...], address: address, next: next))
    return address
  }

  private mutating func entry(of rule: Int) -> Address {
    if let address = entries[rule] { return address }
    let address = place([tree.ruleNodes[rule]], next: 0)
    entries[rule] = address
    return address
  }

  private mutating func split(_ addresses: [Address], at address: Address) {
    let start = Int32(targets.count)
    targets += addresses
    instructions[Int(address)] = .split(start..<Int32(targets.count))
  }

  /// Writes the first of the nodes, with as many more as merge with it, and leaves the rest for later.
  private mutating func write(_ piece: Piece) throws(GenerationFailure) {
    guard let first = piece.nodes.first else {
      return split([piece.next], at: piece.address)
    }
    var length = 0
    var size = 0
    while length < piece.nodes.count,
      let more = regular.size(of: piece.nodes[piece.nodes.startIndex + length]),
      size + more <= ConstraintLimits.mergedPositions
    {
      size += more
      length += 1
    }
    var automaton =
      length > 0
      ? regular.automaton(of: Array(piece.nodes.prefix(length)), isChoice: false) : nil
    if automaton == nil, length > 1 {
      length = 1
      automaton = regular.automaton(of: [first], isChoice: false)
    }
    length = max(length, 1)
    var next = piece.next
    if length < piece.nodes.count {
      next = reserve()
      open.append(
        Piece(nodes: piece.nodes.dropFirst(length), address: next, next: piece.next))
    }
    if let automaton {
      try writeTerminal(automaton, at: piece.address, next: next)
    } else {
      try write(node: first, at: piece.address, next: next)
    }
  }

  private mutating func writeTerminal(
    _ automaton: ByteAutomaton, at address: Address, next: Address
  ) throws(GenerationFailure) {
    if automaton.isOnlyEmpty { return split([next], at: address) }
    let place = try automata.add(automaton)
    instructions[Int(address)] = .terminal(row: place.row, next: next)
    classBase[Int(address)] = place.classBase
  }

  private mutating func write(
    node: Int, at address: Address, next: Address
  ) throws(GenerationFailure) {
    switch tree.nodes[node] {
    case .nothing: split([], at: address)
    case .literal(let bytes):
      try writeTerminal(ByteAutomaton(literal: bytes), at: address, next: next)
    case .language(let automaton): try writeTerminal(automaton, at: address, next: next)
    case .rule(let rule): instructions[Int(address)] = .call(entry: entry(of: rule), next: next)
    case .sequence(let parts):
      open.append(Piece(nodes: parts[...], address: address, next: next))
    case .choice(let parts): try writeChoice(parts, at: address, next: next)
    case .repetition(let part, let atLeast, let atMost):
      try writeRepetition(part, atLeast, atMost, at: address, next: next)
    case .members(let index):
      let entry = try writeMembers(index, in: tree.ruleName(of: node))
      instructions[Int(address)] = .call(entry: entry, next: next)
    }
  }

  private mutating func writeChoice(
    _ parts: [Int], at address: Address, next: Address
  ) throws(GenerationFailure) {
    var ways: [Address] = []
    var group: [Int] = []
    var size = 0
    func flush(_ builder: inout Self) throws(GenerationFailure) {
      if let automaton = builder.regular.automaton(of: group, isChoice: true) {
        ways.append(builder.reserve())
        try builder.writeTerminal(automaton, at: ways[ways.count - 1], next: next)
      } else {
        for part in group { ways.append(builder.place([part], next: next)) }
      }
      group = []
      size = 0
    }
    for part in parts where tree.isProductive[part] {
      if let more = regular.size(of: part) {
        if size + more > ConstraintLimits.mergedPositions { try flush(&self) }
        group.append(part)
        size += more
      } else {
        ways.append(place([part], next: next))
      }
    }
    if !group.isEmpty { try flush(&self) }
    split(ways, at: address)
  }

  private mutating func writeRepetition(
    _ part: Int, _ atLeast: Int, _ atMost: Int?, at address: Address, next: Address
  ) throws(GenerationFailure) {
    guard tree.isProductive[part], atMost != 0 else { return split([next], at: address) }
    let most = atMost.map { Int32(clamping: $0) } ?? -1
    // Empty texts make up any number.
    let least = tree.isNullable[part] ? 0 : Int32(clamping: atLeast)
    if let automaton = regular.automaton(of: [part], isChoice: false), automaton.isPrefixFree {
      let place = try automata.add(automaton)
      instructions[Int(address)] = .counted(
        row: place.row, atLeast: least, atMost: most, next: next)
      classBase[Int(address)] = place.classBase
      return
    }
    switch (least, most) {
    case (1, 1): open.append(Piece(nodes: [part], address: address, next: next))
    case (0, 1): split([place([part], next: next), next], at: address)
    case (0, -1): split([place([part], next: address), next], at: address)
    case (1, -1):
      let loop = reserve()
      open.append(Piece(nodes: [part], address: address, next: loop))
      split([address, next], at: loop)
    default:
      instructions[Int(address)] = .repetition(
        entry: place([part], next: 0), atLeast: least, atMost: most, next: next)
    }
  }

  /// The address of the members' start.
  private mutating func writeMembers(
    _ index: Int, in rule: String
  ) throws(GenerationFailure) -> Address {
    let source = tree.members[index]
    let rules = MembersRules(source, isProductive: tree.isProductive)
    guard !rules.hasUnclearCounts else {
      throw ConstraintLimits.refusal(
        "members that require each other (in \(rule)) cannot be counted: leave out their least or "
          + "largest number")
    }
    let start = reserve()
    let key = reserve()
    let end = reserve()
    let values = source.values + source.others
    var entries = [Address](repeating: 0, count: values.count)
    for member in values.indices where rules.viable[member] {
      entries[member] = place([source.assignment, values[member]], next: 0)
    }
    let separator =
      tree.isProductive[source.separator] ? place([source.separator], next: 0) : 0
    let keys = try MembersKeys(source, rules, &automata, in: rule)
    classBase[Int(key)] = keys.place.classBase
    instructions[Int(start)] = .membersStart(Int32(members.count))
    instructions[Int(key)] = .key(Int32(members.count))
    instructions[Int(end)] = .memberEnd(Int32(members.count))
    members.append(
      MembersTable(
        rules: rules, keyRow: keys.place.row, ends: keys.ends, reachable: keys.reachable,
        entries: entries, separator: separator, keyAddress: key, endAddress: end,
        others: keys.others, readings: source.source.others.map(\.reading)))
    return start
  }
}
