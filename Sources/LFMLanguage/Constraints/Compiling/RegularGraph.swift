import LFMGeneration

/// A regular expression over automata, and the one automaton that it makes.
///
/// Owns the subset construction. A graph of nodes with empty edges and edges that take a text of an automaton; an end has a
/// mark, so that one automaton can tell several languages apart.
struct RegularGraph {
  fileprivate enum Edge {
    case empty(Int)
    case text(block: Int)
  }

  /// One use of an automaton.
  fileprivate struct Block {
    let automaton: Int
    /// Its state s is the position `base + s`.
    let base: Int
    let next: Int
  }

  /// What came out: a deterministic automaton with marked ends. State 0 is dead.
  struct Result {
    var classes: [UInt8]
    var classCount: Int
    var transitions: [Int32]
    /// By state: the mark of the end reached, or -1.
    var marks: [Int32]
    /// By state: the marks that can be reached from it, itself included.
    var reachable: [MemberSet]
    var start: Int32
  }

  fileprivate var edges: [[Edge]] = []
  fileprivate var blocks: [Block] = []
  fileprivate var automata: [ByteAutomaton] = []
  private var automatonNumbers: [ByteAutomaton: Int] = [:]
  fileprivate var ends: [Int: Int32] = [:]
  private(set) var positionCount = 0
  fileprivate var blockOfPosition: [Int32] = []

  mutating func node() -> Int {
    edges.append([])
    return edges.count - 1
  }

  mutating func addEmpty(from: Int, to: Int) { edges[from].append(.empty(to)) }

  mutating func addText(of automaton: ByteAutomaton, from: Int, to: Int) {
    guard automaton.start != 0 else { return }
    let number = automatonNumbers[automaton] ?? automata.count
    if number == automata.count {
      automata.append(automaton)
      automatonNumbers[automaton] = number
    }
    edges[from].append(.text(block: blocks.count))
    blocks.append(Block(automaton: number, base: positionCount, next: to))
    blockOfPosition += repeatElement(Int32(blocks.count - 1), count: automaton.stateCount)
    positionCount += automaton.stateCount
  }

  mutating func addEnd(_ node: Int, mark: Int32 = 0) { ends[node] = mark }

  /// - Parameters:
  ///   - work: set elements that may be looked at; what was used is taken off.
  ///   - marks: how many marks there are; with 1, `reachable` stays empty.
  /// - Returns: nil where it would take more states or work than allowed.
  func determinised(start: Int, marks: Int = 1, states: Int, work: inout Int) -> Result? {
    var construction = Construction(graph: self, markCount: marks)
    guard construction.run(start: start, limit: states, work: &work) else { return nil }
    return construction.result
  }
}

/// The subset construction at work.
private struct Construction {
  /// The automaton of a block among the tables of all.
  private struct Table {
    var transitions: Int
    var classes: Int
    var classCount: Int
    var accepting: Int
    var start: Int32
  }

  private let graph: RegularGraph
  private let markCount: Int
  private(set) var result: RegularGraph.Result
  private var tables: [Table] = []
  private var transitions: [Int32] = []
  private var classes: [UInt8] = []
  private var accepting: [Bool] = []
  /// A byte of each class.
  private let samples: [UInt8]
  private var sets: [[Int32]] = [[]]
  private var numbers: [[Int32]: Int32] = [:]
  private var seenNodes: [Int32]
  private var seenPositions: [Int32]
  private var stamp: Int32 = 0
  // Of the state at work.
  private var set: [Int32] = []
  private var open: [Int] = []

  init(graph: RegularGraph, markCount: Int) {
    self.graph = graph
    self.markCount = markCount
    let (classes, samples) = Self.classes(of: graph.automata)
    self.samples = samples
    seenNodes = [Int32](repeating: 0, count: graph.edges.count)
    seenPositions = [Int32](repeating: 0, count: graph.positionCount)
    result = RegularGraph.Result(
      classes: classes, classCount: samples.count,
      transitions: [Int32](repeating: 0, count: samples.count), marks: [-1], reachable: [],
      start: 0)
    for automaton in graph.automata {
      tables.append(
        Table(
          transitions: transitions.count, classes: self.classes.count,
          classCount: automaton.classCount, accepting: accepting.count, start: automaton.start))
      transitions += automaton.transitions
      self.classes += automaton.classes
      accepting += automaton.accepting
    }
  }

