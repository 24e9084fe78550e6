/// The parts of JSON that have no parts: numbers and strings. The rest of the grammar is in `JSONParser`.
extension JSONParser {
  /// Reads `-`? digits, then a fraction and an exponent, which make it a float.
  mutating func number() throws(JSONFailure) -> JSONValue {
    let start = index
    if peek == UInt8(ascii: "-") { index += 1 }
    let digitsStart = index
    try digits("a digit should be here")
    let digitCount = index - digitsStart
    if digitCount > 1, bytes[digitsStart] == UInt8(ascii: "0") {
      index = digitsStart
      throw failure("a number has no leading zeros")
    }
    var isFloat = false
    if peek == UInt8(ascii: ".") {
      isFloat = true
      index += 1
      try digits("a digit should follow the decimal point")
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isFloat = true
      index += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
      try digits("a digit should follow the exponent's e")
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    guard isFloat else {
      if digitCount > Self.maximumDigits {
        index = start
        throw failure("the integer has \(digitCount) digits, more than \(Self.maximumDigits)")
      }
      return .integer(text == "-0" ? "0" : text)
    }
    guard let value = Double(text), value.isFinite else {
      index = start
      throw failure("the number is beyond the range of 64-bit floats")
    }
    return .float(value)
  }

  private mutating func digits(_ complaint: String) throws(JSONFailure) {
    let start = index
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
    if index == start {
      if let byte = peek, byte == UInt8(ascii: "I") {
        throw failure("NaN and Infinity are not JSON; use null or a number")
      }
      throw failure(complaint)
    }
  }

  /// Reads a string with its quotes; the reading position is at the first one.
  mutating func string() throws(JSONFailure) -> String {
    index += 1
    let start = index
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      index += 1
    }
    // Most strings have no escapes: one copy.
    if peek == UInt8(ascii: "\"") {
      index += 1
      return String(decoding: bytes[start..<index - 1], as: UTF8.self)
    }
    var text = Array(bytes[start..<index])
    while true {
      guard let byte = peek else { throw failure("the text ends inside a string") }
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        try escape(into: &text)
      case ..<0x20:
        throw failure("a control character in a string must be written as an escape, such as \\n")
      default:
        text.append(byte)
        index += 1
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONFailure) {
    guard index + 1 < bytes.count else { throw failure("the text ends inside an escape") }
    let letter = bytes[index + 1]
    let plain: UInt8? =
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
      default: ControlEscape.character(letter)
      }
    if let plain {
      text.append(plain)
      index += 2
      return
    }
    guard letter == UInt8(ascii: "u") else { throw failure("JSON has no such escape") }
    try unicodeEscape(into: &text)
  }

  private mutating func unicodeEscape(into text: inout [UInt8]) throws(JSONFailure) {
    guard let first = hexadecimal(at: index + 2) else {
      throw failure("four hexadecimal digits should follow \\u")
    }
    var code = UInt32(first)
    var length = 6
    if (0xD800..<0xDC00).contains(first), index + 7 < bytes.count,
      bytes[index + 6] == UInt8(ascii: "\\"), bytes[index + 7] == UInt8(ascii: "u"),
      let second = hexadecimal(at: index + 8), (0xDC00..<0xE000).contains(second)
    {
      code = 0x10000 + ((code - 0xD800) << 10) + (UInt32(second) - 0xDC00)
      length = 12
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure("the escape is half of a surrogate pair, which is no character")
    }
    text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    index += length
  }

  private func hexadecimal(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for byte in bytes[start..<start + 4] {
      let digit: UInt16
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt16(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt16(byte - UInt8(ascii: "a")) + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt16(byte - UInt8(ascii: "A")) + 10
      default: return nil
      }
      value = value << 4 | digit
    }
    return value
  }
}
