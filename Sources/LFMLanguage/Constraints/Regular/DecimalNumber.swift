/// A number of JSON, exactly: an integer times a power of ten.
///
/// Owns reading, comparison and divisibility, for which 64-bit floats are too coarse (0.3 is a multiple of 0.1).
package struct DecimalNumber: Hashable, Sendable {
  package let isNegative: Bool
  /// Decimal digits without zeros at either end; none for zero.
  package let digits: [UInt8]
  /// The value is ±digits · 10^exponent; 0 for zero.
  package let exponent: Int

  package static let zero = DecimalNumber(isNegative: false, digits: [], exponent: 0)

  /// - Parameter digits: 0 to 9 each, not ASCII.
  package init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    var trimmed = digits[...]
    var power = exponent
    while trimmed.last == 0 {
      trimmed.removeLast()
      power += 1
    }
    while trimmed.first == 0 { trimmed.removeFirst() }
    self.digits = Array(trimmed)
    self.isNegative = isNegative && !trimmed.isEmpty
    self.exponent = trimmed.isEmpty ? 0 : power
  }

  /// `nil` if the value is no number.
  package init?(_ value: JSONValue) {
    switch value {
    case .integer(let text): self.init(text: text)
    case .float(let number): self.init(number)
    default: return nil
    }
  }

  package init(_ value: Int) {
    let digits = String(value.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
    self.init(isNegative: value < 0, digits: digits, exponent: 0)
  }

  /// `nil` if the text is no number as JSON writes it.
  package init?(text: String) {
    var rest = Array(text.utf8)[...]
    func take(_ letters: String) -> Bool {
      guard let byte = rest.first, letters.utf8.contains(byte) else { return false }
      rest.removeFirst()
      return true
    }
    func takeDigits() -> [UInt8] {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest.removeFirst(digits.count)
      return digits.map { $0 - 0x30 }
    }
    let isNegative = take("-")
    let whole = takeDigits()
    if whole.isEmpty || (whole[0] == 0 && whole.count > 1) { return nil }
    var fraction: [UInt8] = []
    if take(".") {
      fraction = takeDigits()
      if fraction.isEmpty { return nil }
    }
    var power = 0
    if take("eE") {
      let isDown = take("-")
      if !isDown { _ = take("+") }
      let digits = takeDigits()
      if digits.isEmpty { return nil }
      // Beyond any number that somebody means, and far from where sums overflow.
      power = digits.reduce(0) { min(1_000_000_000, $0 * 10 + Int($1)) } * (isDown ? -1 : 1)
    }
    if !rest.isEmpty { return nil }
    self.init(
      isNegative: isNegative, digits: whole + fraction, exponent: power - fraction.count)
  }

  package var negated: DecimalNumber {
    DecimalNumber(isNegative: !isNegative, digits: digits, exponent: exponent)
  }

  var magnitude: DecimalNumber {
    DecimalNumber(isNegative: false, digits: digits, exponent: exponent)
  }

  package var isZero: Bool { digits.isEmpty }
  package var isInteger: Bool { exponent >= 0 }

  /// The value as an `Int`, if it is an integer of at most 18 digits.
  package var integer: Int? {
    guard isInteger, digits.count + exponent <= 18 else { return nil }
    var value = 0
    for digit in digits { value = value * 10 + Int(digit) }
    for _ in 0..<exponent { value *= 10 }
    return isNegative ? -value : value
  }

  /// Whether the value is 2 to some power, positive or not. (False for those beyond 18 digits.)
  package var isPowerOfTwo: Bool {
    guard !isNegative, !isZero, digits.count <= 18 else { return false }
    if let integer { return integer & (integer - 1) == 0 }
    // What ends in a zero is divided by 5; and 5^26 has 19 digits.
    guard exponent < 0, exponent > -26 else { return false }
    // 0.125 is 125 thousandths: as many fives as there are tens below it.
    var power = 1
    for _ in 0..<(-exponent) { power *= 5 }
    return digits.reduce(0) { $0 * 10 + Int($1) } == power
  }

  /// The power of ten above the first digit: 1 for 5, 2 for 50, 0 for 0.5 and for zero.
  var order: Int { digits.count + exponent }

  /// Digits before the decimal point, at least one.
  var wholeDigits: [UInt8] {
    if order <= 0 { return [0] }
    return digits.prefix(order) + Array(repeating: 0, count: max(0, exponent))
  }

  /// Digits behind the decimal point, without zeros at the end.
  var fractionDigits: [UInt8] {
    if isZero { return [] }
    return Array(repeating: 0, count: max(0, -order)) + digits.dropFirst(max(0, order))
  }

  /// How many digits it has when written out, without exponent.
  var writtenDigits: Int { max(order, 0) + max(-exponent, 0) }

  /// Plain notation, without exponent: `-0.05`, `1200`.
  package var text: String {
    if isZero { return "0" }
    let sign = isNegative ? "-" : ""
    let letters = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    if exponent >= 0 { return sign + letters + String(repeating: "0", count: exponent) }
    if order <= 0 { return sign + "0." + String(repeating: "0", count: -order) + letters }
    return "\(sign)\(letters.prefix(order)).\(letters.dropFirst(order))"
  }

  /// Whether this is an integer times `divisor`; `nil` if the divisor has too many digits to tell.
  package func isMultiple(of divisor: DecimalNumber) -> Bool? {
    if isZero { return true }
    if divisor.isZero { return false }
    guard divisor.digits.count <= 18 else { return nil }
    // The last digit is not 0, so a higher power of ten cannot divide it.
    guard exponent >= divisor.exponent else { return false }
    let modulus = divisor.digits.reduce(0 as UInt64) { $0 * 10 + UInt64($1) }
    func times(_ left: UInt64, _ right: UInt64) -> UInt64 {
      modulus.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
    if modulus == 1 { return true }
    var rest: UInt64 = 0
    for digit in digits { rest = (times(rest, 10) + UInt64(digit)) % modulus }
    var power: UInt64 = 1
    var base: UInt64 = 10 % modulus
    var count = exponent - divisor.exponent
    while count > 0 {
      if count & 1 == 1 { power = times(power, base) }
      base = times(base, base)
      count >>= 1
    }
    return times(rest, power) == 0
  }
}

extension DecimalNumber: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let (small, large) = left.isNegative ? (right, left) : (left, right)
    if small.isZero || large.isZero { return small.isZero && !large.isZero }
    if small.order != large.order { return small.order < large.order }
    return small.digits.lexicographicallyPrecedes(large.digits)
  }
}
