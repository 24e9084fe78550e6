/// Reads a regular expression.
///
/// Owns syntax: alternatives, groups, quantifiers and their refusals; escapes and classes stand in `RegularExpressionParser+Sets`. It is that of
/// ECMA-262 with the `u` flag, and, where that would be an error, what Python, Rust and ECMA-262's annex B agree on: `{` and `]` that close
/// nothing are themselves, so is any punctuation behind a backslash, `{,3}`, `(?P<name>…)`, `(?#…)`, `(?i)`, `(?s)`,
/// `(?m)`, `(?i:…)`.
struct RegularExpressionParser {
  /// Deep enough for any expression of people, shallow enough for the stack of a dispatch thread.
  static let maximumDepth = 200
  /// Counts beyond this are all alike: too large.
  private static let maximumCount = 1_000_000_000

  let scalars: [Unicode.Scalar]
  var index = 0
  /// Whether `\A`, `\z`, `\Z` and `[[:alpha:]]` mean what they do in Python and Rust; in ECMA-262 they are errors, or something else.
  let isForeign: Bool
  var flags = Flags()
  private var depth = 0

  struct Flags {
    var ignoresCase = false
    var dotMatchesAll = false
    var isMultiline = false
  }

  static func parse(
    _ pattern: String, isForeign: Bool
  ) throws(RegularFailure) -> RegularNode {
    if pattern.utf8.count > RegularExpression.maximumLength {
      throw RegularFailure(
        .tooLarge,
        "the regular expression is longer than \(RegularExpression.maximumLength) bytes; make it shorter"
      )
    }
    var parser = RegularExpressionParser(
      scalars: Array(pattern.unicodeScalars), isForeign: isForeign)
    let node = try parser.choice()
    if parser.index < parser.scalars.count {
      throw parser.failure(.syntax, "this ) closes no group; write \\) for the character")
    }
    return node
  }

  private init(scalars: [Unicode.Scalar], isForeign: Bool) {
    self.scalars = scalars
    self.isForeign = isForeign
  }

  var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  func peek(_ offset: Int) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  /// A failure at the reading position, or at another index.
  func failure(
    _ reason: RegularFailure.Reason, _ message: String, at place: Int? = nil
  ) -> RegularFailure {
    RegularFailure(reason, message, column: (place ?? index) + 1)
  }

  // MARK: - Alternatives and sequences

