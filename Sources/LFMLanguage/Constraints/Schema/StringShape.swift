/// A set of strings, symbolically: of a regular language, of limited length, or some listed ones.
///
/// Owns intersection, complement and emptiness. Lengths stay numbers here: an automaton that counts to a million is none.
struct StringShape: Hashable {
  /// If not `nil`: these alone, and the rest says nothing.
  var values: Set<PropertyName>?
  /// The string is none of these.
  var excluded: Set<PropertyName> = []
  /// `nil` for all strings.
  var language: ScalarAutomaton?
  /// In code points, as `maximum`.
  var minimum = 0
  var maximum: Int?

  static let all = StringShape()

  init() {}

  init(values: Set<PropertyName>) { self.values = values }

  init(language: ScalarAutomaton) { self.language = language }

  func contains(_ name: PropertyName) -> Bool {
    if let values { return values.contains(name) }
    if excluded.contains(name) { return false }
    let length = name.text.unicodeScalars.count
    return length >= minimum && length <= maximum ?? length
      && language?.accepts(name.text) ?? true
  }

  /// `nil` if nothing is in both.
  func intersection(_ other: StringShape) throws(RegularFailure) -> StringShape? {
    if let values {
      let common = values.filter(other.contains)
      return common.isEmpty ? nil : StringShape(values: common)
    }
    if other.values != nil { return try other.intersection(self) }
    var result = self
    result.excluded.formUnion(other.excluded)
    result.minimum = max(minimum, other.minimum)
    result.maximum = [maximum, other.maximum].compactMap(\.self).min()
    if let maximum = result.maximum, maximum < result.minimum { return nil }
    if let language, let second = other.language {
      let common = language == second ? language : try language.intersection(second)
      if common == .nothing { return nil }
      result.language = common
    } else {
      result.language = language ?? other.language
    }
    return result
  }

  /// What is not in here, as a union.
  func complement() throws(RegularFailure) -> [StringShape] {
    if let values {
      var result = StringShape()
      result.excluded = values
      return [result]
    }
    var result: [StringShape] = []
    if !excluded.isEmpty { result.append(StringShape(values: excluded)) }
    if let language {
      let rest = language.complement
      if rest != .nothing { result.append(StringShape(language: rest)) }
    }
    if minimum > 0 {
      var short = StringShape()
      short.maximum = minimum - 1
      result.append(short)
    }
    if let maximum, maximum < Int.max {
      var long = StringShape()
      long.minimum = maximum + 1
      result.append(long)
    }
    return result
  }

  /// The strings of this shape as one automaton.
  ///
  /// - Throws: `tooLarge`.
  func automaton() throws(RegularFailure) -> ScalarAutomaton {
    if let values { return try SchemaLanguages.texts(values.map(\.text)) }
    let result = try unlimited()
    let (least, most) = limits(for: result)
    if least == 0, most == nil { return result }
    return try result.intersection(.length(atLeast: least, atMost: most))
  }

  /// As `automaton`; but where that would be too large because it counts so far, only the shorter of the strings.
  ///
  /// - Parameter size: how many states an automaton takes as it will be written.
  func writableAutomaton(
    size: (ScalarAutomaton) throws(RegularFailure) -> Int
  ) throws(RegularFailure) -> ScalarAutomaton {
    if values != nil { return try automaton() }
    let result = try unlimited()
    let (least, most) = limits(for: result)
    guard let most, most > 64 else { return try automaton() }
    // Each character that is counted takes all of the automaton once more.
    let affordable = Self.countingStates / max(1, try size(result))
    if most <= affordable || affordable < max(64, 2 * least) { return try automaton() }
    return try result.intersection(.length(atLeast: least, atMost: affordable))
  }

  /// States of an automaton that counts the characters of a language.
  private static let countingStates = 40_000

  private func unlimited() throws(RegularFailure) -> ScalarAutomaton {
    let result = language ?? .anyText
    if excluded.isEmpty { return result }
    return try result.subtracting(SchemaLanguages.texts(excluded.map(\.text)))
  }

  /// The limits of length that the language does not keep by itself.
  private func limits(for language: ScalarAutomaton) -> (least: Int, most: Int?) {
    let isLongEnough = minimum == 0 || (language.shortestLength ?? Int.max) >= minimum
    let isShortEnough = maximum.map { (language.longestLength ?? Int.max) <= $0 } ?? true
    return (isLongEnough ? 0 : minimum, isShortEnough ? nil : maximum)
  }
}
