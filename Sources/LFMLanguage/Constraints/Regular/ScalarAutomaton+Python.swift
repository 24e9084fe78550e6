/// Languages of texts as languages of Python string literals.
extension ScalarAutomaton {
  /// The texts as Python literals in single or double quotes.
  ///
  /// A superset of what `repr` writes (`PythonText.repr`), and each literal has one value: a character stands for itself unless it is a control
  /// character, the quote or a backslash; or is written `\\`, `\'`, `\"`, `\n`, `\r`, `\t`, `\xHH`, `\uHHHH`, `\UHHHHHHHH`.
  /// - Throws: `tooLarge` if it takes more than `limit` states.
  package func pythonString(
    limit: Int = RegularLimits.states
  ) throws(RegularFailure) -> ByteAutomaton {
    if start == 0 { return .nothing }
    // A copy of the states for either quote, then the states before the first and behind the last.
    let count = State(stateCount) - 1
    let before = 2 * count + 1
    let behind = before + 1
    var tree = ByteTree(reserved: Int(behind) + 1, limit: limit)
    let intervals = self.intervals
    for (copy, quote) in [UInt8(ascii: "'"), UInt8(ascii: "\"")].enumerated() {
      let offset = State(copy) * count
      for state in 1...count {
        let runs = runs(of: state, intervals).map {
          ByteTree.Run(first: $0.first, last: $0.last, target: $0.target + offset)
        }
        var edges = try tree.pythonEdges(runs, quote: quote)
        if accepting[Int(state)] { edges.append(ByteTree.Edge(quote, quote, behind)) }
        tree.fill(state + offset, ByteTree.merged(edges))
      }
    }
    tree.fill(
      before,
      ByteTree.merged([
        ByteTree.Edge(UInt8(ascii: "'"), UInt8(ascii: "'"), start),
        ByteTree.Edge(UInt8(ascii: "\""), UInt8(ascii: "\""), start + count),
      ]))
    return try tree.automaton(start: before, accepting: [behind])
  }
}

extension ByteTree {
  private static let pythonEscapes: [(letter: UInt8, value: UInt32)] = [
    (UInt8(ascii: "\\"), 0x5C), (UInt8(ascii: "'"), 0x27), (UInt8(ascii: "\""), 0x22),
    (UInt8(ascii: "n"), 0x0A), (UInt8(ascii: "r"), 0x0D), (UInt8(ascii: "t"), 0x09),
  ]

  fileprivate mutating func pythonEdges(
    _ runs: [Run], quote: UInt8
  ) throws(RegularFailure) -> [Edge] {
    let mark = UInt32(quote)
    let raw = [(0x20, mark - 1), (mark + 1, 0x5B), (0x5D, 0x7E), (0x80, 0x10_FFFF)].flatMap {
      Run.clipped(runs, $0.0, $0.1)
    }
    var result = try utf8Edges(raw)
    var escaped: [Edge] = []
    for (letter, value) in Self.pythonEscapes {
      if let run = Run.clipped(runs, value, value).first {
        escaped.append(Edge(letter, letter, run.target))
      }
    }
    let numbered: [(byte: UInt8, digits: Digits, last: UInt32)] = [
      (UInt8(ascii: "x"), .two, 0xFF), (UInt8(ascii: "u"), .four, 0xFFFF),
      (UInt8(ascii: "U"), .eight, 0x10_FFFF),
    ]
    for (byte, digits, last) in numbered {
      let first = try node(try edges(Run.clipped(runs, 0, last), base: 0, digits))
      if first != 0 { escaped.append(Edge(byte, byte, first)) }
    }
    let backslash = try node(escaped)
    if backslash != 0 { result.append(Edge(UInt8(ascii: "\\"), UInt8(ascii: "\\"), backslash)) }
    return result
  }
}
