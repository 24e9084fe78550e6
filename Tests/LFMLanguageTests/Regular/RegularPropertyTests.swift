import Testing

@testable import LFMLanguage

/// Random expressions against a matcher that tries everything, and the algebra of languages against each text's own answer.
@Suite struct RegularPropertyTests {
  private static let texts = NaiveExpression.texts(upTo: 5)

  @Test(arguments: 0..<8) func expressions(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<60 {
      let expression = NaiveExpression.random(depth: 4, .init(), using: &generator)
      let whole = try RegularExpression.automaton(expression.pattern, .whole)
      let anywhere = try RegularExpression.automaton(expression.pattern, .anywhere)
      for text in Self.texts {
        let shown = "\(expression.pattern) on \(String(String.UnicodeScalarView(text)))"
        if whole.accepts(text) != expression.matchesWhole(text) {
          Issue.record("whole: \(shown)")
          break
        }
        if anywhere.accepts(text) != expression.matchesAnywhere(text) {
          Issue.record("anywhere: \(shown)")
          break
        }
      }
    }
  }

  @Test(arguments: 0..<4) func algebra(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(100 + seed))
    for _ in 0..<25 {
      let left = try random(&generator)
      let right = try random(&generator)
      let union = try left.union(right)
      let both = try left.intersection(right)
      let only = try left.subtracting(right)
      let other = left.complement
      for text in Self.texts {
        let (inLeft, inRight) = (left.accepts(text), right.accepts(text))
        #expect(union.accepts(text) == (inLeft || inRight))
        #expect(both.accepts(text) == (inLeft && inRight))
        #expect(only.accepts(text) == (inLeft && !inRight))
        #expect(other.accepts(text) == !inLeft)
      }
      // Minimal automata are equal where languages are.
      #expect(try union == right.union(left))
      #expect(try union == ScalarAutomaton.union(of: [right, left]))
      #expect(try both == left.complement.union(right.complement).complement)
      #expect(try only == left.intersection(right.complement))
      #expect(other.complement == left)
      #expect(try both.isSubset(of: left) && both.isSubset(of: right))
      #expect(try only.isDisjoint(with: right))
      #expect(try union.isSubset(of: left) == right.isSubset(of: left))
      try checkExample(left)
    }
  }

  private func random(_ generator: inout SeededGenerator) throws -> ScalarAutomaton {
    let expression = NaiveExpression.random(depth: 3, .init(), using: &generator)
    return try RegularExpression.automaton(expression.pattern, .whole)
  }

  private func checkExample(_ language: ScalarAutomaton) throws {
    guard let example = language.example else {
      #expect(language.isEmpty && language.shortestLength == nil)
      return
    }
    #expect(language.accepts(example))
    #expect(language.shortestLength == example.unicodeScalars.count)
    let shorter = Self.texts.filter { $0.count < example.unicodeScalars.count }
    #expect(!shorter.contains { language.accepts($0) })
    if let longest = language.longestLength {
      #expect(try language.isSubset(of: .length(atLeast: 0, atMost: longest)))
      #expect(try longest == 0 || !language.isSubset(of: .length(atLeast: 0, atMost: longest - 1)))
    }
    #expect(language.isFinite == (language.longestLength != nil))
  }

  @Test func sequences() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<30 {
      let left = try random(&generator)
      let right = try random(&generator)
      let after = try left.concatenation(right)
      let twice = try left.repetition(atLeast: 1, atMost: 2)
      let many = try left.repetition(atLeast: 0, atMost: nil)
      let somewhere = try left.containing()
      for text in Self.texts {
        let splits = (0...text.count).map { (text[..<$0], text[$0...]) }
        #expect(
          after.accepts(text) == splits.contains { left.accepts($0.0) && right.accepts($0.1) })
        #expect(
          twice.accepts(text)
            == (left.accepts(text)
              || splits.contains { left.accepts($0.0) && left.accepts($0.1) }))
        #expect(
          many.accepts(text)
            == (text.isEmpty
              || splits.contains { !$0.0.isEmpty && left.accepts($0.0) && many.accepts($0.1) }))
        #expect(
          somewhere.accepts(text)
            == splits.contains { split in
              (0...split.0.count).contains { left.accepts(split.0[$0...]) }
            })
      }
    }
  }

  @Test func lengths() throws {
    let language = try ScalarAutomaton.length(atLeast: 2, atMost: 3)
    for (text, expected) in [
      ("", false), ("é", false), ("🙂é", true), ("abc", true), ("abcd", false),
    ] {
      #expect(language.accepts(text) == expected)
    }
    #expect(language.shortestLength == 2 && language.longestLength == 3 && !language.isEmpty)
    #expect(try ScalarAutomaton.length(atLeast: 3, atMost: 2).isEmpty)
    #expect(try ScalarAutomaton.length(atLeast: 0, atMost: nil).isUniversal)
    #expect(
      try ScalarAutomaton.length(atLeast: 0, atMost: 10_000).accepts(
        String(repeating: "ä", count: 10_000)))
    for most in [50_000, 1_000_000_000, Int.max] {
      let failure = #expect(throws: RegularFailure.self) {
        try ScalarAutomaton.length(atLeast: 0, atMost: most)
      }
      #expect(failure?.reason == .tooLarge)
    }
  }

  @Test func literals() throws {
    var generator = SeededGenerator(seed: 3)
    let letters = "aäb🙂\"\\\n".map { String($0) }
    var words: Set<String> = []
    for _ in 0..<3000 {
      let length = Int.random(in: 0...7, using: &generator)
      words.insert(
        (0..<length).map { _ in letters.randomElement(using: &generator) ?? "" }.joined())
    }
    let language = try ScalarAutomaton.literals(words)
    let bytes = try language.jsonString(.needed)
    for word in words {
      #expect(language.accepts(word))
      #expect(bytes.accepts(JSONValue.string(word).serialized.utf8))
      let longer = word + "a"
      #expect(language.accepts(longer) == words.contains(longer))
    }
    #expect(language.isFinite)
    let few = words.sorted().prefix(40)
    #expect(
      try ScalarAutomaton.literals(few) == ScalarAutomaton.union(of: few.map { .literal($0) }))
    #expect(try ScalarAutomaton.literals([]) == .nothing)
    #expect(try ScalarAutomaton.literals(["", ""]) == .emptyText)
    #expect(ScalarAutomaton.literal("") == .emptyText)
  }
}
