/// A deterministic automaton that is not minimal yet.
///
/// Owns how one becomes canonical: dead and unreachable states go, equal states and classes are merged, both are numbered in the order in
/// which they are met.
struct AutomatonDraft {
  typealias State = Int32

  var alphabet: ScalarAlphabet
  /// `transitions[state * alphabet.classCount + class]`; the row of state 0 is all 0.
  var transitions: [State]
  /// By state; false for 0.
  var accepting: [Bool]
  var start: State

  func minimized() -> ScalarAutomaton {
    let merged = mergingEqualClasses()
    let live = merged.liveStates()
    guard merged.start != 0, live[Int(merged.start)] else { return .nothing }
    let blocks = merged.blocks(live: live)
    // Classes that were apart only by states that are gone or merged.
    return merged.quotient(by: blocks).mergingEqualClasses().numbered()
  }

  /// Columns that are equal become one class.
  private func mergingEqualClasses() -> AutomatonDraft {
    let width = alphabet.classCount
    if width == 1 { return self }
    var hashes = [UInt64](repeating: 0, count: width)
    var index = 0
    for _ in accepting {
      for column in 0..<width {
        hashes[column] = (hashes[column] ^ UInt64(transitions[index])) &* 0x9E37_79B9_7F4A_7C15
        hashes[column] ^= hashes[column] >> 29
        index += 1
      }
    }
    var firsts: [UInt64: [Int]] = [:]
    var names: [Int32] = []
    var kept: [Int] = []
    for column in 0..<width {
      let same = firsts[hashes[column], default: []].first { isEqual($0, column) }
      if same == nil {
        firsts[hashes[column], default: []].append(column)
        kept.append(column)
      }
      names.append(Int32(same ?? column))
    }
    // As many as before, but perhaps with neighbours or an order that are not canonical: rename all the same.
    let (newAlphabet, numbering) = alphabet.renamed(names)
    var columns = [Int](repeating: 0, count: kept.count)
    for column in kept { columns[Int(numbering[Int32(column)] ?? 0)] = column }
    var table: [State] = []
    table.reserveCapacity(accepting.count * columns.count)
    for state in accepting.indices {
      for column in columns { table.append(transitions[state * width + column]) }
    }
    return AutomatonDraft(
      alphabet: newAlphabet, transitions: table, accepting: accepting, start: start)
  }

  private func isEqual(_ left: Int, _ right: Int) -> Bool {
    let width = alphabet.classCount
    return accepting.indices.allSatisfy {
      transitions[$0 * width + left] == transitions[$0 * width + right]
    }
  }

  /// By state: whether it is reached from the start and reaches an accepting one.
  private func liveStates() -> [Bool] {
    let width = alphabet.classCount
    let count = accepting.count
    var reached = [Bool](repeating: false, count: count)
    var order: [State] = [start]
    reached[Int(start)] = true
    var next = 0
    var incoming = [Int32](repeating: 0, count: count + 1)
    while next < order.count {
      let row = Int(order[next]) * width
      next += 1
      for target in transitions[row..<row + width] {
        incoming[Int(target)] += 1
        if !reached[Int(target)] {
          reached[Int(target)] = true
          order.append(target)
        }
      }
    }
    var ends: [Int] = []
    ends.reserveCapacity(count)
    var total = 0
    for state in 0..<count {
      total += Int(incoming[state])
      ends.append(total)
    }
    var sources = [State](repeating: 0, count: total)
    var fill = ends
    for source in order {
      let row = Int(source) * width
      for target in transitions[row..<row + width] {
        fill[Int(target)] -= 1
        sources[fill[Int(target)]] = source
      }
    }
    var live = [Bool](repeating: false, count: count)
    var stack = order.filter { accepting[Int($0)] }
    for state in stack { live[Int(state)] = true }
    while let state = stack.popLast() {
      for source in sources[fill[Int(state)]..<ends[Int(state)]] where !live[Int(source)] {
        live[Int(source)] = true
        stack.append(source)
      }
    }
    live[0] = false
    return live
  }

  /// By state: the number of its class of equivalent states, from 1; 0 for what is not live.
  private func blocks(live: [Bool]) -> [State] {
    let width = alphabet.classCount
    var numbers = [Int32](repeating: -1, count: live.count)
    var states: [Int] = []
    for state in live.indices where live[state] {
      numbers[state] = Int32(states.count)
      states.append(state)
    }
    var edges = AutomatonMinimizer.Edges()
    for column in 0..<width {
      for state in states {
        let target = numbers[Int(transitions[state * width + column])]
        if target >= 0 { edges.append(from: numbers[state], label: Int32(column), to: target) }
      }
    }
    let minimal = AutomatonMinimizer.blocks(
      of: states.map { accepting[$0] }, edges: edges, labelCount: width)
    return numbers.map { $0 < 0 ? 0 : minimal[Int($0)] + 1 }
  }

  private func quotient(by blocks: [State]) -> AutomatonDraft {
    let width = alphabet.classCount
    let count = Int(blocks.max() ?? 0) + 1
    var table = [State](repeating: 0, count: count * width)
    var accepts = [Bool](repeating: false, count: count)
    for (state, block) in blocks.enumerated() where block != 0 {
      accepts[Int(block)] = accepting[state]
      for column in 0..<width {
        table[Int(block) * width + column] = blocks[Int(transitions[state * width + column])]
      }
    }
    return AutomatonDraft(
      alphabet: alphabet, transitions: table, accepting: accepts, start: blocks[Int(start)])
  }

  /// States in the order in which a breadth-first walk meets them.
  private func numbered() -> ScalarAutomaton {
    let width = alphabet.classCount
    var numbers = [State](repeating: 0, count: accepting.count)
    numbers[Int(start)] = 1
    var order: [State] = [0, start]
    var table = [State](repeating: 0, count: width)
    table.reserveCapacity(transitions.count)
    var next = 1
    while next < order.count {
      let row = Int(order[next]) * width
      next += 1
      for target in transitions[row..<row + width] {
        if target != 0, numbers[Int(target)] == 0 {
          numbers[Int(target)] = State(order.count)
          order.append(target)
        }
        table.append(numbers[Int(target)])
      }
    }
    return ScalarAutomaton(
      alphabet: alphabet, transitions: table, accepting: order.map { accepting[Int($0)] }, start: 1)
  }
}
