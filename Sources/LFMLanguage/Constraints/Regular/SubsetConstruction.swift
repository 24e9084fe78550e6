/// Makes a nondeterministic automaton deterministic.
///
/// Owns the meaning of assertions. A state of the result is a set of *threads*, and what is known of the text before it. A thread is a place
/// of the graph together with its *obligations*: the look-aheads it passed, each an automaton and the state that this has reached since. So
/// every look-ahead is exact wherever it stands, in loops too; what it may cost is bounded as everything here is.
struct SubsetConstruction {
  /// What stands before the text that is matched.
  enum Before {
    case nothing
    case otherCharacter
    case wordCharacter
  }

  let graph: PositionGraph
  private var alphabet = ScalarAlphabet.single
  /// By label of the graph, its classes.
  private var labelClasses: [[Int32]] = []
  private var isWord: [Bool] = []
  /// The automata of look-aheads, each once, and by automaton the class of each class of ours.
  private var obligationAutomata: [ScalarAutomaton] = []
  private var universalStates: [Int32] = []
  private var obligationClasses: [[Int32]] = []
  /// By look-ahead of the graph: the automata at the beginning, after another character, after one of a word.
  private var aheadIndices: [[Int]] = []
  private var behindClasses: [[Int32]] = []

  /// States of the result: a word of flags, the states of look-behinds, then threads in ascending order.
  private var sets = WordLists()
  /// Sets of obligations; 0 is the empty one.
  private var obligations = WordLists()
  private var budget: RegularBudget
  /// The target of a single thread without obligations where nothing of the text before matters: most states of most expressions.
  private var singleTargets: [UInt64: Int32] = [:]
  /// By place, the last closure that met it without obligations.
  private var stamps: [Int32]
  private var stamp: Int32 = 0

  private let isBeginning: UInt64 = 1
  private let followsWord: UInt64 = 2

  /// - Parameter budget: what the construction may take; what it leaves is `remainingBudget`.
  init(_ graph: PositionGraph, budget: RegularBudget) throws(RegularFailure) {
    self.graph = graph
    self.budget = budget
    stamps = Array(repeating: 0, count: graph.placeCount)
    _ = obligations.index(of: [])
    try prepareAlphabet()
  }

  private mutating func prepareAlphabet() throws(RegularFailure) {
    var labels = graph.labels
    let wordLabel = labels.count
    labels.append(RegularClasses.word)
    for ahead in graph.aheads {
      aheadIndices.append(
        [ahead.atBeginning, ahead.afterOther, ahead.afterWord].map { automaton in
          if let index = obligationAutomata.firstIndex(of: automaton) { return index }
          obligationAutomata.append(automaton)
          universalStates.append(automaton.universalState ?? -1)
          return obligationAutomata.count - 1
        })
    }
    let automata = obligationAutomata + graph.behinds
    var firstLabels: [Int] = []
    for automaton in automata {
      firstLabels.append(labels.count)
      labels += automaton.alphabet.sets
    }
    if !graph.hasWordBoundaries { labels[wordLabel] = .empty }
    // A construction has a price of its own: look-aheads within look-aheads are many small ones.
    let bounds = labels.reduce(0) { $0 + $1.bounds.count }
    budget.work -= 1000 + bounds * (8 + labels.count / 64)
    if budget.work < 0 { throw .tooMuchWork }
    let (alphabet, classes) = ScalarAlphabet.separating(labels)
    self.alphabet = alphabet
    labelClasses = Array(classes[..<wordLabel])
    isWord = Array(repeating: false, count: alphabet.classCount)
    for index in classes[wordLabel] { isWord[Int(index)] = true }
    let maps = zip(automata, firstLabels).map { automaton, first in
      var map = [Int32](repeating: 0, count: alphabet.classCount)
      for own in 0..<automaton.alphabet.classCount {
        for index in classes[first + own] { map[Int(index)] = Int32(own) }
      }
      return map
    }
    obligationClasses = Array(maps[..<obligationAutomata.count])
    behindClasses = Array(maps[obligationAutomata.count...])
  }

