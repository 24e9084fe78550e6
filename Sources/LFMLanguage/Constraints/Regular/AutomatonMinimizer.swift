/// Which states of a deterministic automaton are equivalent.
///
/// Owns the algorithm of Valmari, "Fast brief practical DFA minimization" (2012): refinement of two partitions, of states and of edges, in
/// O(edges · log states). Moore's rounds would be as many as a counted repetition is long.
enum AutomatonMinimizer {
  /// Sorted by label.
  struct Edges {
    var sources: [Int32] = []
    var labels: [Int32] = []
    var targets: [Int32] = []

    mutating func append(from source: Int32, label: Int32, to target: Int32) {
      sources.append(source)
      labels.append(label)
      targets.append(target)
    }
  }

  /// By state: its block, from 0.
  ///
  /// - Parameters:
  ///   - accepting: by state; every state can reach an accepting one.
  ///   - edges: sorted by label, at most one of a label from each state.
  static func blocks(of accepting: [Bool], edges: Edges, labelCount: Int) -> [Int32] {
    var states = Partition(count: accepting.count)
    for (state, accepts) in accepting.enumerated() where accepts { states.mark(Int32(state)) }
    states.split()
    var cords = Partition(sortedLabels: edges.labels)
    let (incoming, ends) = grouped(edges.targets, count: accepting.count)
    var stateBlock = 1
    var cord = 0
    while cord < cords.count {
      for index in cords.range(cord) { states.mark(edges.sources[Int(cords.elements[index])]) }
      states.split()
      cord += 1
      while stateBlock < states.count {
        for index in states.range(stateBlock) {
          let state = Int(states.elements[index])
          for edge in ends[state]..<ends[state + 1] { cords.mark(incoming[Int(edge)]) }
        }
        cords.split()
        stateBlock += 1
      }
    }
    return states.blockOf
  }

  /// Indices sorted by key, and where each key's begin.
  private static func grouped(_ keys: [Int32], count: Int) -> (indices: [Int32], starts: [Int32]) {
    var starts = [Int32](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key)] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    var indices = [Int32](repeating: 0, count: keys.count)
    for (index, key) in keys.enumerated() {
      starts[Int(key)] -= 1
      indices[Int(starts[Int(key)])] = Int32(index)
    }
    return (indices, starts)
  }

  /// Sets of elements that can be split by marking some.
  private struct Partition {
    var count: Int
    var elements: [Int32]
    private var places: [Int32]
    var blockOf: [Int32]
    private var firsts: [Int32]
    private var pasts: [Int32]
    private var marked: [Int32]
    private var touched: [Int32] = []

    /// All in one block.
    init(count elementCount: Int) {
      count = elementCount > 0 ? 1 : 0
      elements = (0..<Int32(elementCount)).map { $0 }
      places = elements
      blockOf = Array(repeating: 0, count: elementCount)
      firsts = Array(repeating: 0, count: elementCount + 1)
      pasts = firsts
      marked = firsts
      if elementCount > 0 { pasts[0] = Int32(elementCount) }
    }

    /// A block for each label.
    init(sortedLabels labels: [Int32]) {
      self.init(count: labels.count)
      var block = 0
      for index in labels.indices {
        if index > 0, labels[index] != labels[index - 1] {
          pasts[block] = Int32(index)
          block += 1
          firsts[block] = Int32(index)
        }
        blockOf[index] = Int32(block)
      }
      if !labels.isEmpty {
        pasts[block] = Int32(labels.count)
        count = block + 1
      }
    }

    func range(_ block: Int) -> Range<Int> { Int(firsts[block])..<Int(pasts[block]) }

    mutating func mark(_ element: Int32) {
      let block = Int(blockOf[Int(element)])
      let place = Int(places[Int(element)])
      let target = Int(firsts[block] + marked[block])
      let other = elements[target]
      elements[place] = other
      places[Int(other)] = Int32(place)
      elements[target] = element
      places[Int(element)] = Int32(target)
      if marked[block] == 0 { touched.append(Int32(block)) }
      marked[block] += 1
    }

    /// Parts what is marked from what is not; the smaller half gets the new number.
    mutating func split() {
      while let touchedBlock = touched.popLast() {
        let block = Int(touchedBlock)
        let middle = firsts[block] + marked[block]
        if middle == pasts[block] {
          marked[block] = 0
          continue
        }
        if marked[block] <= pasts[block] - middle {
          firsts[count] = firsts[block]
          pasts[count] = middle
          firsts[block] = middle
        } else {
          pasts[count] = pasts[block]
          firsts[count] = middle
          pasts[block] = middle
        }
        for index in range(count) { blockOf[Int(elements[index])] = Int32(count) }
        marked[block] = 0
        marked[count] = 0
        count += 1
      }
    }
  }
}
