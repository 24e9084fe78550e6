/// A decimal number of any precision, as JSON writes it.
///
/// Owns reading and comparing digits; never goes by way of floating point, which has no 0.1.
package struct ExactDecimal: Hashable, Sendable {
  /// False for zero.
  package let isNegative: Bool
  /// From the first to the last that is not 0; empty for zero.
  package let digits: [UInt8]
  /// The value is 0.digits times ten to this power; 0 for zero.
  package let point: Int

  /// Bounds of more digits than this, written out, are refused.
  static let maximumDigits = 1000

  /// Reads a number as JSON writes it, also with an exponent.
  ///
  /// - Throws: `syntax`, and `tooLarge` where the number written out would have more than `maximumDigits` digits.
  package init(_ text: String) throws(RegularFailure) {
    var bytes = Array(text.utf8)[...]
    let sign = bytes.first == UInt8(ascii: "-")
    if sign { bytes = bytes.dropFirst() }
    let whole = Self.takeDigits(&bytes)
    var fraction: [UInt8] = []
    var isValid = !whole.isEmpty && (whole.count == 1 || whole[0] != 0)
    if bytes.first == UInt8(ascii: ".") {
      bytes = bytes.dropFirst()
      fraction = Self.takeDigits(&bytes)
      isValid = isValid && !fraction.isEmpty
    }
    var exponent = 0
    if bytes.first == UInt8(ascii: "e") || bytes.first == UInt8(ascii: "E") {
      bytes = bytes.dropFirst()
      let isDown = bytes.first == UInt8(ascii: "-")
      if isDown || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
      let power = Self.takeDigits(&bytes)
      isValid = isValid && !power.isEmpty
      exponent = power.reduce(0) { min(1_000_000, $0 * 10 + Int($1)) } * (isDown ? -1 : 1)
    }
    if !isValid || !bytes.isEmpty {
      throw RegularFailure(.syntax, "\(text.prefix(40)) is no number as JSON writes it")
    }
    let all = whole + fraction
    let leading = all.prefix { $0 == 0 }.count
    var significant = Array(all[leading...])
    while significant.last == 0 { significant.removeLast() }
    isNegative = sign && !significant.isEmpty
    digits = significant
    point = significant.isEmpty ? 0 : whole.count - leading + exponent
    if max(point, 0) + max(digits.count - point, 0) > Self.maximumDigits {
      throw RegularFailure(
        .tooLarge, "\(text.prefix(40)) has more than \(Self.maximumDigits) digits when written out")
    }
  }

  private init(isNegative: Bool, digits: [UInt8], point: Int) {
    self.isNegative = isNegative
    self.digits = digits
    self.point = point
  }

  private static func takeDigits(_ bytes: inout ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    while let byte = bytes.first, (0x30...0x39).contains(byte) {
      result.append(byte - 0x30)
      bytes = bytes.dropFirst()
    }
    return result
  }

  package var isZero: Bool { digits.isEmpty }

  package var isInteger: Bool { digits.count <= point || isZero }

  package var negated: ExactDecimal {
    ExactDecimal(isNegative: !isNegative && !isZero, digits: digits, point: point)
  }

  var magnitude: ExactDecimal { ExactDecimal(isNegative: false, digits: digits, point: point) }

  /// Digits before the decimal point, at least one.
  var wholeDigits: [UInt8] {
    if point <= 0 { return [0] }
    let known = digits.prefix(point)
    return Array(known) + Array(repeating: 0, count: point - known.count)
  }

  /// Digits behind the decimal point, without zeros at the end.
  var fractionDigits: [UInt8] {
    if isZero { return [] }
    return Array(repeating: 0, count: max(0, -point)) + digits.dropFirst(max(0, point))
  }
}

extension ExactDecimal: Comparable {
  package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative
      ? right.isSmallerInMagnitude(than: left) : left.isSmallerInMagnitude(than: right)
  }

  private func isSmallerInMagnitude(than other: ExactDecimal) -> Bool {
    if isZero || other.isZero { return !other.isZero }
    if point != other.point { return point < other.point }
    return digits.lexicographicallyPrecedes(other.digits)
  }
}
