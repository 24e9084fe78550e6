import LFMGeneration
import LFMTokenizer
import Testing

@testable import LFMLanguage

/// No key of an object comes twice, also where keys are only described.
@Suite struct RememberedKeysTests {
  private func grammar(_ schema: String) throws -> Grammar {
    try JSONSchemaCompiler().compile(try JSONParser.parse(schema))
  }

  static let cases: [(String, [String], [String])] = [
    (
      #"{"type":"object"}"#,
      [#"{"a":1,"b":2}"#, #"{"a":{"a":1},"b":{"a":2}}"#, #"{"a":[{"b":1},{"b":2}]}"#, "{}"],
      [
        #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"a":1,"b":2,"a":3}"#, #"{"":1,"":2}"#,
        #"{"a":{"b":1,"b":2}}"#, #"{"\ud83d\ude00":1,"😀":2}"#, #"{"\n":1,"\u000a":2}"#,
      ]
    ),
    (
      #"{"type":"object","minProperties":2}"#, [#"{"a":1,"b":2}"#, #"{"a":1,"b":2,"c":3}"#],
      ["{}", #"{"a":1}"#, #"{"a":1,"a":2}"#]
    ),
    (
      #"{"type":"object","not":{"maxProperties":1}}"#, [#"{"a":1,"b":2}"#],
      [#"{"a":1,"a":2}"#, #"{"a":1}"#]
    ),
    (
      #"{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":{"type":"string"},"minProperties":2}"#,
      [#"{"n":1,"x":"y"}"#, #"{"x":"1","y":"2"}"#],
      [#"{"x":"1","x":"2"}"#, #"{"n":1,"n":2}"#, #"{"n":1}"#]
    ),
    // Keys that are few are named.
    (
      #"{"type":"object","patternProperties":{"^[ab]$":{}},"additionalProperties":false,"minProperties":2}"#,
      [#"{"a":1,"b":2}"#, #"{"b":1,"a":2}"#], [#"{"a":1,"a":2}"#, #"{"a":1}"#, #"{"c":1,"a":1}"#]
    ),
    (
      #"{"type":"object","propertyNames":{"enum":["x","y z"]}}"#, [#"{"y z":1,"x":2}"#],
      [#"{"x":1,"x":2}"#, #"{"z":1}"#]
    ),
    // Of limited length: not remembered, which does no harm.
    (
      #"{"type":"object","propertyNames":{"maxLength":2},"minProperties":1}"#,
      [#"{"ab":1,"c":2}"#, #"{"ab":1}"#], [#"{"abc":1}"#, "{}"]
    ),
    (
      #"{"type":"object","patternProperties":{"^x_":{"type":"integer"}},"additionalProperties":false,"required":["x_1"],"minProperties":3}"#,
      [#"{"x_2":1,"x_1":2,"x_3":3}"#], [#"{"x_2":1,"x_1":2,"x_2":3}"#, #"{"x_1":1,"x_2":3}"#]
    ),
  ]

  @Test(arguments: cases)
  func accepts(schema: String, taken: [String], left: [String]) throws {
    let grammar = try grammar(schema)
    for text in taken { #expect(BothAcceptors.accepts(grammar, text), "\(schema) takes \(text)") }
    for text in left { #expect(!BothAcceptors.accepts(grammar, text), "\(schema) leaves \(text)") }
  }

  @Test func keysOfLimitedLengthAreNotCounted() throws {
    let schema = #"{"items":{"propertyNames":{"maxLength":2},"minProperties":2}}"#
    let failure = try #require(throws: GenerationFailure.self) { try grammar(schema) }
    #expect(failure.code == .invalidArgument)
    #expect(failure.message.contains("/items/minProperties:"), "\(failure.message)")
    // One key is required, so that there is another one whatever it is.
    _ = try grammar(
      #"{"propertyNames":{"maxLength":2},"required":["a"],"minProperties":2}"#)
  }

  private static let tools = """
    [{"name": "put", "parameters": {"type": "object", "properties": {
       "map": {"type": "object", "additionalProperties": {"type": "integer"}}}}},
     {"name": "any", "parameters": {"type": "object", "additionalProperties": true}}]
    """

  @Test(arguments: [
    ("[put(map={'a': 1, 'b': 2})]", true), ("[put(map={'a': 1, 'a': 2})]", false),
    (#"[put(map={'a': 1, "a": 2})]"#, false), (#"[put(map={'a': 1, '\x61': 2})]"#, false),
    (#"[put(map={'it\'s': 1, "it's": 2})]"#, false), (#"[put(map={'\\': 1, "\\n": 2})]"#, true),
    ("[any(x=1, y=2)]", true), ("[any(x=1, x=2)]", false), ("[any(x={'x': 1}, y={'x': 1})]", true),
  ])
  func argumentsOfCalls(text: String, isAccepted: Bool) throws {
    let tools = try ToolDeclaration.read(try JSONParser.parse(Self.tools))
    #expect(BothAcceptors.accepts(try ToolCallGrammar.compile(tools: tools), text) == isAccepted)
  }

  @Test func spellingsOfKeys() {
    let cases: [(String, String)] = [
      (#""a\u00e9b""#, "aéb"), (#""\ud83d\ude00\/""#, "😀/"),
      (#""\"\\\b\f\n\r\t""#, "\"\\\u{8}\u{C}\n\r\t"),
      (#"'\x41\U0001F600\'"'"#, "A😀'\""), ("\"\"", ""),
    ]
    for (spelling, key) in cases {
      #expect(KeyReading.quoted.key(Array(spelling.utf8)[...]) == Array(key.utf16), "\(spelling)")
    }
    #expect(KeyReading.bare.key(Array("a\\n=".utf8)[...]) == Array("a\\n=".utf16))
  }

  /// Keys are read over the borders of what is taken at a time, and outlive that frames are renumbered.
  @Test func manyKeys() throws {
    let constraint = try CompiledConstraint(try grammar(#"{"type":"object"}"#))
    let members = (0..<3_000).map { #""key number \#($0)": {"a": [\#($0)]}"# }
    let whole = "{" + members.joined(separator: ", ")
    #expect(try constraint.accepts(Array((whole + "}").utf8)))
    #expect(try constraint.accepts(Array((whole + #", "key number 3000": 1}"#).utf8)))
    for old in [0, 1_500, 2_999] {
      #expect(try !constraint.accepts(Array((whole + #", "key number \#(old)": 1}"#).utf8)))
    }
  }

  /// The steps for one more key do not grow with the number of those that were written.
  @Test func judgesManyKeysInFewSteps() throws {
    let constraint = try CompiledConstraint(try grammar(#"{"type":"object"}"#))
    var matcher = try GrammarMatcher(constraint.program)
    #expect(try matcher.advance([0x7B]))
    for key in 0..<20_000 {
      let isTaken = try matcher.advance(Array(#""k\#(key)":1,"#.utf8))
      guard isTaken, matcher.stacks.work < 1_000, matcher.stacks.places.count < 16 else {
        Issue.record("key \(key): \(isTaken), \(matcher.stacks.work) steps")
        break
      }
    }
    for old in [0, 9_999, 19_999] { #expect(try !matcher.advance(Array(#""k\#(old)":"#.utf8))) }
    #expect(try matcher.advance(Array(#""k20000":1}"#.utf8)))
    #expect(matcher.isComplete)
  }

  /// As many open objects that all have one key in common.
  @Test func judgesManyOpenObjectsInFewSteps() throws {
    let constraint = try CompiledConstraint(try grammar(#"{"type":"object"}"#))
    var matcher = try GrammarMatcher(constraint.program)
    let depth = 5_000
    for level in 0..<depth {
      let isTaken = try matcher.advance(Array(#"{"k\#(level)":1,"a":"#.utf8))
      guard isTaken, matcher.stacks.work < 1_000 else {
        Issue.record("object \(level): \(isTaken), \(matcher.stacks.work) steps")
        break
      }
    }
    #expect(try matcher.advance([0x31]))
    for level in (0..<depth).reversed() {
      let isTaken = try matcher.advance(Array(#","b":1"#.utf8))
      let isRefused = try !matcher.advance(Array(#","k\#(level)":"#.utf8))
      guard isTaken, isRefused, try matcher.advance([0x7D]) else {
        Issue.record("object \(level) is not closed: \(isTaken), \(isRefused)")
        break
      }
    }
    #expect(matcher.isComplete)
  }

  /// Where one object is read in two ways, they do not become more with each key.
  @Test func keysDoNotMultiplyReadings() throws {
    let members = GrammarMembers(
      named: [],
      others: [.init(key: RandomGrammars.manyKeys, value: .literal([]), reading: .bare)],
      assignment: .literal([]), separator: .literal([0x61]), atLeast: 1, atMost: nil,
      isOrdered: false)
    let grammar = Grammar(
      rules: [
        Grammar.Rule(
          name: "root",
          expression: .choice([.rule(1), .sequence([.rule(1), .literal([0x62])])])),
        Grammar.Rule(name: "object", expression: .members(members)),
      ], root: 0)
    let text = (1...40).map { String(repeating: "c", count: $0) + "b" }.joined(separator: "a")
    #expect(BothAcceptors.accepts(grammar, "cbaccb") && BothAcceptors.accepts(grammar, "cbaccbb"))
    #expect(!BothAcceptors.accepts(grammar, "cbaccbacb"))
    var matcher = try GrammarMatcher(try CompiledConstraint(grammar).program)
    for byte in text.utf8 {
      #expect(try matcher.advance([byte]))
      #expect(matcher.stacks.places.count <= 8)
    }
    #expect(matcher.isComplete)
  }

  private static let masksVocabulary = [
    "ab", "b\"", "ab\"", "a\":", "\":", "\": ", "\", \"", "\",\"", ", \"a", ", \"ab\"", "{\"",
    "\":\"", "{\"a\":", "\"a\"", "1, \"ab\": 2", "\"\"", "\"\":", "c\": 1, \"b\"",
    "\"b\":0,\"a", "}, \"", "}, \"a\"", "\\u0061", ":1,\"a\":1,\"a\"", "\"b\": 1, \"b\"",
    "a\":{\"a\":", "b\":{\"b\":1}", "b\":{\"b\":1},\"b\"", "x=", "=1", "=1, ", ", x=", "x=1, ",
    "x=1, x=", "(x=", "y=", "y={'", "a'", "a': ", "': ", "'a': 1", "1}, x=", "1, 'a': ",
    "'}, 'a'",
  ]

  /// Each bit of each mask of these outputs against trying the token: each finds masks of those before.
  private func checkMasks(_ grammar: Grammar, _ texts: [String], _ tokens: [String]) throws {
    let vocabulary = try ConstraintMatcherTests.vocabulary(tokens.map { Array($0.utf8) })
    let constraint = TokenConstraint(try CompiledConstraint(grammar), vocabulary)
    let count = vocabulary.vocabulary.count
    for text in texts {
      var matcher = try constraint.matcher()
      var mask = TokenMask(tokenCount: count)
      for byte in text.utf8 {
        try matcher.mask(into: &mask)
        for token in 0..<TokenID(count) {
          let isAllowed = try matcher.allows(token)
          if mask.contains(token) != isAllowed {
            let bytes = Array(vocabulary.vocabulary.bytes(of: token))
            let shown = String(decoding: bytes, as: UTF8.self)
            Issue.record("\(text): \(shown) before \(byte): \(isAllowed)")
          }
        }
        #expect(try matcher.advance(bytes: [byte]), "\(text)")
      }
      #expect(matcher.isComplete, "\(text)")
    }
  }

  @Test(arguments: [
    #"{"type":"object","properties":{"n":{"type":"integer"}}}"#,
    #"{"type":"object","properties":{"n":{"type":"integer"}},"minProperties":2,"maxProperties":9}"#,
    #"{"type":"object","patternProperties":{"^[a-z]*$":{}},"additionalProperties":false}"#,
  ])
  func masks(schema: String) throws {
    try checkMasks(
      try grammar(schema),
      [
        #"{"ab": 1, "ac": {"ab": "x", "b": "}"}, "a": {"": 0}, "": [{"ab": 2}], "b": 3}"#,
        #"{"b": "b", "a": "a", "ab": "ab", "abb": "\"", "n": 1}"#,
        #"{"b": 1, "ab": {"b": 1, "a": {"a": 1}}, "n": 2, "c": [], "a": {"ab": 1, "b": 2}}"#,
        #"{"ab": 1, "b": "a", "a": "ab"}"#,
      ], Self.masksVocabulary)
  }

  @Test func masksOfCalls() throws {
    let tools = try ToolDeclaration.read(try JSONParser.parse(Self.tools))
    try checkMasks(
      try ToolCallGrammar.compile(tools: tools),
      [
        "[any(x=1, y={'a': 1, 'b': 2}, xy=3)]", "[any(y={'a': {'a': 1}}, x=1)]",
        "[put(map={'b': 1, 'a': 2})]", "[any(ab=1, x=2, y='a')]",
      ], Self.masksVocabulary)
  }

  /// More tokens in which a key ends than are kept apart.
  @Test func masksWhereVeryManyTokensEndAKey() throws {
    let letters = (0..<14).map { String(Character(Unicode.Scalar(UInt8(0x61 + $0)))) }
    let words = letters.flatMap { a in letters.flatMap { b in letters.map { a + b + $0 } } }
    #expect(words.count > MaskWalk.mostKeyEnds)
    let schema =
      #"{"type":"object","patternProperties":{"^[a-z]+$":{"type":"integer"}},"additionalProperties":false}"#
    let vocabulary = try ConstraintMatcherTests.vocabulary(words.map { Array(($0 + "\"").utf8) })
    let constraint = TokenConstraint(try CompiledConstraint(try grammar(schema)), vocabulary)
    var mask = TokenMask(tokenCount: vocabulary.vocabulary.count)
    for text in [#"{"aaa":1,""#, #"{"aaa":1,"bbb":2,"a"#] {
      var matcher = try constraint.matcher()
      #expect(try matcher.advance(bytes: Array(text.utf8)))
      for _ in 0..<2 {
        try matcher.mask(into: &mask)
        for token in 0..<TokenID(vocabulary.vocabulary.count) {
          let isAllowed = try matcher.allows(token)
          if mask.contains(token) != isAllowed { Issue.record("\(text): token \(token)") }
        }
      }
      let found = try #require(constraint.cache.mask(for: matcher.matcher.stacks))
      #expect(found.withKeys == nil)
    }
  }

  /// Inside keys, too, what was found for one output serves others, whatever their keys are.
  @Test(arguments: [
    #"{"type":"object","patternProperties":{"^[a-z_]+$":{"type":"integer"}},"additionalProperties":false}"#,
    #"{"type":"object","additionalProperties":{"type":"integer"}}"#,
  ])
  func masksInsideKeysAreFoundAgain(schema: String) throws {
    let vocabulary = try ConstraintMatcherTests.vocabulary(
      Self.masksVocabulary.map { Array($0.utf8) })
    let constraint = TokenConstraint(try CompiledConstraint(try grammar(schema)), vocabulary)
    var mask = TokenMask(tokenCount: vocabulary.vocabulary.count)
    var matcher = try constraint.matcher()
    for byte in #"{"ab":1,"cde":2,"f":3}"#.utf8 {
      try matcher.mask(into: &mask)
      #expect(try matcher.advance(bytes: [byte]))
    }
    matcher = try constraint.matcher()
    for byte in #"{"other":4,"ab":5,"cd":6,"keys":7,"f":8}"#.utf8 {
      let found = constraint.cache.mask(for: matcher.matcher.stacks)
      #expect(found?.withKeys != nil, "before \(byte)")
      #expect(try matcher.advance(bytes: [byte]))
    }
  }

  @Test func theClosingQuoteOfAWrittenKeyIsMasked() throws {
    let vocabulary = try ConstraintMatcherTests.vocabulary(
      ["a\"", "b\"", "a\":"].map { Array($0.utf8) })
    let constraint = TokenConstraint(
      try CompiledConstraint(try grammar(#"{"type":"object"}"#)), vocabulary)
    var matcher = try constraint.matcher()
    var mask = TokenMask(tokenCount: vocabulary.vocabulary.count)
    #expect(try matcher.advance(bytes: Array(#"{"a":1,""#.utf8)))
    try matcher.mask(into: &mask)
    #expect(mask.contains(try #require(vocabulary.vocabulary.token(Array("b\"".utf8)))))
    #expect(!mask.contains(try #require(vocabulary.vocabulary.token(Array("a\"".utf8)))))
    #expect(!mask.contains(try #require(vocabulary.vocabulary.token(Array("a\":".utf8)))))
    #expect(try matcher.advance(bytes: [0x61]))
    try matcher.mask(into: &mask)
    #expect(!mask.contains(0x22) && mask.contains(0x61))
    #expect(try !matcher.advance(bytes: [0x22]))
    #expect(try matcher.advance(bytes: Array(#"a":2}"#.utf8)))
    #expect(matcher.isComplete)
  }

  @Test func inexhaustibleLanguages() throws {
    for (pattern, isInexhaustible) in [
      ("^x_", true), ("^[a-z]+$", true), ("", true), ("^[a-z]{2}$", false), ("^(a|b.*)$", false),
      ("^a*$", true), ("^.{0,9}$", false),
    ] {
      let language = try RegularExpression.automaton(pattern, .anywhere)
      #expect(try language.jsonString().isInexhaustible == isInexhaustible, "\(pattern)")
      #expect(try language.pythonString().isInexhaustible == isInexhaustible, "\(pattern)")
    }
    #expect(!ByteAutomaton.nothing.isInexhaustible)
  }

  @Test func textsOfSmallLanguages() throws {
    func texts(_ pattern: String) throws -> [String]? {
      try RegularExpression.automaton(pattern, .whole).texts(atMost: 4)
    }
    #expect(try texts("b|ac?") == ["a", "ac", "b"])
    #expect(try texts("[a-d]") == ["a", "b", "c", "d"])
    #expect(try texts("[a-e]") == nil)
    #expect(try texts("a*") == nil)
    #expect(try texts(".") == nil)
    #expect(try texts("") == [""])
    #expect(try texts("[]") == [])
  }
}
