import LFMGeneration

/// How values are written: in JSON, or as Liquid's models write arguments of calls, in Python.
///
/// Owns the spelling of everything but numbers, which is the same in both. Whoever reads takes both spellings of null, true and false
/// in Python, as models mix them; so both are written, too.
package struct ValueNotation: Hashable, Sendable {
  package enum Language: Hashable, Sendable {
    case json
    case python
  }

  /// White space between the parts of a value.
  package enum Spacing: Hashable, Sendable {
    /// None at all.
    case none
    /// What `json.dumps` writes with any separators and indentation, and a little more, but never without end: at most two blanks, or
    /// one or two line ends and the indentation of the next line.
    case flexible
    /// What is written by habit: none or one blank behind a mark and inside brackets, or a line end and the indentation of the next
    /// line; none before marks, and none around the whole.
    case plain
  }

  /// In how many ways one value may be written.
  package enum Spelling: Hashable, Sendable {
    /// In all that mean it, as far as they are of a regular language: for texts that are judged.
    case any
    /// As programs write: integers as digits, escapes where they are usual, keys as they are. For texts that are to be written: a
    /// model that may spell a key in escapes will, sooner or later.
    case plain
  }

  package var language: Language
  package var spacing: Spacing
  package var spelling: Spelling

  package init(
    _ language: Language = .json, spacing: Spacing = .flexible, spelling: Spelling = .any
  ) {
    self.language = language
    self.spacing = spacing
    self.spelling = spelling
  }

  /// Of JSON that a model writes.
  package static let written = ValueNotation(.json, spacing: .plain, spelling: .plain)

  /// The deepest indentation that is taken, in blanks.
  static let maximumIndentation = 80
  /// The deepest that is written.
  static let maximumPlainIndentation = 24

  // MARK: Words and marks

  func word(null: Void) -> GrammarExpression { words("null", "None") }
  func word(_ value: Bool) -> GrammarExpression {
    value ? words("true", "True") : words("false", "False")
  }

  private func words(_ json: String, _ python: String) -> GrammarExpression {
    switch language {
    case .json: .literal(Array(json.utf8))
    case .python: .choice([.literal(Array(python.utf8)), .literal(Array(json.utf8))])
    }
  }

  var space: GrammarExpression {
    switch spacing {
    case .none: .empty
    case .flexible: .language(Self.flexibleSpace)
    case .plain: .language(Self.plainSpace)
    }
  }

  /// Before and behind a whole value.
  var outerSpace: GrammarExpression { spacing == .plain ? .empty : space }

  var separator: GrammarExpression { mark(",") }
  var assignment: GrammarExpression {
    // Nobody breaks a line there.
    spacing == .plain
      ? .sequence([.literal([0x3A]), .choice([.empty, .literal([0x20])])]) : mark(":")
  }

  private func mark(_ text: String) -> GrammarExpression {
    let text = GrammarExpression.literal(Array(text.utf8))
    return switch spacing {
    case .none: text
    case .flexible: .sequence([space, text, space])
    case .plain: .sequence([text, space])
    }
  }

  /// `open`, then nothing or `content`, then `close`, with white space between.
  func enclosed(
    _ open: String, _ close: String, content: GrammarExpression?, isOptional: Bool
  ) -> GrammarExpression {
    var inner = GrammarExpression.empty
    if let content {
      let spaced: GrammarExpression = spacing == .none ? content : .sequence([content, space])
      inner = isOptional ? .choice([.empty, spaced]) : spaced
    } else if !isOptional {
      return .nothing
    }
    return .sequence([.literal(Array(open.utf8)), space, inner, .literal(Array(close.utf8))])
  }

  private static let flexibleSpace: ByteAutomaton = {
    // Bytes: 0 others, 1 blank, 2 tab, 3 line feed, 4 carriage return.
    var classes = [UInt8](repeating: 0, count: 256)
    classes[0x20] = 1
    classes[0x09] = 2
    classes[0x0A] = 3
    classes[0x0D] = 4
    // 1 nothing yet, 2 one blank, 3 two blanks, 4 and 5 after a carriage return that ends the first or second line,
    // 6 one line end, 7 two; then indentation.
    typealias State = ByteAutomaton.State
    var rows: [[State]] = [
      [0, 0, 0, 0, 0], [0, 2, 2, 6, 4], [0, 3, 3, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 6, 0],
      [0, 0, 0, 7, 0], [0, 8, 8, 7, 5], [0, 8, 8, 0, 0],
    ]
    for depth in 1...maximumIndentation {
      let next = depth == maximumIndentation ? 0 : State(rows.count + 1)
      rows.append([0, next, next, 0, 0])
    }
    var accepting = [Bool](repeating: true, count: rows.count)
    for state in [0, 4, 5] { accepting[state] = false }
    return ByteAutomaton(
      classes: classes, classCount: 5, transitions: rows.flatMap(\.self), accepting: accepting,
      start: 1)
  }()

  private static let plainSpace: ByteAutomaton = {
    // Bytes: 0 others, 1 blank, 2 line feed. States: 1 nothing yet, 2 a blank, 3 a line end; then indentation.
    var classes = [UInt8](repeating: 0, count: 256)
    classes[0x20] = 1
    classes[0x0A] = 2
    typealias State = ByteAutomaton.State
    var rows: [[State]] = [[0, 0, 0], [0, 2, 3], [0, 0, 0]]
    for depth in 0...maximumPlainIndentation {
      rows.append([0, depth == maximumPlainIndentation ? 0 : State(rows.count + 1), 0])
    }
    let accepting = rows.indices.map { $0 > 0 }
    return ByteAutomaton(
      classes: classes, classCount: 3, transitions: rows.flatMap(\.self), accepting: accepting,
      start: 1)
  }()

  // MARK: Strings

  private var quotes: [UInt8] {
    language == .json ? [UInt8(ascii: "\"")] : [UInt8(ascii: "'"), UInt8(ascii: "\"")]
  }

  /// The strings of a shape.
  func string(_ shape: StringShape) throws(RegularFailure) -> GrammarExpression {
    let isCounted = shape.values == nil && (shape.minimum > 0 || shape.maximum != nil)
    guard isCounted, shape.language == nil, shape.excluded.isEmpty else {
      let texts = try shape.writableAutomaton { (texts) throws(RegularFailure) in
        try SchemaLanguages.quoted(texts, self, isLarge: true).stateCount
      }
      return .language(
        try SchemaLanguages.quoted(texts, self, isLarge: texts.stateCount > 2_000))
    }
    var choices: [GrammarExpression] = []
    for quote in quotes {
      let characters = GrammarExpression.repetition(
        .language(try SchemaLanguages.character(self, quote: quote)),
        atLeast: shape.minimum, atMost: shape.maximum)
      choices.append(.sequence([.literal([quote]), characters, .literal([quote])]))
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// All spellings of keys, quotes included.
  func key(_ names: ScalarAutomaton) throws(RegularFailure) -> ByteAutomaton {
    try SchemaLanguages.quoted(names, self, isLarge: spelling == .plain)
  }
}
