/// Plain characters, of which most texts between quotes and most tokens are made: all but controls, `"` and `\`.
///
/// Owns what is plain, and how many plain characters may follow at a state of an automaton. Where that many may follow
/// *whichever* they are, all tokens of so few plain characters are known to be allowed without looking at one.
enum PlainTexts {
  /// Counts stop here: "so many or more".
  static let mostCharacters = 32

  /// The number of characters of a text, or nil if it is not whole, plain characters, or more than `mostCharacters` of them.
  static func count(_ bytes: some Collection<UInt8>) -> Int? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var count = 0
    for scalar in text.unicodeScalars {
      guard scalar.value >= 0x20, scalar != "\"", scalar != "\\", scalar.value != 0x7F else {
        return nil
      }
      count += 1
    }
    return (1...mostCharacters).contains(count) ? count : nil
  }

  /// The bytes of a character of more than one, as ranges in turn (Unicode 16, table 3-7).
  private static let longCharacters: [[ClosedRange<UInt8>]] = [
    [0xC2...0xDF, 0x80...0xBF],
    [0xE0...0xE0, 0xA0...0xBF, 0x80...0xBF],
    [0xE1...0xEC, 0x80...0xBF, 0x80...0xBF],
    [0xED...0xED, 0x80...0x9F, 0x80...0xBF],
    [0xEE...0xEF, 0x80...0xBF, 0x80...0xBF],
    [0xF0...0xF0, 0x90...0xBF, 0x80...0xBF, 0x80...0xBF],
    [0xF1...0xF3, 0x80...0xBF, 0x80...0xBF, 0x80...0xBF],
    [0xF4...0xF4, 0x80...0x8F, 0x80...0xBF, 0x80...0xBF],
  ]

  /// The bytes that stand for their class in each range: one a class.
  struct Samples {
    let single: [UInt8]
    let long: [[[UInt8]]]

    init(classes: [UInt8]) {
      func samples(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var seen = Set<UInt8>()
        return bytes.filter { seen.insert(classes[Int($0)]).inserted }
      }
      single = samples((0x20..<0x7F).filter { $0 != 0x22 && $0 != 0x5C })
      long = longCharacters.map { $0.map { samples($0) } }
    }

    /// How many steps all characters from one state take.
    var cost: Int { single.count + long.reduce(0) { $0 + $1.reduce(1) { $0 * $1.count } } }
  }

  /// Where one plain character leads from a state.
  struct Successors {
    /// Each once; not those that do not count as alive.
    var states: [Int32] = []
    /// Whether some character leads nowhere.
    var hasEnd = false
    /// Whether a text may end inside a character.
    var endsInside = false
  }

  static func successors(
    of state: Int32, in automaton: ByteAutomaton, _ samples: Samples, continues: (Int32) -> Bool
  ) -> Successors {
    var result = Successors()
    func take(_ state: Int32, _ bytes: [UInt8], into states: inout [Int32]) {
      for byte in bytes {
        let next = automaton.next(state, byte)
        if next == 0 || !continues(next) {
          result.hasEnd = true
        } else if !states.contains(next) {
          states.append(next)
        }
      }
    }
    var found: [Int32] = []
    take(state, samples.single, into: &found)
    for ranges in samples.long {
      var states = [state]
      for (index, bytes) in ranges.enumerated() {
        var after = index == ranges.count - 1 ? found : []
        for state in states { take(state, bytes, into: &after) }
        if index == ranges.count - 1 {
          found = after
        } else {
          states = after
          if states.contains(where: { automaton.accepts($0) }) { result.endsInside = true }
        }
      }
    }
    result.states = found
    return result
  }

  /// What plain characters do at a state. Fits into one cell of a program's table.
  struct Counts: Hashable {
    /// So many may follow, whichever they are.
    var least = 0
    /// Not more than these may follow, inside the automaton.
    var most = mostCharacters
    /// Whether a text may end after some of them.
    var mayEnd = true
    /// Whether each of them is a whole text by itself.
    var isEachText = false

    var cell: Int32 {
      Int32(least | most << 8 | (mayEnd ? 1 << 16 : 0) | (isEachText ? 1 << 17 : 0))
    }

    init() {}

    /// One character more than after any of these.
    fileprivate mutating func add(_ after: [Counts], hasEnd: Bool) {
      least = hasEnd ? 0 : mostCharacters
      for counts in after {
        least = min(least, counts.least + 1)
        most = min(max(most, counts.most + 1), mostCharacters)
        if counts.mayEnd { mayEnd = true }
      }
    }

    init(cell: Int32) {
      least = Int(cell & 0xFF)
      most = Int(cell >> 8 & 0xFF)
      mayEnd = cell & 1 << 16 != 0
      isEachText = cell & 1 << 17 != 0
    }
  }

  /// - Parameter continues: whether a state counts as alive.
  static func counts(
    _ automaton: ByteAutomaton, _ samples: Samples, continues: (Int32) -> Bool
  ) -> [Counts] {
    var successors = [Successors](repeating: Successors(), count: automaton.stateCount)
    var counts = [Counts](repeating: Counts(), count: automaton.stateCount)
    for state in successors.indices {
      counts[state].most = 0
      counts[state].mayEnd = false
      guard state > 0, continues(Int32(state)) else { continue }
      let found = Self.successors(
        of: Int32(state), in: automaton, samples, continues: continues)
      successors[state] = found
      counts[state].mayEnd =
        found.endsInside || found.states.contains { automaton.accepts($0) }
      counts[state].isEachText =
        !found.endsInside && !found.hasEnd && found.states.allSatisfy { automaton.accepts($0) }
    }
    for _ in 0..<mostCharacters {
      var next = counts
      for state in successors.indices where !successors[state].states.isEmpty {
        next[state].add(
          successors[state].states.map { counts[Int($0)] }, hasEnd: successors[state].hasEnd)
      }
      if next == counts { break }
      counts = next
    }
    return counts
  }
}
