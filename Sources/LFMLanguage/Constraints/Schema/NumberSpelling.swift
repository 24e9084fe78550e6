/// How the numbers of a shape may be written.
///
/// Owns what a reader makes of a text: digits alone are an integer, exactly; with a point or an exponent they are the nearest 64-bit float,
/// and it is the float that has to be of the shape. Floats are rounded in order, so a text that is not below the shortest decimal of
/// a float is not read as less than that float: this turns limits on floats into limits on texts (`FloatLimits`). Where a number
/// has to be told from others, texts have so few digits that no two are read as one float (`NumberTexts`).
enum NumberSpelling {
  /// Of more listed numbers than this, floats are only spelled as Python spells them.
  static let mostSpelled = 512

  /// - Parameter isPlain: whether numbers are only spelled as programs do: integers in digits where nothing but integers is asked
  ///   for, listed floats as Python has them, no zeros behind the last digit, and no more digits than anybody means. A model that may
  ///   go on writing digits does.
  static func language(
    _ shape: NumberShape, isPlain: Bool
  ) throws(RegularFailure) -> ByteAutomaton {
    guard isPlain else { return try texts(shape).utf8() }
    let language = try integers(shape, isPlain: true)
    if let points = shape.points {
      if points.allSatisfy(\.isInteger) { return try language.utf8() }
      return try language.union(usual(points)).utf8()
    }
    let floats: ScalarAutomaton = shape.kind == .integer ? .nothing : try floats(shape)
    let written = try language.intersection(writtenIntegers)
      .union(floats.intersection(writtenNumbers))
    if !written.isEmpty { return try written.utf8() }
    // Bounds that ask for more digits than that.
    return try language.intersection(plainIntegers(shape)).union(floats).utf8()
  }

  /// Steps that the language takes.
  static func cost(of shape: NumberShape, isPlain: Bool) -> Int {
    if let points = shape.points {
      return isPlain ? points.count : 100 * min(points.count, mostSpelled)
    }
    let limits = (shape.lower == nil ? 0 : 1) + (shape.upper == nil ? 0 : 1)
    return 50 * limits + 100 * shape.excluded.count
  }

  /// The divisors that a shape may exclude: of others, floats and decimals are not seen to be judged alike.
  static func canExclude(multiplesOf divisor: DecimalNumber, isFloat: Bool) -> Bool {
    if divisor.isInteger { return !isFloat || divisor == DecimalNumber(1) }
    return divisor.isPowerOfTwo && divisor.fractionDigits.count <= NumberTexts.mostPlaces
  }

  private static func texts(_ shape: NumberShape) throws(RegularFailure) -> ScalarAutomaton {
    if shape == .all { return NumberTexts.numbers }
    return try integers(shape, isPlain: false).union(floats(shape))
  }

  // MARK: - Integers

  private static func integers(
    _ shape: NumberShape, isPlain: Bool
  ) throws(RegularFailure) -> ScalarAutomaton {
    if let points = shape.points { return try digits(of: points, isPlain: isPlain) }
    if shape.kind == .fraction { return .nothing }
    var language = NumberTexts.integers
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
    }
    for divisor in shape.nonDivisors.sorted() {
      language = try language.subtracting(NumberLanguage.multiple(of: divisor))
    }
    return try language.subtracting(digits(of: shape.excluded, isPlain: false))
  }

  /// The integers among these numbers, in digits; unless they are to be plain, zero also with a minus.
  private static func digits(
    of numbers: Set<DecimalNumber>, isPlain: Bool
  ) throws(RegularFailure) -> ScalarAutomaton {
    var texts: [String] = []
    for number in numbers where number.isInteger {
      texts.append(try NumberLanguage.short(number).text)
      if number.isZero, !isPlain { texts.append("-0") }
    }
    return texts.isEmpty ? .nothing : try ScalarAutomaton.literals(texts)
  }

  // MARK: - Floats

  private static func floats(_ shape: NumberShape) throws(RegularFailure) -> ScalarAutomaton {
    if let points = shape.points {
      return points.count > mostSpelled ? try usual(points) : try spellings(of: points)
    }
    var language: ScalarAutomaton
    switch shape.kind {
    case .any: language = NumberTexts.floats
    case .integer: language = NumberTexts.wholeFloats
    case .fraction: language = NumberTexts.fractions
    }
    // A reader that divides floats would find a remainder in 6e183 / 3. (First, since products with divisors grow with both.)
    if shape.divisors.contains(where: { !$0.isPowerOfTwo }) {
      language = try language.intersection(NumberTexts.divided)
    }
    language = try FloatLimits.texts(of: language, shape)
    for divisor in shape.divisors.sorted() {
      language = try language.intersection(NumberLanguage.multiple(of: divisor))
    }
    if !shape.nonDivisors.isEmpty {
      let places = shape.nonDivisors.reduce(0) { max($0, $1.fractionDigits.count) }
      language = try language.intersection(NumberTexts.near(places: places))
      for divisor in shape.nonDivisors.sorted() {
        language = try language.subtracting(NumberLanguage.multiple(of: divisor))
      }
    }
    if !shape.excluded.isEmpty {
      language = try language.intersection(NumberTexts.distinct)
        .subtracting(spellings(of: shape.excluded))
    }
    return language
  }

  /// The spellings with a point or an exponent of those numbers that are floats.
  private static func spellings(
    of numbers: Set<DecimalNumber>
  ) throws(RegularFailure) -> ScalarAutomaton {
    var parts: [ScalarAutomaton] = []
    for number in numbers.sorted() where number.isFloat {
      parts.append(try NumberLanguage.equal(to: DecimalNumber(shortest: number.float)))
    }
    if parts.isEmpty { return .nothing }
    return try ScalarAutomaton.union(of: parts).subtracting(NumberTexts.integers)
  }

  /// The one spelling of each of those numbers that are floats.
  private static func usual(
    _ numbers: Set<DecimalNumber>
  ) throws(RegularFailure) -> ScalarAutomaton {
    try ScalarAutomaton.literals(
      numbers.filter(\.isFloat).map { PythonText.repr($0.float) })
  }

  // MARK: - As programs write

  private static let writtenIntegers = NumberTexts.made("-?[1-9][0-9]{0,24}|0")
  private static let writtenNumbers = NumberTexts.made(
    "-?(0|[1-9][0-9]{0,24})(\\.([0-9]{0,15}[1-9]|0))?([eE][+-]?[0-9]{1,3})?")

  /// Integers of as many digits as the shape's own bounds have, and one more.
  private static func plainIntegers(_ shape: NumberShape) throws(RegularFailure) -> ScalarAutomaton
  {
    let bounds = [shape.lower, shape.upper].compactMap(\.self)
    let digits = bounds.reduce(0) { max($0, $1.value.order) }
    return try RegularExpression.automaton("-?[1-9][0-9]{0,\(max(digits, 25))}|0", .whole)
  }
}