  private mutating func choice() throws(RegularFailure) -> RegularNode {
    var alternatives = [try sequence()]
    while take("|") { alternatives.append(try sequence()) }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(RegularFailure) -> RegularNode {
    var parts: [RegularNode] = []
    while let scalar = peek, scalar != "|", scalar != ")" {
      let start = index
      guard let atom = try atom() else { continue }
      parts.append(try quantified(atom, from: start))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private static let lineEnd = RegularNode.set(RegularClasses.lineTerminator)

  /// `nil` for what is nothing: a comment, a switch of flags.
  private mutating func atom() throws(RegularFailure) -> RegularNode? {
    guard let scalar = peek else { return nil }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case "\\": return try escape()
    case ".":
      index += 1
      return .set(flags.dotMatchesAll ? .all : RegularClasses.notLineTerminator)
    case "^":
      index += 1
      return .assertion(
        flags.isMultiline
          ? .behind(.choice([.assertion(.beginning), Self.lineEnd]), isNegative: false) : .beginning
      )
    case "$":
      index += 1
      return .assertion(
        flags.isMultiline
          ? .ahead(.choice([.assertion(.end), Self.lineEnd]), isNegative: false) : .end)
    case "*", "+", "?":
      throw failure(.syntax, "there is nothing to repeat before \(scalar)")
    default:
      if scalar == "{", counts() != nil {
        throw failure(.syntax, "there is nothing to repeat before {")
      }
      index += 1
      return .set(folded(ScalarSet(scalar)))
    }
  }

  // MARK: - Quantifiers

  private mutating func quantified(
    _ atom: RegularNode, from start: Int
  ) throws(RegularFailure) -> RegularNode {
    let place = index
    guard let (atLeast, atMost) = quantifier() else { return atom }
    if case .assertion = atom {
      throw failure(.syntax, "an assertion cannot be repeated", at: place)
    }
    if let atMost, atMost < atLeast {
      throw failure(.syntax, "the counts are in the wrong order", at: place)
    }
    if peek == "?" {
      index += 1
    } else if peek == "+" {
      throw failure(
        .unsupported, "possessive quantifiers are not supported; leave the second + out")
    }
    let again = index
    if quantifier() != nil {
      throw failure(.syntax, "there is nothing to repeat here; put a group around it", at: again)
    }
    return .repetition(atom, atLeast: atLeast, atMost: atMost)
  }

  private mutating func quantifier() -> (Int, Int?)? {
    switch peek {
    case "*":
      index += 1
      return (0, nil)
    case "+":
      index += 1
      return (1, nil)
    case "?":
      index += 1
      return (0, 1)
    case "{":
      guard let (atLeast, atMost, end) = counts() else { return nil }
      index = end
      return (atLeast, atMost)
    default: return nil
    }
  }

  /// `{3}`, `{3,}`, `{3,5}` or `{,5}` at the reading position, and where it ends.
  private func counts() -> (Int, Int?, end: Int)? {
    var place = index + 1
    func number() -> Int? {
      var value: Int?
      while place < scalars.count, let digit = Self.decimalDigit(scalars[place]) {
        value = min(Self.maximumCount, (value ?? 0) * 10 + digit)
        place += 1
      }
      return value
    }
    let first = number()
    guard place < scalars.count else { return nil }
    if scalars[place] == "}" { return first.map { ($0, $0, place + 1) } }
    guard scalars[place] == "," else { return nil }
    place += 1
    let second = number()
    guard place < scalars.count, scalars[place] == "}", first ?? second != nil else { return nil }
    return (first ?? 0, second, place + 1)
  }

  static func decimalDigit(_ scalar: Unicode.Scalar) -> Int? {
    ("0"..."9").contains(scalar) ? Int(scalar.value) - 0x30 : nil
  }

  // MARK: - Groups

  private mutating func group() throws(RegularFailure) -> RegularNode? {
    let start = index
    index += 1
    let outer = flags
    let kind = try groupKind(start)
    switch kind {
    case .comment, .flags: return nil
    default: break
    }
    depth += 1
    if depth > Self.maximumDepth {
      throw failure(.tooLarge, "groups are nested deeper than \(Self.maximumDepth)", at: start)
    }
    let body = try choice()
    depth -= 1
    flags = outer
    guard take(")") else {
      throw failure(.syntax, "this group is not closed; write \\( for the character", at: start)
    }
    switch kind {
    case .look(let isAhead, let isNegative):
      return .assertion(
        isAhead
          ? .ahead(body, isNegative: isNegative) : .behind(body, isNegative: isNegative))
    default:
      // A group may be repeated, even if all it has is an assertion.
      if case .assertion = body { return .sequence([body]) }
      return body
    }
  }

  private enum GroupKind {
    case plain
    case look(isAhead: Bool, isNegative: Bool)
    case comment
    /// Flags for the rest of the group around.
    case flags
  }

  /// Reads what stands behind the parenthesis.
  private mutating func groupKind(_ start: Int) throws(RegularFailure) -> GroupKind {
    guard take("?") else { return .plain }
    if take(":") { return .plain }
    if take("=") { return .look(isAhead: true, isNegative: false) }
    if take("!") { return .look(isAhead: true, isNegative: true) }
    if take("<=") { return .look(isAhead: false, isNegative: false) }
    if take("<!") { return .look(isAhead: false, isNegative: true) }
    if take("<") || take("P<") {
      try groupName(start)
      return .plain
    }
    if take("#") {
      while let scalar = peek, scalar != ")" { index += scalar == ")" ? 0 : 1 }
      guard take(")") else { throw failure(.syntax, "this comment is not closed", at: start) }
      return .comment
    }
    let refusals: [(String, String)] = [
      (">", "atomic groups"), ("P=", "references back to a group"), ("P>", "recursion"),
      ("R", "recursion"), ("(", "conditions"), ("|", "branch reset"), ("&", "recursion"),
    ]
    for (mark, name) in refusals where take(mark) {
      throw failure(.unsupported, "\(name) are not supported", at: start)
    }
    return try flagGroup(start)
  }

  private mutating func groupName(_ start: Int) throws(RegularFailure) {
    let first = index
    while let scalar = peek, scalar == "_" || scalar == "$" || scalar.properties.isIDContinue {
      index += 1
    }
    if index == first || Self.decimalDigit(scalars[first]) != nil || !take(">") {
      throw failure(.syntax, "the group's name is not one", at: first)
    }
  }

  /// `i`, `s`, `m`, `u` and, switched off, `-i`, then a colon or the end.
  private mutating func flagGroup(_ start: Int) throws(RegularFailure) -> GroupKind {
    var value = true
    var count = 0
    while let scalar = peek {
      switch scalar {
      case "i": flags.ignoresCase = value
      case "s": flags.dotMatchesAll = value
      case "m": flags.isMultiline = value
      case "u" where value: break
      case "-" where value: value = false
      case ":" where count > 0:
        index += 1
        return .plain
      case ")" where count > 0:
        index += 1
        return .flags
      case "x", "a", "L", "U":
        throw failure(.unsupported, "the flag \(scalar) is not supported")
      default:
        throw failure(.syntax, "there is no such group", at: start)
      }
      index += 1
      count += 1
    }
    throw failure(.syntax, "this group is not closed", at: start)
  }
}
