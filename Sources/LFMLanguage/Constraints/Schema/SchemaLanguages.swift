/// The regular languages that schemas ask for, from the rooms that make them.
enum SchemaLanguages {
  /// Formats that are widely written and say nothing about a text's form (OpenAPI's, mostly).
  static let formatsWithoutMeaning: Set<String> = [
    "float", "double", "int32", "int64", "password", "binary", "byte",
  ]

  /// The texts of a format; `nil` if it is not known.
  static func format(_ name: String) throws(RegularFailure) -> ScalarAutomaton? {
    try TextFormat.automaton(named: name)
  }

  /// These texts and no others.
  static func texts(_ texts: [String]) throws(RegularFailure) -> ScalarAutomaton {
    try LiteralSet.automaton(texts)
  }

  /// All spellings of one value without parts.
  static func scalar(
    _ value: JSONValue, _ notation: ValueNotation
  ) throws(RegularFailure) -> ByteAutomaton {
    switch value {
    case .string(let text): return try quoted(texts([text]), notation)
    case .null: return try words(["null"] + (notation.language == .python ? ["None"] : []))
    case .bool(true): return try words(["true"] + (notation.language == .python ? ["True"] : []))
    case .bool(false):
      return try words(["false"] + (notation.language == .python ? ["False"] : []))
    default:
      guard let number = DecimalNumber(value) else {
        throw RegularFailure(.unsupported, "a value with parts has too many spellings")
      }
      return try NumberSpelling.language(
        NumberShape(points: [number]), isPlain: notation.spelling == .plain)
    }
  }

  private static func words(_ words: [String]) throws(RegularFailure) -> ByteAutomaton {
    try texts(words).utf8()
  }

  /// The texts as strings, quotes included.
  ///
  /// - Parameter isLarge: whether the automaton may be so large that in JSON only what has to be escaped should be: each state has
  ///   some twenty more for escapes of everything.
  static func quoted(
    _ texts: ScalarAutomaton, _ notation: ValueNotation, isLarge: Bool = false
  ) throws(RegularFailure) -> ByteAutomaton {
    switch notation.language {
    case .json:
      let isPlain = notation.spelling == .plain || texts.stateCount > 1_000
      return try texts.jsonString(isLarge ? .needed : isPlain ? .usual : .any)
    case .python: return try texts.pythonString()
    }
  }

  /// All spellings of one character between quotes of a kind.
  static func character(
    _ notation: ValueNotation, quote: UInt8
  ) throws(RegularFailure) -> ByteAutomaton {
    try quoted(.oneOf(.all), notation).contents(between: quote)
  }
}

extension ByteAutomaton {
  /// What stands between two quotes, of a language of texts in quotes in which the quote itself is always escaped.
  fileprivate func contents(between quote: UInt8) -> ByteAutomaton {
    var numbers: [State: State] = [0: 0]
    var order: [State] = [0]
    func number(_ state: State) -> State {
      // What has read the closing quote has nothing to come.
      if accepts(state) { return 0 }
      if let known = numbers[state] { return known }
      let new = State(order.count)
      numbers[state] = new
      order.append(state)
      return new
    }
    let first = number(next(start, quote))
    var table: [State] = []
    var ends: [Bool] = []
    var index = 0
    while index < order.count {
      let row = Int(order[index]) * classCount
      table += transitions[row..<row + classCount].map(number)
      ends.append(order[index] != 0 && accepts(next(order[index], quote)))
      index += 1
    }
    return ByteAutomaton(
      classes: classes, classCount: classCount, transitions: table, accepting: ends, start: first)
  }
}
