/// Numbers as JSON writes them, by their value.
///
/// Owns which spellings of the numbers that are wanted belong to a language. Without an exponent: all, with any number of zeros behind the
/// point and `-0`. With one: of a bound, those that have one digit before the point, which is not zero, as programs write them, and
/// those whose mantissa satisfies it and is not led out again by the exponent's sign; of a divisor, those whose mantissa is a multiple
/// and whose exponent is not negative; of one value, those whose mantissa has its digits and the point anywhere behind the first. So
/// every text of a language has a value that is wanted, and languages may be intersected.
package enum NumberLanguage {
  /// Every number.
  package static let any: ScalarAutomaton = made { () throws(RegularFailure) in
    try RegularExpression.automaton("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?", .whole)
  }

  /// Numbers without a fractional part: `12`, `12.0`, `12e3`.
  package static let integer: ScalarAutomaton = made { () throws(RegularFailure) in
    try multiple(of: DecimalNumber(1))
  }

  /// Numbers of more digits than this, written out, are refused.
  static let maximumDigits = 1000

  /// Numbers from `bound` on.
  ///
  /// - Throws: `tooLarge` for a bound of more than 1,000 digits when written out.
  package static func atLeast(
    _ bound: DecimalNumber, isExclusive: Bool = false
  ) throws(RegularFailure) -> ScalarAutomaton {
    try bounded(by: short(bound), isExclusive, isMirrored: false)
  }

  /// Numbers up to `bound`.
  ///
  /// - Throws: `tooLarge` for a bound of more than 1,000 digits when written out.
  package static func atMost(
    _ bound: DecimalNumber, isExclusive: Bool = false
  ) throws(RegularFailure) -> ScalarAutomaton {
    try bounded(by: short(bound).negated, isExclusive, isMirrored: true)
  }

  /// Multiples of a number above 0.
  ///
  /// - Throws: `syntax` for others; `tooLarge` for divisors of many digits that are not 0, and for those of more than 1,000
  ///   digits when written out.
  package static func multiple(
    of divisor: DecimalNumber
  ) throws(RegularFailure) -> ScalarAutomaton {
    let mantissas = RegularNode.language(try DecimalAutomata.multiples(of: short(divisor)))
    return try ScalarAutomaton(
      .choice([
        .sequence([optionalMinus, mantissas, .choice([.empty, noExponent, upwards])]),
        .sequence([optionalMinus, zero, downwards]),
      ]))
  }

  /// Spellings of one value.
  ///
  /// - Throws: `tooLarge` for a value of more than 1,000 digits when written out.
  package static func equal(to number: DecimalNumber) throws(RegularFailure) -> ScalarAutomaton {
    let value = try short(number)
    if value.isZero {
      return try ScalarAutomaton(
        .sequence([optionalMinus, zero, .choice([.empty, noExponent, upwards, downwards])]))
    }
    let plain = RegularNode.sequence([
      .language(try DecimalAutomata.compared(to: value.magnitude, [.equal])),
      .choice([.empty, noExponent]),
    ])
    let count = value.digits.count
    let forms = count > 40 ? [] : (1...count).map { scientific(value, whole: $0) }
    return try ScalarAutomaton(
      .sequence([
        value.isNegative ? .text("-") : .empty,
        .choice([plain] + forms),
      ]))
  }

  // MARK: - Parts

  private static let minus = RegularNode.text("-")
  private static let optionalMinus = RegularNode.repetition(minus, atLeast: 0, atMost: 1)
  private static let zero = RegularNode.sequence([.text("0"), DecimalAutomata.zeroFraction])
  private static let mark = RegularNode.set(ScalarSet([0x45...0x45, 0x65...0x65]))
  private static let plus = RegularNode.repetition(.text("+"), atLeast: 0, atMost: 1)
  private static let zeros = RegularNode.repetition(.text("0"), atLeast: 0, atMost: nil)
  private static let digits = RegularNode.repetition(
    .set(RegularClasses.digit), atLeast: 1, atMost: nil)

  /// Exponents of zero, of zero or more, and of zero or less.
  private static let sign = RegularNode.set(ScalarSet("+-".unicodeScalars))
  private static let noExponent = RegularNode.sequence([
    mark, .repetition(sign, atLeast: 0, atMost: 1), .text("0"), zeros,
  ])
  private static let upwards = RegularNode.sequence([mark, plus, digits])
  private static let downwards = RegularNode.sequence([mark, minus, digits])

  /// One digit before the point, which is not zero.
  private static let normalizedMantissas = made { () throws(RegularFailure) in
    try RegularExpression.automaton("[1-9](\\.[0-9]+)?", .whole)
  }
  private static let plainIntegers = made { () throws(RegularFailure) in
    try RegularExpression.automaton("0|[1-9][0-9]*", .whole)
  }

  /// - Throws: `tooLarge` for a number of too many digits.
  static func short(_ number: DecimalNumber) throws(RegularFailure) -> DecimalNumber {
    if number.writtenDigits <= maximumDigits { return number }
    throw RegularFailure(
      .tooLarge, "a number has more than \(maximumDigits) digits when written out")
  }

  /// Numbers from `bound` on; mirrored, their negatives.
  private static func bounded(
    by bound: DecimalNumber, _ isExclusive: Bool, isMirrored: Bool
  ) throws(RegularFailure) -> ScalarAutomaton {
    let above: Set<DecimalAutomata.Order> = isExclusive ? [.greater] : [.equal, .greater]
    let below: Set<DecimalAutomata.Order> = isExclusive ? [.less] : [.equal, .less]
    let isBelowZero = bound.isNegative
    // Magnitudes of those at or above zero, and of those at or below it.
    let positive = RegularNode.language(
      isBelowZero
        ? try DecimalAutomata.compared(to: .zero, [.equal, .greater])
        : try DecimalAutomata.compared(to: bound, above))
    let negative = RegularNode.language(
      isBelowZero || bound.isZero
        ? try DecimalAutomata.compared(to: bound.magnitude, below) : .nothing)
    // What grows stays above the bound; what shrinks comes nearer to zero.
    var exponents = [RegularNode.empty, noExponent, upwards]
    if isBelowZero || bound.isZero { exponents.append(downwards) }
    let (first, second) =
      isMirrored ? (minus, RegularNode.empty) : (RegularNode.empty, minus)
    var forms = [
      RegularNode.sequence([first, positive, .choice(exponents)]),
      .sequence([second, negative, .choice([.empty, noExponent, downwards])]),
    ]
    if !bound.isZero {
      forms.append(
        .sequence([
          isBelowZero ? second : first,
          try normalized(isBelowZero ? below : above, to: bound.magnitude),
        ]))
    }
    return try ScalarAutomaton(.choice(forms))
  }

  /// Numbers with such a mantissa and an exponent that stand so to `bound`, which is above zero: the exponent decides, and where it
  /// is the bound's own, the mantissa.
  ///
  /// - Parameter wanted: one of less and greater, and perhaps equal.
  private static func normalized(
    _ wanted: Set<DecimalAutomata.Order>, to bound: DecimalNumber
  ) throws(RegularFailure) -> RegularNode {
    let mantissa = DecimalNumber(
      isNegative: false, digits: bound.digits, exponent: 1 - bound.digits.count)
    let near = try DecimalAutomata.compared(to: mantissa, wanted).intersection(normalizedMantissas)
    let power = bound.order - 1
    let isGreater = wanted.contains(.greater)
    return .choice([
      .sequence([
        .language(normalizedMantissas), mark,
        isGreater ? try exponents(above: power) : try exponents(below: power),
      ]),
      .sequence([.language(near), mark, exponent(power)]),
    ])
  }

  private static func exponent(_ power: Int) -> RegularNode {
    .sequence([
      power < 0 ? minus : power > 0 ? plus : .repetition(sign, atLeast: 0, atMost: 1), zeros,
      .text(String(power.magnitude)),
    ])
  }

  private static func exponents(above power: Int) throws(RegularFailure) -> RegularNode {
    if power >= 0 {
      return .sequence([plus, zeros, try integers(.greater, than: power)])
    }
    return .choice([
      .sequence([plus, digits]), .sequence([minus, zeros, try integers(.less, than: -power)]),
    ])
  }

  private static func exponents(below power: Int) throws(RegularFailure) -> RegularNode {
    if power <= 0 {
      return .sequence([minus, zeros, try integers(.greater, than: -power)])
    }
    return .choice([
      .sequence([minus, digits]), .sequence([plus, zeros, try integers(.less, than: power)]),
    ])
  }

  /// Integers from 0 on that stand so to one of them.
  private static func integers(
    _ order: DecimalAutomata.Order, than bound: Int
  ) throws(RegularFailure) -> RegularNode {
    .language(
      try DecimalAutomata.compared(to: DecimalNumber(bound), [order]).intersection(plainIntegers))
  }

  /// The value's digits with a point behind the first `whole`, and the exponent that makes up for it.
  private static func scientific(_ value: DecimalNumber, whole: Int) -> RegularNode {
    func text(_ digits: some Sequence<UInt8>) -> RegularNode {
      .text(digits.map { String($0) }.joined())
    }
    let fraction = value.digits.dropFirst(whole)
    let exponent = value.order - whole
    let sign = exponent < 0 ? minus : plus
    return .sequence([
      text(value.digits.prefix(whole)),
      fraction.isEmpty
        ? DecimalAutomata.zeroFraction : .sequence([.text("."), text(fraction), zeros]),
      exponent == 0
        ? .choice([.empty, noExponent])
        : .sequence([mark, sign, zeros, .text(String(exponent.magnitude))]),
    ])
  }

  private static func made(
    _ make: () throws(RegularFailure) -> ScalarAutomaton
  ) -> ScalarAutomaton {
    do { return try make() } catch { fatalError(error.description) }
  }
}
