/// All spellings of one key as a JSON string, quotes included.
///
/// Owns a short way to an automaton that `ScalarAutomaton.jsonString` makes as well (a test compares them): a schema has many
/// keys, and each is only one text.
struct KeySpelling {
  private typealias State = ByteAutomaton.State

  /// By state: the bytes that lead on, and where to.
  private var edges: [[(byte: UInt8, target: State)]] = [[], []]

  /// - Parameter escapesAll: whether every character may also be written `\uXXXX`; if not, only what has to be escaped is.
  static func automaton(_ text: String, escapesAll: Bool) -> ByteAutomaton {
    var spelling = KeySpelling()
    var state: State = 1
    state = spelling.step(state, UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      state = spelling.character(scalar, from: state, escapesAll: escapesAll)
    }
    state = spelling.step(state, UInt8(ascii: "\""))
    return spelling.automaton(accepting: state)
  }

  private mutating func newState() -> State {
    edges.append([])
    return State(edges.count - 1)
  }

  private mutating func step(_ state: State, _ byte: UInt8) -> State {
    if let known = edges[Int(state)].first(where: { $0.byte == byte }) { return known.target }
    let target = newState()
    edges[Int(state)].append((byte, target))
    return target
  }

  private mutating func join(_ state: State, _ byte: UInt8, _ target: State) {
    edges[Int(state)].append((byte, target))
  }

  private mutating func character(
    _ scalar: Unicode.Scalar, from state: State, escapesAll: Bool
  ) -> State {
    let needsEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
    let end = newState()
    if !needsEscape {
      let bytes = Array(String(scalar).utf8)
      var place = state
      for byte in bytes.dropLast() { place = step(place, byte) }
      if let last = bytes.last { join(place, last, end) }
    }
    guard needsEscape || escapesAll else { return end }
    let escape = step(state, UInt8(ascii: "\\"))
    let letters: [Unicode.Scalar: UInt8] = [
      "\"": 0x22, "\\": 0x5C, "/": 0x2F, "\u{8}": 0x62, "\u{C}": 0x66, "\n": 0x6E, "\r": 0x72,
      "\t": 0x74,
    ]
    if let letter = letters[scalar] { join(escape, letter, end) }
    let units = Array(String(scalar).utf16)
    var place = step(escape, UInt8(ascii: "u"))
    for (index, unit) in units.enumerated() {
      if index > 0 { place = step(step(place, UInt8(ascii: "\\")), UInt8(ascii: "u")) }
      for shift in [12, 8, 4, 0] {
        let isLast = index == units.count - 1 && shift == 0
        let next = isLast ? end : newState()
        let digit = UInt8(unit >> UInt16(shift) & 0xF)
        if digit < 10 {
          join(place, UInt8(ascii: "0") + digit, next)
        } else {
          join(place, UInt8(ascii: "a") + digit - 10, next)
          join(place, UInt8(ascii: "A") + digit - 10, next)
        }
        place = next
      }
    }
    return end
  }

  private func automaton(accepting end: State) -> ByteAutomaton {
    var classes = [UInt8](repeating: 0, count: 256)
    var count = 1
    for (byte, _) in edges.joined() where classes[Int(byte)] == 0 {
      // A key has never 255 bytes that differ: some stand in no UTF-8.
      classes[Int(byte)] = UInt8(count)
      count += 1
    }
    var table = [State](repeating: 0, count: edges.count * count)
    for (state, row) in edges.enumerated() {
      for (byte, target) in row { table[state * count + Int(classes[Int(byte)])] = target }
    }
    var accepting = [Bool](repeating: false, count: edges.count)
    accepting[Int(end)] = true
    return ByteAutomaton(
      classes: classes, classCount: count, transitions: table, accepting: accepting, start: 1)
  }
}
