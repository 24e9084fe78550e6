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

  /// The states after one plain character; state 0 among them if some character leads nowhere.
  static func successors(
    of state: Int32, _ samples: Samples, next: (Int32, UInt8) -> Int32
  ) -> Set<Int32> {
    var result = Set(samples.single.map { next(state, $0) })
    for ranges in samples.long {
      var states: Set<Int32> = [state]
      for bytes in ranges {
        var after: Set<Int32> = []
        for state in states {
          for byte in bytes { after.insert(state == 0 ? 0 : next(state, byte)) }
        }
        states = after
      }
      result.formUnion(states)
    }
    return result
  }

  /// For each state, how many plain characters may follow: at least, whichever they are, and at most. State 0 is dead.
  ///
  /// - Parameter successors: by state, 0 among them if some character leads nowhere.
  static func counts(_ successors: [[Int32]]) -> [(least: Int, most: Int)] {
    var counts = [(least: Int, most: Int)](repeating: (0, 0), count: successors.count)
    for _ in 0..<mostCharacters {
      var next = counts
      for state in successors.indices.dropFirst() {
        var least = mostCharacters
        var most = 0
        for successor in successors[state] {
          least = successor == 0 ? 0 : min(least, counts[Int(successor)].least + 1)
          if successor != 0 { most = max(most, counts[Int(successor)].most + 1) }
        }
        next[state] = (successors[state].isEmpty ? 0 : min(least, mostCharacters), min(most, mostCharacters))
      }
      if next.elementsEqual(counts, by: ==) { break }
      counts = next
    }
    return counts
  }
}
