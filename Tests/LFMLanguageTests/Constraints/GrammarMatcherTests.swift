import LFMGeneration
import Testing

@testable import LFMLanguage

@Suite struct GrammarMatcherTests {
  /// What a random grammar takes, of many texts and by its own bytes, against the slow twin.
  @Test(arguments: 0..<8, [false, true])
  func agreesWithTheSlowTwin(seed: Int, tellsKeys: Bool) throws {
    var random = RandomGrammars(seed: UInt64(seed), tellsKeys: tellsKeys)
    var accepted = 0
    var refused = 0
    var lost: [String] = []
    for _ in 0..<400 {
      let grammar = random.grammar()
      guard let constraint = try compile(grammar, &random) else { continue }
      for _ in 0..<12 {
        let text = random.text(atMost: 7)
        let isAccepted = SlowAcceptor.accepts(grammar, text)
        #expect(try constraint.accepts(text) == isAccepted, "\(text) \(grammar.notation)")
        if isAccepted { accepted += 1 } else { refused += 1 }
      }
      if try !walk(constraint, grammar, &random) { lost.append(grammar.notation) }
    }
    #expect(accepted > 100 && refused > 100)
    // Where objects in objects ask for keys that can be ever longer, not every search comes to an end.
    #expect(lost.count <= (tellsKeys ? 3 : 0), "dead ends in \(lost)")
  }

  /// The constraint, or nil if it is refused, which must be because nothing satisfies the grammar.
  private func compile(
    _ grammar: Grammar, _ random: inout RandomGrammars
  ) throws -> CompiledConstraint? {
    do {
      return try CompiledConstraint(grammar)
    } catch {
      #expect(error.code == .invalidArgument)
      if error.message.contains("no output") {
        for _ in 0..<12 {
          let text = random.text(atMost: 7)
          #expect(!SlowAcceptor.accepts(grammar, text), "\(text) \(grammar.notation)")
        }
      }
      return nil
    }
  }

  /// Takes random allowed bytes, then the shortest way to an end: each such text must be one of the grammar.
  ///
  /// - Returns: whether an end was found.
  private func walk(
    _ constraint: CompiledConstraint, _ grammar: Grammar, _ random: inout RandomGrammars
  ) throws -> Bool {
    var matcher = try GrammarMatcher(constraint.program)
    var text: [UInt8] = []
    for _ in 0..<4 {
      let letters = RandomGrammars.letters.shuffled(using: &random.random)
      for letter in letters where try matcher.advance([letter]) {
        text.append(letter)
        break
      }
      // A key that another one begins with is not seen to be the last, which does no harm where the output may end.
      let isStuck = try next(matcher).isEmpty
      #expect(
        isStuck ? matcher.isAtEnd || matcher.isComplete : !matcher.isAtEnd,
        "\(text) \(grammar.notation)")
    }
    guard let end = try completion(of: matcher) else { return false }
    #expect(SlowAcceptor.accepts(grammar, text + end), "\(text + end) \(grammar.notation)")
    return true
  }

  private func next(_ matcher: GrammarMatcher) throws -> [(UInt8, GrammarMatcher)] {
    try RandomGrammars.letters.compactMap { letter in
      var copy = matcher
      return try copy.advance([letter]) ? (letter, copy) : nil
    }
  }

  private func completion(of matcher: GrammarMatcher) throws -> [UInt8]? {
    try completion(of: matcher, width: 100) ?? completion(of: matcher, width: 3000)
  }

  private func completion(of matcher: GrammarMatcher, width: Int) throws -> [UInt8]? {
    var layer = [([UInt8](), matcher)]
    for _ in 0..<80 {
      if let whole = layer.first(where: { $0.1.isComplete }) { return whole.0 }
      layer = try layer.flatMap { text, matcher in
        try next(matcher).map { (text + [$0.0], $0.1) }
      }
      // All ways would be too many; those with few places open, and not in a key that only grows, lead to an end soonest.
      let ways = layer.map { (way: $0, cost: openness($0.1) + max(0, lastRun(of: $0.0) - 3)) }
      layer = ways.sorted { $0.cost < $1.cost }.prefix(width).map(\.way)
    }
    return nil
  }

  /// How often the last letter stands at the end.
  private func lastRun(of text: [UInt8]) -> Int {
    text.reversed().prefix { $0 == text.last }.count
  }

  /// How many frames can still be left from here.
  private func openness(_ matcher: GrammarMatcher) -> Int {
    var seen: Set<Int32> = []
    var open = matcher.stacks.places.map(\.frame)
    while let frame = open.popLast() {
      guard seen.insert(frame).inserted else { continue }
      open += matcher.stacks.returns(of: frame).map(\.frame)
    }
    return seen.count
  }

  @Test func takesLeftRecursion() throws {
    let sum = try CompiledConstraint(
      .grammar(#"root ::= sum  sum ::= sum "+" one | one  one ::= "1""#.replacing("  ", with: "\n"))
    )
    #expect(try sum.accepts(Array("1+1+1".utf8)))
    #expect(try !sum.accepts(Array("1+".utf8)))
    let long = "1" + String(repeating: "+1", count: 5000)
    #expect(try sum.accepts(Array(long.utf8)))
  }

  @Test func staysSmallWhereAGrammarIsAmbiguous() throws {
    let pairs = try CompiledConstraint(.grammar(#"root ::= root root | "a""#))
    #expect(try pairs.accepts([UInt8](repeating: 0x61, count: 60)))
    #expect(try !pairs.accepts([]))
    let stars = try CompiledConstraint(.grammar(#"root ::= (("a"* | "b")* "c"?)*"#))
    #expect(try stars.accepts(Array("aabacbbbaaca".utf8)))
  }

  @Test func nestsDeeply() throws {
    let lists = try CompiledConstraint(
      .grammar(##"root ::= "[" (root ("," root)*)? "]""##))
    let depth = 100_000
    let deep = [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
    #expect(try lists.accepts(deep))
    #expect(try !lists.accepts(Array(deep.dropLast())))
  }

  @Test func refusesTooDeepNesting() throws {
    let lists = try CompiledConstraint(.grammar(##"root ::= "[" root* "]""##))
    let deep = [UInt8](repeating: 0x5B, count: ConstraintLimits.frames + 70)
    #expect(throws: GenerationFailure.self) { try lists.accepts(deep) }
  }

  @Test func countsHugeRepetitions() throws {
    let many = try CompiledConstraint(.grammar(#"root ::= ("a" | "bb"){3,1000000} "c""#))
    #expect(try many.accepts(Array("abbac".utf8)))
    #expect(try !many.accepts(Array("abbc".utf8)))
    let most = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(try many.accepts(most + [0x63]))
    #expect(try !many.accepts(most + [0x61, 0x63]))
    let nested = try CompiledConstraint(
      .grammar(
        ##"root ::= list{2,100000}"##
          + "\n" + ##"list ::= "[" list* "]""##))
    #expect(try nested.accepts(Array("[[]][]".utf8)))
    #expect(try !nested.accepts(Array("[[]]".utf8)))
  }

  @Test func leavesNoTraceOfARefusedText() throws {
    let constraint = try CompiledConstraint(.grammar(#"root ::= ("(" root ")")* "x""#))
    var matcher = try GrammarMatcher(constraint.program)
    #expect(try matcher.advance(Array("((".utf8)))
    #expect(try !matcher.advance(Array("x)q".utf8)))
    #expect(try matcher.advance(Array("x)x)x".utf8)))
    #expect(matcher.isComplete && matcher.isAtEnd)
  }
}
