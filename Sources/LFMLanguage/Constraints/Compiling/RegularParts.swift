/// Which parts of a grammar are regular, and the automaton of each such part.
///
/// Owns merging: sequences, choices and repetitions of automata become one automaton, as far as that stays small. What is not
/// merged is right all the same: then instructions connect its parts.
struct RegularParts {
  private let tree: GrammarTree
  /// By node: positions that it would take in a graph; nil if it is not regular or too large.
  private var sizes: [Int?]
  /// By rule: its automaton, if it is regular.
  private var ruleAutomata: [ByteAutomaton?]
  private var work = ConstraintLimits.mergingWork

  init(_ tree: GrammarTree) {
    self.tree = tree
    sizes = [Int?](repeating: nil, count: tree.nodes.count)
    ruleAutomata = [ByteAutomaton?](repeating: nil, count: tree.ruleNodes.count)
    let (ordered, recursive) = Self.order(tree)
    for rule in ordered {
      measure(rule)
      let node = tree.ruleNodes[rule]
      if tree.isProductive[node] { ruleAutomata[rule] = automaton(of: [node], isChoice: false) }
    }
    for rule in recursive { measure(rule) }
  }

  /// nil also where nothing more can be merged.
  func size(of node: Int) -> Int? { work > 0 ? sizes[node] : nil }

  private static func nodes(of rule: Int, _ tree: GrammarTree) -> Range<Int> {
    let next = rule + 1
    return tree.ruleNodes[
      rule]..<(next < tree.ruleNodes.count ? tree.ruleNodes[next] : tree.nodes.count)
  }

  /// The rules, those that a rule calls before it; then those that call themselves in the end.
  private static func order(_ tree: GrammarTree) -> (ordered: [Int], recursive: [Int]) {
    var callers = [[Int]](repeating: [], count: tree.ruleNodes.count)
    var waiting = [Int](repeating: 0, count: tree.ruleNodes.count)
    for rule in tree.ruleNodes.indices {
      for node in nodes(of: rule, tree) {
        guard case .rule(let called) = tree.nodes[node] else { continue }
        callers[called].append(rule)
        waiting[rule] += 1
      }
    }
    var ordered = waiting.indices.filter { waiting[$0] == 0 }
    var index = 0
    while index < ordered.count {
      for caller in callers[ordered[index]] {
        waiting[caller] -= 1
        if waiting[caller] == 0 { ordered.append(caller) }
      }
      index += 1
    }
    return (ordered, waiting.indices.filter { waiting[$0] > 0 })
  }

  private mutating func measure(_ rule: Int) {
    for node in Self.nodes(of: rule, tree).reversed() {
      sizes[node] = size(tree.nodes[node]).flatMap {
        $0 <= ConstraintLimits.mergedPositions ? $0 : nil
      }
    }
  }

  private func size(_ node: GrammarTree.Node) -> Int? {
    switch node {
    case .nothing: return 0
    case .literal(let bytes): return bytes.count + 2
    case .language(let automaton): return automaton.stateCount
    case .rule(let rule): return ruleAutomata[rule]?.stateCount
    case .members: return nil
    case .sequence(let parts), .choice(let parts):
      var sum = 0
      for part in parts {
        guard let size = sizes[part], sum <= ConstraintLimits.mergedPositions else { return nil }
        sum += size
      }
      return sum
    case .repetition(let part, let atLeast, let atMost):
      guard let size = sizes[part] else { return nil }
      let (product, overflow) = max(size, 1).multipliedReportingOverflow(
        by: max(atMost ?? atLeast, 1))
      return overflow ? nil : product
    }
  }

  /// The automaton of these nodes one after the other, or of any one of them.
  ///
  /// - Returns: nil if they are not regular or it would become too large.
  mutating func automaton(of nodes: [Int], isChoice: Bool) -> ByteAutomaton? {
    var total = 0
    for node in nodes {
      guard let size = sizes[node] else { return nil }
      total += size
    }
    guard total <= ConstraintLimits.mergedPositions else { return nil }
    if nodes.count == 1 {
      switch tree.nodes[nodes[0]] {
      case .literal(let bytes): return ByteAutomaton(literal: bytes)
      case .language(let automaton): return automaton
      case .rule(let rule): return ruleAutomata[rule]
      default: break
      }
    }
    guard work > 0 else { return nil }
    var graph = RegularGraph()
    let start = graph.node()
    var end = start
    if isChoice {
      end = graph.node()
      for node in nodes { add(node, to: &graph, from: start, to: end) }
    } else {
      for node in nodes {
        let next = graph.node()
        add(node, to: &graph, from: end, to: next)
        end = next
      }
    }
    graph.addEnd(end)
    return graph.determinised(start: start, states: ConstraintLimits.mergedStates, work: &work)
      .map { ByteAutomaton($0) }
  }

  private mutating func add(_ node: Int, to graph: inout RegularGraph, from: Int, to: Int) {
    var open = [(node, from, to)]
    while let (node, from, to) = open.popLast() {
      guard tree.isProductive[node] else { continue }
      work -= 1
      switch tree.nodes[node] {
      case .nothing, .members: break
      case .literal(let bytes):
        if bytes.isEmpty {
          graph.addEmpty(from: from, to: to)
        } else {
          graph.addText(of: ByteAutomaton(literal: bytes), from: from, to: to)
        }
      case .language(let automaton): graph.addText(of: automaton, from: from, to: to)
      case .rule(let rule):
        if let automaton = ruleAutomata[rule] { graph.addText(of: automaton, from: from, to: to) }
      case .choice(let parts): open += parts.map { ($0, from, to) }
      case .sequence(let parts):
        var last = from
        for part in parts {
          let next = graph.node()
          open.append((part, last, next))
          last = next
        }
        graph.addEmpty(from: last, to: to)
      case .repetition(let part, let atLeast, let atMost):
        var last = from
        for count in 0..<(atMost ?? atLeast) {
          if count >= atLeast { graph.addEmpty(from: last, to: to) }
          let next = graph.node()
          open.append((part, last, next))
          last = next
        }
        if atMost == nil {
          // A node of its own: a loop on `from` could be entered again by what stands around it.
          let loop = graph.node()
          graph.addEmpty(from: last, to: loop)
          open.append((part, loop, loop))
          last = loop
        }
        graph.addEmpty(from: last, to: to)
      }
    }
  }
}