  /// The automaton of the whole graph.
  mutating func run(after before: Before = .nothing) throws(RegularFailure) -> AutomatonDraft {
    let width = alphabet.classCount
    var flags: UInt64 = 0
    if before == .nothing { flags |= isBeginning }
    if before == .wordCharacter, graph.hasWordBoundaries { flags |= followsWord }
    var head = [flags]
    head += graph.behinds.map { UInt64($0.start) }
    let threads = try closure(of: [UInt64(graph.start) << 32], head: head)
    _ = sets.index(of: head + threads)
    var transitions = [Int32](repeating: 0, count: width)
    var accepting = [false]
    var state = 0
    while state < sets.count {
      let row = try step(state)
      transitions += row
      accepting.append(try accepts(state))
      if sets.count > RegularLimits.states { throw .tooManyStates(RegularLimits.states) }
      if transitions.count > RegularLimits.tableEntries
        || sets.wordCount + obligations.wordCount > RegularLimits.setWords
      {
        throw .tooMuchWork
      }
      state += 1
    }
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions, accepting: accepting, start: 1)
  }

  var remainingBudget: RegularBudget { budget }

  private var headCount: Int { 1 + graph.behinds.count }

  /// The targets of a state by class, as states of the result: indices of sets plus 1.
  private mutating func step(_ state: Int) throws(RegularFailure) -> [Int32] {
    let list = Array(sets[state])
    let head = Array(list[..<headCount])
    let threads = Array(list[headCount...])
    var buckets = [[UInt64]](repeating: [], count: alphabet.classCount)
    if graph.hasWordBoundaries {
      for kind in [false, true] {
        let crossed = try closure(of: threads, head: head, nextIsWord: kind)
        spread(crossed, into: &buckets) { $0 == kind }
      }
    } else {
      spread(threads, into: &buckets) { _ in true }
    }
    var row: [Int32] = []
    row.reserveCapacity(buckets.count)
    var known: [[UInt64]: Int32] = [:]
    for (column, bucket) in buckets.enumerated() {
      if bucket.isEmpty {
        row.append(0)
        continue
      }
      let newHead = nextHead(head, column)
      let target: Int32
      let isPlain = bucket.count == 1 && headCount == 1 && newHead[0] == 0
      if isPlain, let known = singleTargets[bucket[0]] {
        row.append(known)
        continue
      }
      if let same = known[newHead + bucket] {
        target = same
      } else {
        let closed = try closure(of: bucket, head: newHead)
        // Whatever stood before, one who accepts all that follows does.
        let kept = isUniversal(closed) ? newHead.map { _ in 0 } : newHead
        target = closed.isEmpty ? 0 : Int32(sets.index(of: kept + closed).index + 1)
        known[newHead + bucket] = target
        if isPlain { singleTargets[bucket[0]] = target }
      }
      row.append(target)
    }
    return row
  }

  private func isUniversal(_ threads: [UInt64]) -> Bool {
    threads.count == 1 && threads[0] & 0xFFFF_FFFF == 0
      && graph.universalPlaces.contains(Int32(threads[0] >> 32))
  }

  private func nextHead(_ head: [UInt64], _ column: Int) -> [UInt64] {
    var result = head
    result[0] = graph.hasWordBoundaries && isWord[column] ? followsWord : 0
    for (index, automaton) in graph.behinds.enumerated() {
      result[index + 1] = UInt64(
        automaton.next(Int32(head[index + 1]), classIndex: Int(behindClasses[index][column])))
    }
    return result
  }

  /// Puts the places behind every edge with a label into the buckets of its classes.
  private mutating func spread(
    _ threads: [UInt64], into buckets: inout [[UInt64]], where isWanted: (Bool) -> Bool
  ) {
    for thread in threads {
      var edge = graph.firstEdges[Int(thread >> 32)]
      while edge >= 0 {
        let current = graph.edges[Int(edge)]
        edge = current.next
        guard case .label(let label) = current.condition else { continue }
        for index in labelClasses[label] where isWanted(isWord[Int(index)]) {
          budget.work -= 1
          guard let obligation = advanced(thread & 0xFFFF_FFFF, Int(index)) else { continue }
          buckets[Int(index)].append(UInt64(current.target) << 32 | obligation)
        }
      }
    }
  }

  /// A set of obligations after a character of a class, or `nil` if one of them cannot be met any more.
  private mutating func advanced(_ index: UInt64, _ column: Int) -> UInt64? {
    if index == 0 { return 0 }
    var result: [UInt64] = []
    budget.work -= 20 + 4 * obligations.range(Int(index)).count
    for word in obligations[Int(index)] {
      let automaton = Int(word >> 32)
      let next = obligationAutomata[automaton].next(
        Int32(word & 0xFFFF_FFFF), classIndex: Int(obligationClasses[automaton][column]))
      if next == 0 { return nil }
      if next != universalStates[automaton] {
        result.append(UInt64(automaton) << 32 | UInt64(next))
      }
    }
    result.sort()
    return UInt64(obligations.index(of: Self.unique(result)).index)
  }

  private static func unique(_ sorted: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    for word in sorted where word != result.last { result.append(word) }
    return result
  }

  /// With one more look-ahead to be met, or `nil` if it cannot be.
  private mutating func adding(_ ahead: Int, to index: UInt64, head: [UInt64]) -> UInt64? {
    let before = head[0] & isBeginning != 0 ? 0 : head[0] & followsWord != 0 ? 2 : 1
    let automaton = aheadIndices[ahead][before]
    let state = obligationAutomata[automaton].start
    if state == 0 { return nil }
    if state == universalStates[automaton] { return index }
    budget.work -= 20 + 4 * obligations.range(Int(index)).count
    var list = Array(obligations[Int(index)])
    list.append(UInt64(automaton) << 32 | UInt64(state))
    list.sort()
    return UInt64(obligations.index(of: Self.unique(list)).index)
  }

  private mutating func accepts(_ state: Int) throws(RegularFailure) -> Bool {
    let list = Array(sets[state])
    let threads = try closure(
      of: Array(list[headCount...]), head: Array(list[..<headCount]), isEnd: true)
    for thread in threads where thread >> 32 == UInt64(graph.accept) {
      let isMet = obligations[Int(thread & 0xFFFF_FFFF)].allSatisfy {
        obligationAutomata[Int($0 >> 32)].accepting[Int($0 & 0xFFFF_FFFF)]
      }
      if isMet { return true }
    }
    return false
  }

  /// All threads that are reached without reading; in ascending order, and only places that have something left to do.
  ///
  /// - Parameter nextIsWord: what is known of the next character: without it no word boundary is crossed.
  private mutating func closure(
    of threads: [UInt64], head: [UInt64], isEnd: Bool = false, nextIsWord: Bool? = nil
  ) throws(RegularFailure) -> [UInt64] {
    stamp += 1
    var result: [UInt64] = []
    var seen: Set<UInt64> = []
    var stack = threads
    while let thread = stack.popLast() {
      let place = Int(thread >> 32)
      // A thread without obligations makes every other at its place superfluous; those met earlier go at the end.
      if stamps[place] == stamp { continue }
      if thread & 0xFFFF_FFFF == 0 {
        stamps[place] = stamp
        if graph.universalPlaces.contains(Int32(place)), !isEnd { return [thread] }
      } else if !seen.insert(thread).inserted {
        continue
      }
      if place == Int(graph.accept) { result.append(thread) }
      var isKept = place == Int(graph.accept)
      var edge = graph.firstEdges[place]
      while edge >= 0 {
        let current = graph.edges[Int(edge)]
        edge = current.next
        budget.work -= thread & 0xFFFF_FFFF == 0 ? 1 : 10
        var obligation: UInt64? = thread & 0xFFFF_FFFF
        var waits = false
        switch current.condition {
        case .none: break
        case .label: waits = true
        case .beginning: if head[0] & isBeginning == 0 { obligation = nil }
        case .end:
          waits = true
          if !isEnd { obligation = nil }
        case .wordBoundary(let isWanted):
          waits = true
          let next = isEnd ? false : nextIsWord
          if next.map({ ($0 != (head[0] & followsWord != 0)) == isWanted }) != true {
            obligation = nil
          }
        case .ahead(let index):
          obligation = adding(index, to: thread & 0xFFFF_FFFF, head: head)
        case .behind(let index):
          if !graph.behinds[index].accepting[Int(head[index + 1])] { obligation = nil }
        }
        if waits, !isKept {
          isKept = true
          result.append(thread)
        }
        if case .label = current.condition { continue }
        if let obligation { stack.append(UInt64(current.target) << 32 | obligation) }
      }
    }
    if budget.work < 0 { throw .tooMuchWork }
    if !seen.isEmpty {
      result.removeAll { $0 & 0xFFFF_FFFF != 0 && stamps[Int($0 >> 32)] == stamp }
    }
    result.sort()
    return result
  }
}

extension ScalarAutomaton {
  /// The texts that an expression matches from beginning to end.
  ///
  /// - Throws: `tooLarge` or `unsupported`.
  init(_ node: RegularNode) throws(RegularFailure) {
    var budget = RegularBudget()
    try self.init(node, after: .nothing, budget: &budget)
  }

  /// - Parameter budget: shared with the look-aheads and look-behinds that the expression has.
  init(
    _ node: RegularNode, after before: SubsetConstruction.Before, budget: inout RegularBudget
  ) throws(RegularFailure) {
    let graph = try PositionGraph(node, budget: &budget)
    var construction = try SubsetConstruction(graph, budget: budget)
    let draft = try construction.run(after: before)
    budget = construction.remainingBudget
    // Minimising looks at each transition a few times.
    budget.work -= draft.transitions.count
    self = draft.minimized()
  }
}
