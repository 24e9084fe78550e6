import Testing

@testable import LFMLanguage

/// Languages in bytes: what is spelled is read back as a text of the language, and every spelling of its texts is there.
@Suite struct SpellingTests {
  private static let scalars: [Unicode.Scalar] = [
    "a", "z", "0", "\"", "'", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "\u{80}",
    "\u{9F}",
    "é", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "🙂", "\u{10FFFF}",
  ]

  static let patterns = [
    "(?s).*", "[a-z]+", "[^\"'\\\\]*", "(?:[^a]a)*", "\\p{L}{1,3}", "[\\u{D7FF}-\\u{10000}]+",
    "a|\"|\\\\|\n|🙂|\\u{7F}", "(?s).{2,5}", "[^]*\\n", "", "[]", "[\\0-\\x1f]+", "['\"]{3}",
  ]

  private func text(_ generator: inout SeededGenerator) -> String {
    var view = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...5, using: &generator) {
      view.append(Self.scalars.randomElement(using: &generator) ?? "a")
    }
    return String(view)
  }

  /// One of the spellings of a character that JSON has.
  private func json(_ scalar: Unicode.Scalar, _ generator: inout SeededGenerator) -> String {
    var ways = Array(scalar.utf16).map { String($0, radix: 16) }.map {
      "\\u" + String(repeating: "0", count: 4 - $0.count) + $0
    }
    let lower = ways.joined()
    ways = [lower, lower.uppercased().replacing("\\U", with: "\\u")]
    if scalar.value >= 0x20, scalar != "\"", scalar != "\\" { ways.append(String(scalar)) }
    let short: [Unicode.Scalar: String] = [
      "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n",
      "\r": "\\r", "\t": "\\t",
    ]
    if let way = short[scalar] { ways.append(way) }
    return ways.randomElement(using: &generator) ?? ""
  }

  @Test(arguments: patterns) func spellingsOfTexts(_ pattern: String) throws {
    var generator = SeededGenerator(seed: 5)
    let language = try RegularExpression.automaton(pattern, .whole)
    let utf8 = try language.utf8()
    let any = try language.jsonString()
    let contents = try language.jsonStringContents()
    let usual = try language.jsonString(.usual)
    let needed = try language.jsonString(.needed)
    let python = try language.pythonString()
    for _ in 0..<300 {
      let text = text(&generator)
      let isMember = language.accepts(text)
      let spelled = text.unicodeScalars.map { json($0, &generator) }.joined()
      #expect(utf8.accepts(text.utf8) == isMember)
      #expect(any.accepts("\"\(spelled)\"".utf8) == isMember)
      #expect(contents.accepts(spelled.utf8) == isMember)
      for automaton in [any, usual, needed] {
        #expect(automaton.accepts(JSONValue.string(text).serialized.utf8) == isMember)
      }
      #expect(python.accepts(PythonText.repr(text).utf8) == isMember)
    }
  }

  @Test(arguments: patterns) func walks(_ pattern: String) throws {
    var generator = SeededGenerator(seed: 6)
    let language = try RegularExpression.automaton(pattern, .whole)
    for escapes in [ScalarAutomaton.JSONEscapes.any, .usual, .needed] {
      let automaton = try language.jsonString(escapes)
      checkShape(automaton)
      for _ in 0..<100 {
        guard let bytes = walk(automaton, &generator) else { continue }
        let value = try JSONParser.parse(bytes: bytes)
        #expect(
          value.text.map { language.accepts($0) } == true,
          "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    let python = try language.pythonString()
    checkShape(python)
    for _ in 0..<100 {
      guard let bytes = walk(python, &generator) else { continue }
      let literal = String(decoding: bytes, as: UTF8.self)
      #expect(readPython(literal).map { language.accepts($0) } == true, "\(literal)")
    }
    let utf8 = try language.utf8()
    checkShape(utf8)
    for _ in 0..<100 {
      guard let bytes = walk(utf8, &generator) else { continue }
      #expect(UTF8Check.firstInvalidOffset(in: bytes) == nil)
      #expect(language.accepts(String(decoding: bytes, as: UTF8.self)))
    }
  }

  /// The promises of `ByteAutomaton`: only live states, and a dead one.
  private func checkShape(_ automaton: ByteAutomaton) {
    let width = automaton.classCount
    #expect(automaton.transitions[..<width].allSatisfy { $0 == 0 })
    var live = Set((0..<automaton.stateCount).filter { automaton.accepting[$0] })
    var count = -1
    while count != live.count {
      count = live.count
      for state in 0..<automaton.stateCount {
        let row = automaton.transitions[state * width..<(state + 1) * width]
        if row.contains(where: { live.contains(Int($0)) }) { live.insert(state) }
      }
    }
    #expect(live.count == automaton.stateCount - 1 || automaton.start == 0)
  }

  /// A random text of a language; `nil` if it has none or the walk gets long.
  private func walk(_ automaton: ByteAutomaton, _ generator: inout SeededGenerator) -> [UInt8]? {
    guard automaton.start != 0 else { return nil }
    var state = automaton.start
    var bytes: [UInt8] = []
    while bytes.count < 400 {
      let ways = (UInt8.min...UInt8.max).filter { automaton.next(state, $0) != 0 }
      if automaton.accepts(state), ways.isEmpty || Int.random(in: 0..<8, using: &generator) == 0 {
        return bytes
      }
      guard let byte = ways.randomElement(using: &generator) else { return nil }
      bytes.append(byte)
      state = automaton.next(state, byte)
    }
    return nil
  }

  /// The value of a Python string literal, by Python's rules for the escapes that occur.
  private func readPython(_ literal: String) -> String? {
    let scalars = Array(literal.unicodeScalars)
    guard let quote = scalars.first, quote == "'" || quote == "\"", scalars.last == quote,
      scalars.count > 1
    else { return nil }
    var result = String.UnicodeScalarView()
    var index = 1
    while index < scalars.count - 1 {
      if scalars[index] == quote || scalars[index].value < 0x20 { return nil }
      guard scalars[index] == "\\" else {
        result.append(scalars[index])
        index += 1
        continue
      }
      let simple: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "r": "\r", "t": "\t",
      ]
      let widths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
      let letter = scalars[index + 1]
      index += 2
      if let scalar = simple[letter] {
        result.append(scalar)
      } else if let width = widths[letter], index + width < scalars.count {
        let digits = String(String.UnicodeScalarView(scalars[index..<index + width]))
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
          return nil
        }
        result.append(scalar)
        index += width
      } else {
        return nil
      }
    }
    return String(result)
  }

  @Test func bounds() throws {
    let long = try ScalarAutomaton.length(atLeast: 0, atMost: 10_000)
    let failure = #expect(throws: RegularFailure.self) { try long.jsonString() }
    #expect(failure?.reason == .tooLarge)
    #expect(throws: RegularFailure.self) { try long.utf8(limit: 100) }
  }

  @Test func sharedOnes() throws {
    #expect(ByteAutomaton.jsonString.accepts("\"a\\u00e9\\ud83d\\ude42\"".utf8))
    #expect(!ByteAutomaton.jsonString.accepts("\"\\ud83d\"".utf8))
    #expect(!ByteAutomaton.jsonString.accepts("\"\\ude42\\ud83d\"".utf8))
    #expect(!ByteAutomaton.jsonString.accepts("\"\n\"".utf8))
    #expect(ByteAutomaton.jsonCharacter.accepts("\\uD83D\\uDE42".utf8))
    #expect(!ByteAutomaton.jsonCharacter.accepts("ab".utf8))
    #expect(ByteAutomaton.pythonString.accepts("'it\\'s'".utf8))
    #expect(!ByteAutomaton.pythonString.accepts("'it's'".utf8))
    #expect(ByteAutomaton.number.accepts("-1.5e3".utf8))
    #expect(!ByteAutomaton.integer.accepts("1.5".utf8))
    #expect(try TextFormat.date.jsonString.accepts("\"2024-02-29\"".utf8))
  }
}
