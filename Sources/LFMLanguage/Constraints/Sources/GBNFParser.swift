import LFMGeneration

/// Reads GBNF, the notation of llama.cpp's grammars.
///
/// Owns the notation and its refusals, which tell line and column. Left recursion is taken; of repetitions any number, which are counted
/// and not written out. Tokens in angle brackets are refused: a constraint here is one on text.
struct GBNFParser {
  /// Of parentheses.
  static let maximumDepth = 200
  /// Quantifiers right behind others, in all of a grammar: each is a level, too.
  static let maximumStacked = 200
  static let maximumBytes = 1 << 20

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var depth = 0
  private var stacked = 0
  private var numbers: [String: Int] = [:]
  private var rules: [Grammar.Rule] = []
  private var definitions: [Bool] = []
  /// Where each rule was first named.
  private var firstUses: [Int] = []
  private var classAutomata: [ScalarSet: ByteAutomaton] = [:]

  /// - Throws: INVALID_ARGUMENT with line and column.
  static func parse(_ text: String) throws(GenerationFailure) -> Grammar {
    guard text.utf8.count <= maximumBytes else {
      throw ConstraintLimits.refusal("the grammar is larger than \(maximumBytes >> 20) MiB")
    }
    var parser = GBNFParser(scalars: Array(text.unicodeScalars))
    return try parser.grammar()
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private mutating func grammar() throws(GenerationFailure) -> Grammar {
    skipSpace(newlines: true)
    while peek != nil {
      try rule()
      skipSpace(newlines: true)
    }
    for (number, isDefined) in definitions.enumerated() where !isDefined {
      throw failure("the rule “\(rules[number].name)” is not defined", at: firstUses[number])
    }
    guard let root = numbers["root"] else {
      throw failure("there is no rule “root”; the output begins with it", at: 0)
    }
    return Grammar(rules: rules, root: root)
  }

  // MARK: - Characters

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace(newlines: Bool) {
    while let scalar = peek {
      switch scalar {
      case " ", "\t": index += 1
      case "\n" where newlines, "\r" where newlines: index += 1
      case "#":
        while let scalar = peek, scalar != "\n", scalar != "\r" { index += 1 }
      default: return
      }
    }
  }

  private func failure(_ reason: String, at place: Int? = nil) -> GenerationFailure {
    var (line, column) = (1, 1)
    for scalar in scalars.prefix(place ?? index) {
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return GenerationFailure(
      .invalidArgument, "the grammar's line \(line), column \(column): \(reason)")
  }

  // MARK: - Rules

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  private mutating func name() -> String? {
    var name = ""
    while let scalar = peek, Self.isNamePart(scalar) {
      name.unicodeScalars.append(scalar)
      index += 1
    }
    return name.isEmpty ? nil : name
  }

  private mutating func number(of name: String, at place: Int) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = rules.count
    rules.append(Grammar.Rule(name: name, expression: .nothing))
    definitions.append(false)
    firstUses.append(place)
    return rules.count - 1
  }

  private mutating func rule() throws(GenerationFailure) {
    let place = index
    guard let name = name() else { throw failure("the name of a rule should be here") }
    let number = number(of: name, at: place)
    skipSpace(newlines: false)
    guard take(":"), take(":"), take("=") else { throw failure("::= should follow the name") }
    guard !definitions[number] else {
      throw failure("the rule “\(name)” is defined twice", at: place)
    }
    definitions[number] = true
    skipSpace(newlines: true)
    rules[number].expression = try alternatives()
    if let scalar = peek, scalar != "\n", scalar != "\r" {
      throw failure(
        scalar == ")" ? "no parenthesis is open here" : "a new line or | should be here")
    }
  }

  private mutating func alternatives() throws(GenerationFailure) -> GrammarExpression {
    var ways = [try sequence()]
    while true {
      // A rule may go on in a line that begins with |.
      let end = index
      skipSpace(newlines: true)
      guard take("|") else {
        if depth == 0 { index = end }
        break
      }
      skipSpace(newlines: true)
      ways.append(try sequence())
    }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private mutating func sequence() throws(GenerationFailure) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    var isRepeated = false
    while let scalar = peek {
      let wasRepeated = isRepeated
      isRepeated = false
      switch scalar {
      case "\"": parts.append(.literal(try literal()))
      case "[": parts.append(try characterClass())
      case ".":
        index += 1
        parts.append(try characters(.all))
      case "(": parts.append(try group())
      case "*", "+", "?", "{":
        guard let part = parts.popLast() else {
          throw failure("something should stand before \(scalar)")
        }
        if wasRepeated { try countStacked() }
        parts.append(try repetition(of: part))
        isRepeated = true
      case "<", "!":
        throw failure("tokens cannot be named here; write their text in double quotes")
      case _ where Self.isNamePart(scalar):
        let place = index
        if let name = name() { parts.append(.rule(number(of: name, at: place))) }
      default: return finished(parts)
      }
      skipSpace(newlines: depth > 0)
    }
    return finished(parts)
  }

  private func finished(_ parts: [GrammarExpression]) -> GrammarExpression {
    parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func group() throws(GenerationFailure) -> GrammarExpression {
    let place = index
    index += 1
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw failure("parentheses are nested deeper than \(Self.maximumDepth) levels")
    }
    skipSpace(newlines: true)
    let result = try alternatives()
    guard take(")") else {
      throw failure(
        peek == nil ? "this parenthesis is not closed" : "a closing parenthesis should be here",
        at: peek == nil ? place : index)
    }
    depth -= 1
    return result
  }

  private mutating func countStacked() throws(GenerationFailure) {
    stacked += 1
    guard stacked <= Self.maximumStacked else {
      throw failure(
        "more than \(Self.maximumStacked) times a repetition is repeated; write one for both")
    }
  }

  private mutating func repetition(
    of part: GrammarExpression
  ) throws(GenerationFailure) -> GrammarExpression {
    if take("*") { return .repetition(part, atLeast: 0, atMost: nil) }
    if take("+") { return .repetition(part, atLeast: 1, atMost: nil) }
    if take("?") { return .repetition(part, atLeast: 0, atMost: 1) }
    let place = index
    index += 1
    skipSpace(newlines: depth > 0)
    let least = try count()
    var most: Int? = least
    skipSpace(newlines: depth > 0)
    if take(",") {
      skipSpace(newlines: depth > 0)
      most = peek == "}" ? nil : try count()
      skipSpace(newlines: depth > 0)
    }
    guard take("}") else { throw failure("a closing brace should be here") }
    if let most, most < least { throw failure("the bounds are the wrong way round", at: place) }
    return .repetition(part, atLeast: least, atMost: most)
  }

  private mutating func count() throws(GenerationFailure) -> Int {
    var value = 0
    let place = index
    while let scalar = peek, case "0"..."9" = scalar {
      value = value * 10 + Int(scalar.value - 0x30)
      guard value <= 1_000_000_000 else { throw failure("this number is too large", at: place) }
      index += 1
    }
    guard index > place else { throw failure("a number should be here") }
    return value
  }

  // MARK: - Text

  private mutating func literal() throws(GenerationFailure) -> [UInt8] {
    let place = index
    index += 1
    var text = ""
    while !take("\"") {
      guard peek != nil else { throw failure("this text is not closed", at: place) }
      text.unicodeScalars.append(try character())
    }
    return Array(text.utf8)
  }

  private mutating func characterClass() throws(GenerationFailure) -> GrammarExpression {
    let place = index
    index += 1
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !take("]") {
      guard peek != nil else { throw failure("this class is not closed", at: place) }
      let start = index
      let low = try character().value
      var high = low
      if peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
        index += 1
        high = try character().value
      }
      guard low <= high else { throw failure("this range is the wrong way round", at: start) }
      ranges.append(low...high)
    }
    guard !ranges.isEmpty else { throw failure("this class is empty", at: place) }
    let set = ScalarSet(ranges)
    return try characters(isNegated ? set.complement : set)
  }

