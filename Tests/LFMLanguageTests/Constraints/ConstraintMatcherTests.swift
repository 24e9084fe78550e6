import LFMCheckpoint
import LFMGeneration
import LFMTokenizer
import Testing

@testable import LFMLanguage

@Suite struct ConstraintMatcherTests {
  /// Random tokens of the letters of random grammars: each bit of each mask against trying the token.
  @Test(arguments: 0..<6, [false, true])
  func maskIsWhatAdvanceTakes(seed: Int, tellsKeys: Bool) throws {
    var random = RandomGrammars(seed: UInt64(1000 + seed), tellsKeys: tellsKeys)
    let vocabulary = try Self.vocabulary(
      (0..<150).map { _ in random.text(atMost: 6) }.filter { $0.count > 1 })
    for _ in 0..<40 {
      let grammar = random.grammar()
      guard let compiled = try? CompiledConstraint(grammar) else { continue }
      // The second matcher finds the first one's masks.
      let constraint = TokenConstraint(compiled, vocabulary)
      for _ in 0..<2 { try follow(constraint, grammar, &random) }
    }
  }

  private func follow(
    _ constraint: TokenConstraint, _ grammar: Grammar, _ random: inout RandomGrammars
  ) throws {
    var matcher = try constraint.matcher()
    let count = constraint.vocabulary.vocabulary.count
    var mask = TokenMask(tokenCount: count)
    for _ in 0..<5 {
      try matcher.mask(into: &mask)
      var allowed: [TokenID] = []
      for token in 0..<TokenID(count) {
        let isAllowed = try matcher.allows(token)
        #expect(
          mask.contains(token) == isAllowed, "token \(token) of \(grammar.notation)")
        if isAllowed { allowed.append(token) }
      }
      guard let token = allowed.randomElement(using: &random.random) else { break }
      #expect(try matcher.advance(token))
    }
  }

  /// The 256 bytes, these texts, a control token, markup, the token that ends.
  static func vocabulary(_ texts: [[UInt8]]) throws -> ConstraintVocabulary {
    let alphabet = byteAlphabet
    var spellings = (0..<256).map { alphabet[$0] }
    for text in Set(texts.filter { $0.count > 1 }).sorted(by: { $0.lexicographicallyPrecedes($1) })
    {
      spellings.append(text.flatMap { alphabet[Int($0)] })
    }
    let special = ["<|pad|>", "<think>", "<|im_end|>"].map { Array($0.utf8) }
    let kinds =
      [Int32](repeating: 1, count: spellings.count) + [3, 4, 3]
    return ConstraintVocabulary(
      try Vocabulary(texts: ByteStrings(spellings + special), kinds: kinds))
  }

  /// How GPT-2's alphabet writes each byte.
  private static let byteAlphabet: [[UInt8]] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      let isVisible = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
      if !isVisible { next += 1 }
      let scalar = Unicode.Scalar(isVisible ? byte : next - 1) ?? " "
      return Array(String(Character(scalar)).utf8)
    }
  }()

  private static func matcher(_ grammar: String, _ texts: [String] = []) throws
    -> ConstraintMatcher
  {
    try TokenConstraint(
      CompiledConstraint(.grammar(grammar)), vocabulary(texts.map { Array($0.utf8) })
    ).matcher()
  }

  @Test func endsOnlyWhereItIsComplete() throws {
    var matcher = try Self.matcher(#"root ::= "a" "b"?"#)
    let vocabulary = matcher.constraint.vocabulary.vocabulary
    let end = try #require(vocabulary.specialToken("<|im_end|>"))
    var mask = TokenMask(tokenCount: vocabulary.count)
    try matcher.mask(into: &mask)
    #expect(!mask.contains(end) && mask.count == 1)
    #expect(try !matcher.advance(end))
    #expect(try matcher.advance(0x61))
    #expect(matcher.isComplete && !matcher.mustEnd)
    try matcher.mask(into: &mask)
    #expect(mask.contains(end) && mask.count == 2)
    var other = matcher
    #expect(try other.advance(0x62))
    #expect(other.isComplete && other.mustEnd)
    #expect(try matcher.advance(end))
    #expect(matcher.mustEnd)
    try matcher.mask(into: &mask)
    #expect(mask.count == 0)
    #expect(try !matcher.advance(0x62))
  }

  /// However many alternatives overlap, masks are found where texts are judged.
  @Test(arguments: [10, 60, 128])
  func masksOfManyAlternativesAreFound(count: Int) throws {
    let alternatives = (0..<count).map {
      #"{"type":"object","properties":{"p\#($0)":{"const":\#($0)}},"additionalProperties":{"type":"integer"}}"#
    }
    let grammar = try JSONSchemaCompiler().compile(
      bytes: Array((#"{"anyOf":["# + alternatives.joined(separator: ",") + "]}").utf8))
    let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
    let words = letters.flatMap { a in letters.flatMap { b in letters.map { [a, b, $0] } } }
    let constraint = TokenConstraint(
      try CompiledConstraint(grammar), try Self.vocabulary(words))
    var matcher = try constraint.matcher()
    var mask = TokenMask(tokenCount: constraint.vocabulary.vocabulary.count)
    for byte in #"{"a":1,"bcd":2}"#.utf8 {
      try matcher.mask(into: &mask)
      let token = TokenID(byte)
      #expect(mask.contains(token))
      #expect(try matcher.advance(token))
    }
    #expect(matcher.isComplete)
  }

  @Test func neverTakesSpecialTokens() throws {
    var matcher = try Self.matcher("root ::= .*")
    let vocabulary = matcher.constraint.vocabulary.vocabulary
    var mask = TokenMask(tokenCount: vocabulary.count)
    try matcher.mask(into: &mask)
    for text in ["<|pad|>", "<think>"] {
      let token = try #require(vocabulary.specialToken(text))
      #expect(!mask.contains(token))
      #expect(try !matcher.advance(token))
    }
    #expect(try matcher.advance(bytes: Array("<think>".utf8)))
  }

  @Test func doesNotSplitCharactersWrongly() throws {
    var matcher = try Self.matcher("root ::= [é🚀]+")
    #expect(try matcher.advance(0xF0))
    #expect(!matcher.isComplete)
    var mask = TokenMask(tokenCount: matcher.constraint.vocabulary.vocabulary.count)
    try matcher.mask(into: &mask)
    #expect(mask.count == 1 && mask.contains(0x9F))
  }

  /// Where any plain text may follow, tokens of plain text are not looked at one by one: the mask must be the same.
  @Test(arguments: [
    #"root ::= "\"" ([^"\\\x7F\x00-\x1F] | "\\" ["\\/bfnrt])* "\"" ("," root)?"#,
    #"root ::= "\"" [^"]{0,3} "\"" "x""#,
    #"root ::= [^"\\\x00-\x1F]{2,100000} "\n" root?"#,
    #"root ::= ([a-z ]{3} | .{2,5}) root?"#,
    #"root ::= .{4}"#,
    #"root ::= "\"" ("é" | [a-z])* "\"""#,
  ])
  func plainTextMakesNoDifference(grammar: String) throws {
    let texts = [
      "ab", "abc", " the", "\"", "\",", "\":", "é", "ée", "日本", "日", "\\n", "\\", "a\"", "x\"x",
      "\n", "\n\n", "a\n", "🚀", "🚀🚀", "word", "words", "a word", "a\u{7F}",
      String(repeating: "-", count: 40), String(repeating: "=", count: 32),
    ]
    var matcher = try Self.matcher(grammar, texts)
    let vocabulary = matcher.constraint.vocabulary.vocabulary
    var mask = TokenMask(tokenCount: vocabulary.count)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<30 {
      try matcher.mask(into: &mask)
      var allowed: [TokenID] = []
      for token in 0..<TokenID(vocabulary.count) {
        let isAllowed = try matcher.allows(token)
        #expect(mask.contains(token) == isAllowed, "\(vocabulary.bytes(of: token))")
        if isAllowed { allowed.append(token) }
      }
      guard let token = allowed.randomElement(using: &random) else { break }
      _ = try matcher.advance(token)
    }
  }
}
