/// How the numbers of a shape may be written.
///
/// Owns what is left out of JSON's spellings: numbers beyond the range of 64-bit floats, or so small that they would be read as 0.
/// Everything else is `NumberLanguage`'s.
enum NumberSpelling {
  /// - Parameter isPlain: whether numbers are only spelled as programs do: integers in digits where nothing but integers is asked
  ///   for, no zeros behind the last digit, and no more digits than anybody means. A model that may go on writing digits does.
  static func language(
    _ shape: NumberShape, isPlain: Bool
  ) throws(RegularFailure) -> ByteAutomaton {
    let language = try texts(shape)
    guard isPlain else { return try language.utf8() }
    let isInteger = shape.points.map { $0.allSatisfy(\.isInteger) } ?? (shape.kind == .integer)
    let plain = try language.intersection(isInteger ? writtenIntegers : writtenNumbers)
    if !plain.isEmpty { return try plain.utf8() }
    // Bounds that ask for more digits than that.
    return try (isInteger ? language.intersection(plainIntegers) : language).utf8()
  }

  private static func texts(_ shape: NumberShape) throws(RegularFailure) -> ScalarAutomaton {
    if let points = shape.points {
      var parts: [ScalarAutomaton] = []
      for point in points.sorted() { parts.append(try NumberLanguage.equal(to: point)) }
      return try ScalarAutomaton.union(of: parts)
    }
    var language = shape.kind == .integer ? integers : numbers
    if let limit = shape.lower {
      language = try language.intersection(
        NumberLanguage.atLeast(limit.value, isExclusive: limit.isExclusive))
    }
    if let limit = shape.upper {
      language = try language.intersection(
        NumberLanguage.atMost(limit.value, isExclusive: limit.isExclusive))
    }
    for divisor in shape.divisors.sorted() {
      language = try language.intersection(NumberLanguage.multiple(of: divisor))
      // A reader that divides floats would find a remainder in 6e183 / 3.
      if !divisor.isPowerOfTwo { language = try language.intersection(dividedNumbers) }
    }
    if shape.kind != .fraction, shape.nonDivisors.isEmpty, shape.excluded.isEmpty {
      return language
    }
    // Of numbers with an exponent the languages have not all spellings, so what is left when one is taken away is only
    // right for numbers without. And a reader of floats would take 5.00000000000000000001 for the 5 that is taken away.
    language = try language.intersection(distinctNumbers)
    if shape.kind == .fraction { language = try language.subtracting(NumberLanguage.integer) }
    for divisor in shape.nonDivisors.sorted() {
      language = try language.subtracting(NumberLanguage.multiple(of: divisor))
    }
    for number in shape.excluded.sorted() {
      language = try language.subtracting(NumberLanguage.equal(to: number))
    }
    return language
  }

  // MARK: - Parts

  /// Numbers that 64-bit floats can hold: exponents up to 299, and beyond behind a single digit.
  private static let finite = made(
    "-?([0-9]+(\\.[0-9]+)?([eE][+-]?0*([0-9]{1,2}|[12][0-9]{2}))?"
      + "|[1-9](\\.[0-9]+)?[eE](\\+?30[0-7]|-30[0-7])|1(\\.[0-6][0-9]*)?[eE]\\+?308)")
  /// Integers in digits, and others that are none as 64-bit floats either: of at most 15 digits, or near zero.
  private static let distinctNumbers = made(
    "-?(0|[1-9][0-9]*)(\\.0+)?|-?0\\.0[0-9]*|-?0\\.[0-9]{1,15}0*"
      + (1...14).map { "|-?[1-9][0-9]{\($0 - 1)}\\.[0-9]{1,\(15 - $0)}0*" }.joined())
  private static let dividedNumbers = made(
    "-?(0|[1-9][0-9]*)|-?(0|[1-9][0-9]{0,14})\\.[0-9]+")
  private static let writtenIntegers = made("-?[1-9][0-9]{0,24}|0")
  private static let writtenNumbers = made(
    "-?(0|[1-9][0-9]{0,24})(\\.([0-9]{0,15}[1-9]|0))?([eE][+-]?[0-9]{1,3})?")
  private static let plainIntegers = made("-?[1-9][0-9]*|0")
  private static let numbers = intersected(NumberLanguage.any)
  private static let integers = intersected(joined(NumberLanguage.integer, largeFloats))
  /// As programs write large floats: `1.5e+300` has no digits behind the point.
  private static let largeFloats = made(
    "-?[1-9](\\.[0-9]{1,16})?[eE]\\+?(1[6-9]|[2-9][0-9]|[12][0-9]{2}|30[0-7])")

  private static func made(_ expression: String) -> ScalarAutomaton {
    do {
      return try RegularExpression.automaton(expression, .whole)
    } catch {
      fatalError(error.description)
    }
  }

  private static func joined(_ one: ScalarAutomaton, _ two: ScalarAutomaton) -> ScalarAutomaton {
    do { return try one.union(two) } catch { fatalError(error.description) }
  }

  private static func intersected(_ language: ScalarAutomaton) -> ScalarAutomaton {
    do { return try language.intersection(finite) } catch { fatalError(error.description) }
  }
}
