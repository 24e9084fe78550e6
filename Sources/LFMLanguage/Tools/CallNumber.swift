/// Numbers as Python and JSON write them, turned into what JSON can hold.
///
/// Owns which spellings are numbers: signs, leading zeros (`07` is 7: models write dates so), underscores, hexadecimal, octal and
/// binary integers, fractions without a digit on one side. Integers keep their size; what is not finite is refused.
enum CallNumber {
  /// - Parameter text: what looks like a number: it begins with a digit, a point or a sign.
  static func read(_ text: [UInt8]) throws(CallFailure) -> JSONValue {
    var digits = text[...]
    var isNegative = false
    if let sign = digits.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      isNegative = sign == UInt8(ascii: "-")
      digits = digits.dropFirst()
    }
    if let value = try radix(Array(digits)) { return integer(value, isNegative) }
    var plain: [UInt8] = []
    for (index, byte) in zip(digits.indices, digits) {
      guard byte == UInt8(ascii: "_") else {
        plain.append(byte)
        continue
      }
      let next = index + 1 < digits.endIndex ? digits[index + 1] : 0
      guard let last = plain.last, isDigit(last), isDigit(next) else { throw notANumber }
    }
    if !plain.isEmpty, plain.allSatisfy(isDigit) {
      guard plain.count <= JSONParser.maximumDigits else {
        throw .meaning("an integer has more than \(JSONParser.maximumDigits) digits")
      }
      return integer(
        String(decoding: plain.drop { $0 == UInt8(ascii: "0") }, as: UTF8.self), isNegative)
    }
    return try float(plain, isNegative)
  }

  private static let notANumber = CallFailure.syntax("a number is not written as one")

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func integer(_ digits: String, _ isNegative: Bool) -> JSONValue {
    if digits.isEmpty || digits == "0" { return .integer("0") }
    return .integer(isNegative ? "-" + digits : digits)
  }

  /// The decimal digits of `0x…`, `0o…` or `0b…`; `nil` for others.
  private static func radix(_ text: [UInt8]) throws(CallFailure) -> String? {
    guard text.count > 2, text[0] == UInt8(ascii: "0") else { return nil }
    let radix: Int
    switch text[1] | 0x20 {
    case UInt8(ascii: "x"): radix = 16
    case UInt8(ascii: "o"): radix = 8
    case UInt8(ascii: "b"): radix = 2
    default: return nil
    }
    let digits = String(decoding: text[2...].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
    else {
      throw notANumber
    }
    guard let value = UInt64(digits, radix: radix) else {
      throw .meaning("an integer that is not decimal is malformed or has more than 64 bits")
    }
    return String(value)
  }

  private static func float(_ text: [UInt8], _ isNegative: Bool) throws(CallFailure) -> JSONValue {
    var index = 0
    func skipDigits() -> Int {
      let start = index
      while index < text.count, isDigit(text[index]) { index += 1 }
      return index - start
    }
    var count = skipDigits()
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      count += skipDigits()
    }
    guard count > 0 else { throw notANumber }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
        index += 1
      }
      guard skipDigits() > 0 else { throw notANumber }
    }
    guard index == text.count else { throw notANumber }
    // Swift reads neither ".5" nor "5.".
    var spelling = String(decoding: text, as: UTF8.self)
    if spelling.hasPrefix(".") { spelling = "0" + spelling }
    if let point = spelling.firstIndex(of: ".") {
      let after = spelling.index(after: point)
      if after == spelling.endIndex || !spelling[after].isNumber {
        spelling.insert("0", at: after)
      }
    }
    guard let value = Double(spelling), value.isFinite else {
      throw .meaning("a number is beyond the range of 64-bit floats: JSON has no infinity")
    }
    return .float(isNegative ? -value : value)
  }
}
