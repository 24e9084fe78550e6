/// Languages of a list of texts.
///
/// Owns the making of a minimal automaton from sorted texts, one after the other (Daciuk, Mihov, Watson and Watson 2000): thousands of texts
/// never stand in memory as a whole tree.
struct LiteralSet {
  private struct Node {
    var edges: [(position: UInt32, target: Int)] = []
    var isAccepting = false
  }

  private var nodes: [Node] = [Node()]
  /// What is finished, by its content.
  private var finished: [[UInt64]: Int] = [:]
  /// Nodes in whose place an equal one is used.
  private var free: [Int] = []

  /// - Throws: `tooLarge`.
  static func automaton(_ texts: some Sequence<String>) throws(RegularFailure) -> ScalarAutomaton {
    var set = LiteralSet()
    let sorted = texts.map { $0.unicodeScalars.map { ScalarSet.position($0.value) } }
      .sorted { $0.lexicographicallyPrecedes($1) }
    var path = [0]
    var previous: [UInt32] = []
    for text in sorted {
      var common = 0
      while common < min(text.count, previous.count), text[common] == previous[common] {
        common += 1
      }
      set.finish(&path, downTo: common)
      for position in text[common...] {
        let node = set.newNode()
        set.nodes[path[path.count - 1]].edges.append((position, node))
        path.append(node)
        if set.nodes.count > 2 * RegularLimits.states {
          throw .tooManyStates(RegularLimits.states)
        }
      }
      set.nodes[path[path.count - 1]].isAccepting = true
      previous = text
      if set.finished.count > RegularLimits.states { throw .tooManyStates(RegularLimits.states) }
    }
    set.finish(&path, downTo: 0)
    return try set.draft().minimized()
  }

  private mutating func newNode() -> Int {
    if let node = free.popLast() { return node }
    nodes.append(Node())
    return nodes.count - 1
  }

  /// Replaces the nodes of `path` beyond a depth by equal ones that are known.
  private mutating func finish(_ path: inout [Int], downTo depth: Int) {
    while path.count > depth + 1 {
      let node = path.removeLast()
      var key: [UInt64] = [nodes[node].isAccepting ? 1 : 0]
      for edge in nodes[node].edges {
        key.append(UInt64(edge.position) << 32 | UInt64(edge.target))
      }
      if let known = finished[key] {
        let parent = path[path.count - 1]
        nodes[parent].edges[nodes[parent].edges.count - 1].target = known
        nodes[node] = Node()
        free.append(node)
      } else {
        finished[key] = node
      }
    }
  }

  private func draft() throws(RegularFailure) -> AutomatonDraft {
    var positions: Set<UInt32> = []
    var numbers: [Int: Int32] = [0: 1]
    var order = [0]
    var next = 0
    while next < order.count {
      for edge in nodes[order[next]].edges {
        positions.insert(edge.position)
        if numbers[edge.target] == nil {
          order.append(edge.target)
          numbers[edge.target] = Int32(order.count)
        }
      }
      next += 1
    }
    let sorted = positions.sorted()
    let (alphabet, classes) = ScalarAlphabet.separating(sorted.map { ScalarSet(pairs: [($0, $0)]) })
    let width = alphabet.classCount
    if (order.count + 1) * width > RegularLimits.tableEntries {
      throw .tooManyStates(RegularLimits.tableEntries / width)
    }
    var columns: [UInt32: Int] = [:]
    for (index, position) in sorted.enumerated() { columns[position] = Int(classes[index][0]) }
    var transitions = [Int32](repeating: 0, count: (order.count + 1) * width)
    for (row, node) in order.enumerated() {
      for edge in nodes[node].edges {
        transitions[(row + 1) * width + (columns[edge.position] ?? 0)] = numbers[edge.target] ?? 0
      }
    }
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions,
      accepting: [false] + order.map { nodes[$0].isAccepting }, start: 1)
  }
}

extension ScalarAutomaton {
  /// Only `text`.
  package static func literal(_ text: String) -> ScalarAutomaton {
    var transitions: [State] = []
    let scalars = Array(text.unicodeScalars)
    let (alphabet, classes) = ScalarAlphabet.separating(scalars.map { ScalarSet($0) })
    let width = alphabet.classCount
    transitions = Array(repeating: 0, count: (scalars.count + 2) * width)
    for index in scalars.indices {
      transitions[(index + 1) * width + Int(classes[index][0])] = State(index + 2)
    }
    var accepting = [Bool](repeating: false, count: scalars.count + 2)
    accepting[scalars.count + 1] = true
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions, accepting: accepting, start: 1
    ).minimized()
  }

  /// Each of `texts` and no other; thousands of them are no matter.
  ///
  /// - Throws: `tooLarge`.
  package static func literals(
    _ texts: some Sequence<String>
  ) throws(RegularFailure) -> ScalarAutomaton {
    try LiteralSet.automaton(texts)
  }
}
