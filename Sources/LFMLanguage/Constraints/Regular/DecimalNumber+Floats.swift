/// Decimals and 64-bit floats: what a float of a schema is, and what a reader makes of a number with a point.
extension DecimalNumber {
  /// What a float of a schema stands for: the shortest decimal that is read as it; for whole numbers beyond 2^53 the exact value.
  ///
  /// Numbers stand to the shortest decimal of a float with a fraction as they stand to the float: floats are rounded in order, and
  /// no integer is that near. Beyond 2^53 there are integers between the two.
  ///
  /// - Precondition: finite.
  package init(_ value: Double) {
    guard value.magnitude >= 9_007_199_254_740_992 else {
      self.init(shortest: value)
      return
    }
    let significand = value.magnitude.significandBitPattern | 1 << 52
    self.init(
      isNegative: value < 0,
      digits: Self.digits(of: significand, doubled: Int(value.exponent) - 52), exponent: 0)
  }

  /// The shortest decimal that is read as this float, which is finite.
  package init(shortest value: Double) {
    self = DecimalNumber(text: PythonText.repr(value)) ?? .zero
  }

  /// The float that a reader makes of it; infinite beyond their range.
  package var float: Double {
    let letters = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    let text = "\(isNegative ? "-" : "")\(isZero ? "0" : letters)e\(exponent)"
    return Double(text) ?? (isNegative ? -.infinity : .infinity)
  }

  /// Whether a float has exactly this value. A number with a fraction is taken for the float that it is read as.
  var isFloat: Bool {
    let nearest = float
    return nearest.isFinite && (!isInteger || DecimalNumber(nearest) == self)
  }

  /// Whether a quotient of floats is an integer: how a reader that has no decimals judges a multiple.
  func isMultipleAsFloat(of divisor: DecimalNumber) -> Bool {
    let quotient = float / divisor.float
    return quotient == quotient.rounded()
  }

  /// The digits of an integer that is doubled so often.
  private static func digits(of number: UInt64, doubled count: Int) -> [UInt8] {
    let base: UInt64 = 1_000_000_000
    // The lowest first.
    var limbs: [UInt64] = []
    var rest = number
    while rest > 0 {
      limbs.append(rest % base)
      rest /= base
    }
    var left = count
    while left > 0 {
      let step = min(left, 29)
      left -= step
      var carry: UInt64 = 0
      for index in limbs.indices {
        let sum = limbs[index] << UInt64(step) + carry
        limbs[index] = sum % base
        carry = sum / base
      }
      if carry > 0 { limbs.append(carry) }
    }
    var digits: [UInt8] = []
    for limb in limbs.reversed() {
      var unit = base / 10
      while unit > 0 {
        digits.append(UInt8(limb / unit % 10))
        unit /= 10
      }
    }
    return digits
  }
}