  private mutating func characters(_ set: ScalarSet) throws(GenerationFailure) -> GrammarExpression
  {
    // A class that excludes every character.
    if set.isEmpty { return .nothing }
    if let known = classAutomata[set] { return .language(known) }
    do {
      let automaton = try ScalarAutomaton.oneOf(set).utf8()
      classAutomata[set] = automaton
      return .language(automaton)
    } catch {
      throw error.generationFailure
    }
  }

  private mutating func character() throws(GenerationFailure) -> Unicode.Scalar {
    let place = index
    guard let scalar = peek else { throw failure("a character should be here") }
    index += 1
    guard scalar == "\\" else { return scalar }
    guard let escaped = peek else { throw failure("an escape is not finished", at: place) }
    index += 1
    switch escaped {
    case "x": return try hexadecimal(2, at: place)
    case "u": return try hexadecimal(4, at: place)
    case "U": return try hexadecimal(8, at: place)
    case "t": return "\t"
    case "r": return "\r"
    case "n": return "\n"
    case "\\", "\"", "[", "]", "-", "^": return escaped
    default: throw failure("this escape is not known; a backslash is written \\\\", at: place)
    }
  }

  private mutating func hexadecimal(
    _ digits: Int, at place: Int
  ) throws(GenerationFailure) -> Unicode.Scalar {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = peek, scalar.isASCII,
        let digit = Character(scalar).hexDigitValue
      else { throw failure("\(digits) hexadecimal digits should follow", at: place) }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("this is no character", at: place)
    }
    return scalar
  }
}
