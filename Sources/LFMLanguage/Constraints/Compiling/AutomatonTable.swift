import LFMGeneration

/// All automata of a program in one table of rows; equal ones stand there once.
struct AutomatonTable {
  struct Place {
    /// The row of the start state; 0 for an empty language.
    var row: Int32
    var classBase: Int32
  }

  private(set) var table = [Int32](repeating: 0, count: 256 + ConstraintProgram.headerCells)
  private(set) var classes: [UInt8] = []
  private var places: [ByteAutomaton: Place] = [:]
  /// Steps that may still be spent on counting plain characters; without it masks are right all the same, and slower.
  private var plainWork = 4_000_000

  mutating func add(_ automaton: ByteAutomaton) throws(GenerationFailure) -> Place {
    if let place = places[automaton] { return place }
    let place = try append(automaton) { automaton.accepts($0) }
    places[automaton] = place
    return place
  }

  /// - Parameter continues: whether a state still counts for plain characters; those of keys only if any text may follow.
  mutating func append(
    _ automaton: ByteAutomaton, continues: (Int32) -> Bool = { $0 != 0 },
    accepts: (Int32) -> Bool
  ) throws(GenerationFailure) -> Place {
    let stride = automaton.classCount + ConstraintProgram.headerCells
    guard automaton.stateCount < 1 << 22,
      table.count + automaton.stateCount * stride <= ConstraintLimits.tableCells
    else {
      throw ConstraintLimits.refusal(
        "its automata are too large; use shorter patterns, smaller bounds or fewer names")
    }
    let classBase = Int32(classes.count)
    classes += automaton.classes
    let base = table.count
    func row(_ state: Int32) -> Int32 { state == 0 ? 0 : Int32(base + (Int(state) - 1) * stride) }
    let plain = plainCounts(automaton, continues)
    for state in 1..<Int32(max(1, automaton.stateCount)) {
      let transitions = (0..<automaton.classCount).map {
        automaton.transitions[Int(state) * automaton.classCount + $0]
      }
      var flags = state << 8
      if accepts(state) { flags |= ConstraintProgram.accepts }
      if transitions.contains(where: { $0 != 0 }) { flags |= ConstraintProgram.hasTransitions }
      table.append(flags)
      table.append((plain?[Int(state)] ?? PlainTexts.Counts()).cell)
      table += transitions.map(row)
    }
    return Place(row: row(automaton.start), classBase: classBase)
  }

  private mutating func plainCounts(
    _ automaton: ByteAutomaton, _ continues: (Int32) -> Bool
  ) -> [PlainTexts.Counts]? {
    let samples = PlainTexts.Samples(classes: automaton.classes)
    plainWork -= automaton.stateCount * (samples.cost + PlainTexts.mostCharacters)
    guard plainWork > 0 else { return nil }
    return PlainTexts.counts(automaton, samples, continues: continues)
  }
}

extension ByteAutomaton {
  /// The language of one text.
  init(literal bytes: [UInt8]) {
    var classes = [UInt8](repeating: 0, count: 256)
    var count = 1
    for byte in bytes where classes[Int(byte)] == 0 {
      // Only a text with all 256 bytes needs a 257th class; its last byte then shares class 0, which no other byte has.
      if count == 256 { break }
      classes[Int(byte)] = UInt8(count)
      count += 1
    }
    var transitions = [State](repeating: 0, count: (bytes.count + 2) * count)
    for (index, byte) in bytes.enumerated() {
      transitions[(index + 1) * count + Int(classes[Int(byte)])] = State(index + 2)
    }
    self.init(
      classes: classes, classCount: count, transitions: transitions,
      accepting: (0..<(bytes.count + 2)).map { $0 == bytes.count + 1 }, start: 1)
  }

  init(_ result: RegularGraph.Result) {
    self.init(
      classes: result.classes, classCount: result.classCount, transitions: result.transitions,
      accepting: result.marks.map { $0 >= 0 }, start: result.start)
  }

  /// Whether no text of the language begins another, and none is empty.
  var isPrefixFree: Bool {
    !accepts(start)
      && accepting.indices.allSatisfy { state in
        !accepting[state]
          || transitions[(state * classCount)..<((state + 1) * classCount)].allSatisfy { $0 == 0 }
      }
  }

  /// Whether the empty text is all that it has.
  var isOnlyEmpty: Bool {
    accepts(start)
      && transitions[(Int(start) * classCount)..<((Int(start) + 1) * classCount)]
        .allSatisfy { $0 == 0 }
  }
}
