/// Languages of texts as languages of JSON strings.
///
/// Owns which spellings a character has in JSON. Each is a code in which no spelling begins another, so every text's spellings are told apart
/// from every other text's.
extension ScalarAutomaton {
  /// Which escapes a character may be written with.
  package enum JSONEscapes: Hashable, Sendable {
    /// Any that JSON knows: the short ones, and `\uXXXX` (in pairs beyond U+FFFF) for all.
    case any
    /// Those that programs write: short ones, `\uXXXX` for control characters and for what is not ASCII.
    case usual
    /// Only where JSON demands one: quotes, backslashes and control characters.
    case needed
  }

  /// The texts as they stand between the quotes of a JSON string.
  ///
  /// - Throws: `tooLarge` if it takes more than `limit` states.
  package func jsonStringContents(
    _ escapes: JSONEscapes = .any, limit: Int = RegularLimits.states
  ) throws(RegularFailure) -> ByteAutomaton {
    var tree = ByteTree(reserved: stateCount, limit: limit)
    let intervals = self.intervals
    for state in 1..<State(max(1, stateCount)) {
      let edges = try tree.jsonEdges(runs(of: state, intervals), escapes)
      tree.fill(state, ByteTree.merged(edges))
    }
    return try tree.automaton(start: start, accepting: acceptingStates)
  }

  /// The texts as JSON strings, quotes included.
  ///
  /// - Throws: `tooLarge` if it takes more than `limit` states.
  package func jsonString(
    _ escapes: JSONEscapes = .any, limit: Int = RegularLimits.states
  ) throws(RegularFailure) -> ByteAutomaton {
    if start == 0 { return .nothing }
    // Two states more: before the first quote, and behind the last.
    let before = State(stateCount)
    let behind = before + 1
    var tree = ByteTree(reserved: stateCount + 2, limit: limit)
    let quote = UInt8(ascii: "\"")
    let intervals = self.intervals
    for state in 1..<before {
      var edges = try tree.jsonEdges(runs(of: state, intervals), escapes)
      if accepting[Int(state)] { edges.append(ByteTree.Edge(quote, quote, behind)) }
      tree.fill(state, ByteTree.merged(edges))
    }
    tree.fill(before, [ByteTree.Edge(quote, quote, start)])
    return try tree.automaton(start: before, accepting: [behind])
  }
}

extension ByteAutomaton {
  /// No text.
  static let nothing = ByteAutomaton(
    classes: Array(repeating: 0, count: 256), classCount: 1, transitions: [0], accepting: [false],
    start: 0)
}

extension ByteTree {
  private static let shortEscapes: [(letter: UInt8, value: UInt32)] = [
    (UInt8(ascii: "\""), 0x22), (UInt8(ascii: "\\"), 0x5C), (UInt8(ascii: "/"), 0x2F),
    (UInt8(ascii: "b"), 0x08), (UInt8(ascii: "f"), 0x0C), (UInt8(ascii: "n"), 0x0A),
    (UInt8(ascii: "r"), 0x0D), (UInt8(ascii: "t"), 0x09),
  ]

  /// The edges of the first byte of scalars in JSON strings.
  mutating func jsonEdges(
    _ runs: [Run], _ escapes: ScalarAutomaton.JSONEscapes
  ) throws(RegularFailure) -> [Edge] {
    let raw = [(0x20, 0x21), (0x23, 0x5B), (0x5D, 0x10_FFFF)].flatMap {
      Run.clipped(runs, $0.0, $0.1)
    }
    var result = try utf8Edges(raw)
    var escaped: [Edge] = []
    for (letter, value) in Self.shortEscapes {
      // A slash needs none.
      if escapes == .needed, value == 0x2F { continue }
      if let run = Run.clipped(runs, value, value).first {
        escaped.append(Edge(letter, letter, run.target))
      }
    }
    let numbered: [Run]
    switch escapes {
    case .any: numbered = runs
    case .usual: numbered = Run.clipped(runs, 0, 0x1F) + Run.clipped(runs, 0x7F, 0x10_FFFF)
    case .needed: numbered = Run.clipped(runs, 0, 0x1F)
    }
    let four = try node(try jsonUnitEdges(numbered))
    if four != 0 { escaped.append(Edge(UInt8(ascii: "u"), UInt8(ascii: "u"), four)) }
    let backslash = try node(escaped)
    if backslash != 0 { result.append(Edge(UInt8(ascii: "\\"), UInt8(ascii: "\\"), backslash)) }
    return result
  }

  /// Edges of the first of four hexadecimal digits of a UTF-16 unit, and of the second unit where there is one.
  private mutating func jsonUnitEdges(_ runs: [Run]) throws(RegularFailure) -> [Edge] {
    guard let last = runs.last else { return [] }
    if last.last < 0xD000 { return try edges(runs, base: 0, .four) }
    var result: [Edge] = []
    for (first, last) in [(UInt32(0), UInt32(0xCFFF)), (0xE000, 0xFFFF)] {
      result += try edges(Run.clipped(runs, first, last), base: 0, .four)
    }
    // D0 to D7 begin characters, D8 to DB high surrogates.
    var afterD = try edges(Run.clipped(runs, 0xD000, 0xD7FF), base: 0xD000, .three)
    afterD += try edges(
      Run.clipped(runs, 0x1_0000, 0x10_FFFF), base: 0x1_0000, .surrogates)
    let node = try node(afterD)
    if node != 0 { result += Digit.hexadecimal.edges(13, 13, node) }
    return result
  }
}