  /// The coarsest classes that all the automata can live with, and a byte of each.
  private static func classes(of automata: [ByteAutomaton]) -> ([UInt8], [UInt8]) {
    var classes = [UInt8](repeating: 0, count: 256)
    var count = 1
    for automaton in automata where automaton.classCount > 1 {
      var numbers = [Int](repeating: -1, count: count * automaton.classCount)
      count = 0
      for byte in 0..<256 {
        let pair = Int(classes[byte]) * automaton.classCount + Int(automaton.classes[byte])
        if numbers[pair] < 0 {
          numbers[pair] = count
          count += 1
        }
        classes[byte] = UInt8(numbers[pair])
      }
    }
    var samples = [UInt8](repeating: 0, count: count)
    for byte in (0..<256).reversed() { samples[Int(classes[byte])] = UInt8(byte) }
    return (classes, samples)
  }

  mutating func run(start: Int, limit: Int, work: inout Int) -> Bool {
    result.reachable = [MemberSet(capacity: markCount > 1 ? markCount : 0)]
    stamp = 1
    open = [start]
    result.start = close(&work)
    var state = 1
    while state < sets.count {
      guard sets.count <= limit, work > 0 else { return false }
      let positions = sets[state]
      sets[state] = []
      for sample in samples {
        stamp += 1
        for position in positions {
          let block = graph.blocks[Int(graph.blockOfPosition[Int(position)])]
          let table = tables[block.automaton]
          let cell =
            (Int(position) - block.base) * table.classCount
            + Int(classes[table.classes + Int(sample)])
          let next = transitions[table.transitions + cell]
          if next != 0 { add(next, block, table) }
        }
        work -= positions.count + 1
        result.transitions.append(set.isEmpty && open.isEmpty ? 0 : close(&work))
      }
      state += 1
    }
    return true
  }

  /// Adds a state of a block to the set.
  private mutating func add(_ state: Int32, _ block: RegularGraph.Block, _ table: Table) {
    let position = Int(state) + block.base
    guard seenPositions[position] != stamp else { return }
    seenPositions[position] = stamp
    set.append(Int32(position))
    if accepting[table.accepting + Int(state)] { open.append(block.next) }
  }

  /// The state of the set, to which all is added that empty edges lead to from the open nodes.
  private mutating func close(_ work: inout Int) -> Int32 {
    var mark: Int32 = -1
    while let node = open.popLast() {
      guard seenNodes[node] != stamp else { continue }
      seenNodes[node] = stamp
      if let end = graph.ends[node] { mark = mark < 0 ? end : min(mark, end) }
      for edge in graph.edges[node] {
        work -= 1
        switch edge {
        case .empty(let next): open.append(next)
        case .text(let number):
          let block = graph.blocks[number]
          let table = tables[block.automaton]
          add(table.start, block, table)
        }
      }
    }
    if set.count > 1 { set.sort() }
    // The mark is part of the state: an end is not a position.
    set.append(~mark)
    defer { set.removeAll(keepingCapacity: true) }
    if let number = numbers[set] { return number }
    let number = Int32(sets.count)
    numbers[set] = number
    set.removeLast()
    sets.append(set)
    result.marks.append(mark)
    if markCount > 1 { result.reachable.append(reachable(mark)) }
    return number
  }

  /// Valid only for graphs in which each mark's texts are one block, as those of keys are.
  private func reachable(_ mark: Int32) -> MemberSet {
    var marks = MemberSet(capacity: markCount)
    if mark >= 0 { marks[Int(mark)] = true }
    for position in set {
      let block = graph.blocks[Int(graph.blockOfPosition[Int(position)])]
      if let end = graph.ends[block.next] { marks[Int(end)] = true }
    }
    return marks
  }
}
