import LFMGeneration

/// A grammar's expressions laid out in an array, so that no walk over them recurses.
///
/// Owns the layout and which expressions are productive (match some text at all) or nullable (match the empty one). A node's
/// parts have higher numbers than the node.
struct GrammarTree {
  enum Node {
    case nothing
    case literal([UInt8])
    case language(ByteAutomaton)
    case sequence([Int])
    case choice([Int])
    case repetition(Int, atLeast: Int, atMost: Int?)
    case rule(Int)
    case members(Int)
  }

  struct Members {
    var values: [Int]
    var others: [Int]
    var assignment: Int
    var separator: Int
    var source: GrammarMembers
  }

  private(set) var nodes: [Node] = []
  private(set) var members: [Members] = []
  /// The node of each rule.
  private(set) var ruleNodes: [Int] = []
  /// What a failure calls each rule.
  let names: [String]
  /// By node: whether it matches some text.
  private(set) var isProductive: [Bool] = []
  /// By node: whether it matches the empty text.
  private(set) var isNullable: [Bool] = []

  init(_ grammar: Grammar) throws(GenerationFailure) {
    guard grammar.rules.indices.contains(grammar.root) else {
      throw ConstraintLimits.refusal("it has no rule to begin with")
    }
    guard grammar.rules.count <= ConstraintLimits.rules else {
      throw ConstraintLimits.refusal("it has more than \(ConstraintLimits.rules) rules")
    }
    names = grammar.rules.map(\.name)
    for rule in grammar.rules {
      ruleNodes.append(nodes.count)
      try layOut(rule.expression, of: rule.name, ruleCount: grammar.rules.count)
    }
    isProductive = fixpoint { tree, node, holds in tree.isProductive(node, given: holds) }
    isNullable = fixpoint { tree, node, holds in tree.isNullable(node, given: holds) }
  }

  private mutating func layOut(
    _ expression: GrammarExpression, of rule: String, ruleCount: Int
  ) throws(GenerationFailure) {
    var open = [(nodes.count, expression)]
    nodes.append(.nothing)
    while let (index, expression) = open.popLast() {
      func reserve(_ parts: [GrammarExpression]) -> [Int] {
        parts.map { part in
          open.append((nodes.count, part))
          nodes.append(.nothing)
          return nodes.count - 1
        }
      }
      switch expression {
      case .nothing: break
      case .literal(let bytes): nodes[index] = .literal(bytes)
      case .language(let automaton): nodes[index] = .language(automaton)
      case .sequence(let parts): nodes[index] = .sequence(reserve(parts))
      case .choice(let parts): nodes[index] = .choice(reserve(parts))
      case .repetition(let part, let atLeast, let atMost):
        nodes[index] = .repetition(
          reserve([part])[0], atLeast: max(0, atLeast), atMost: atMost)
      case .rule(let rule):
        guard (0..<ruleCount).contains(rule) else {
          throw ConstraintLimits.refusal("rule \(rule) does not exist")
        }
        nodes[index] = .rule(rule)
      case .members(let source):
        guard source.named.count <= ConstraintLimits.namedMembers else {
          throw ConstraintLimits.refusal(
            "an object (in \(rule)) has more than \(ConstraintLimits.namedMembers) named members")
        }
        nodes[index] = .members(members.count)
        members.append(
          Members(
            values: reserve(source.named.map(\.value)), others: reserve(source.others.map(\.value)),
            assignment: reserve([source.assignment])[0], separator: reserve([source.separator])[0],
            source: source))
      }
      guard nodes.count <= ConstraintLimits.expressions else {
        throw ConstraintLimits.refusal(
          "it has more than \(ConstraintLimits.expressions) expressions")
      }
    }
  }

  /// The name of the rule that a node is of, for failures.
  func ruleName(of node: Int) -> String {
    var (low, high) = (0, ruleNodes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if ruleNodes[middle] <= node { low = middle } else { high = middle }
    }
    return names[low]
  }

  /// The parts of a node, and the node of the rule that it calls.
  func parts(of node: Int) -> [Int] {
    switch nodes[node] {
    case .nothing, .literal, .language: []
    case .sequence(let parts), .choice(let parts): parts
    case .repetition(let part, _, _): [part]
    case .rule(let rule): [ruleNodes[rule]]
    case .members(let index):
      members[index].values + members[index].others
        + [members[index].assignment, members[index].separator]
    }
  }

  /// The least set of nodes closed under `follows`, which must be monotone: a node is asked again when a part of it enters.
  ///
  /// Sequences are not asked but counted down, and members wait until nothing else is left: both may have many parts.
  private func fixpoint(_ follows: (Self, Int, [Bool]) -> Bool) -> [Bool] {
    var parents = [[Int32]](repeating: [], count: nodes.count)
    var missing = [Int](repeating: 0, count: nodes.count)
    for node in nodes.indices {
      if case .sequence(let parts) = nodes[node] { missing[node] = parts.count }
      for part in parts(of: node) { parents[part].append(Int32(node)) }
    }
    var holds = [Bool](repeating: false, count: nodes.count)
    var open = Array(nodes.indices)
    var waiting: Set<Int> = []
    while true {
      if open.isEmpty {
        guard !waiting.isEmpty else { return holds }
        for node in waiting where follows(self, node, holds) { open.append(~node) }
        waiting = []
        continue
      }
      guard let entry = open.popLast() else { return holds }
      let node = entry < 0 ? ~entry : entry
      if holds[node] || missing[node] > 0 { continue }
      if entry >= 0, case .members = nodes[node] {
        waiting.insert(node)
        continue
      }
      guard entry < 0 || follows(self, node, holds) else { continue }
      holds[node] = true
      for parent in parents[node] {
        missing[Int(parent)] -= 1
        open.append(Int(parent))
      }
    }
  }

  private func isProductive(_ node: Int, given holds: [Bool]) -> Bool {
    switch nodes[node] {
    case .nothing: false
    case .literal: true
    case .language(let automaton): automaton.start != 0
    case .sequence: true
    case .choice(let parts): parts.contains { holds[$0] }
    case .repetition(let part, let atLeast, let atMost):
      atLeast <= atMost ?? atLeast && (atLeast == 0 || holds[part])
    case .rule(let rule): holds[ruleNodes[rule]]
    case .members(let index): MembersRules(members[index], isProductive: holds).isProductive
    }
  }

  private func isNullable(_ node: Int, given holds: [Bool]) -> Bool {
    guard isProductive[node] else { return false }
    return switch nodes[node] {
    case .nothing: false
    case .literal(let bytes): bytes.isEmpty
    case .language(let automaton): automaton.accepts(automaton.start)
    case .sequence: true
    case .choice(let parts): parts.contains { holds[$0] }
    case .repetition(let part, let atLeast, _): atLeast == 0 || holds[part]
    case .rule(let rule): holds[ruleNodes[rule]]
    case .members(let index):
      members[index].source.atLeast <= 0
        && !members[index].source.named.contains(where: \.isRequired)
    }
  }
}
