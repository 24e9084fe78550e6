/// The inside of a string as Python or JSON writes it, turned into the string.
///
/// Owns the escapes. What Python leaves as it is (a backslash before a letter that means nothing) is left; so are malformed
/// escapes and a backslash at the end of a line, which Python drops: models write shell commands so, and mean both characters.
struct CallString {
  /// `r'…'`: no escapes.
  var isRaw = false
  /// `f'…'`: braces are doubled; one with a placeholder is refused.
  var isFormat = false
  /// Escapes are JSON's.
  var isJSON = false

  func decoded(_ bytes: ArraySlice<UInt8>) throws(CallFailure) -> String {
    guard isFormat || (!isRaw && bytes.contains(UInt8(ascii: "\\"))) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), !isRaw {
        try escape(bytes, &index, &text)
      } else if isFormat, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
        guard index + 1 < bytes.endIndex, bytes[index + 1] == byte else {
          throw .meaning("an f-string has placeholders, which have no value here")
        }
        text.append(byte)
        index += 2
      } else {
        text.append(byte)
        index += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func escape(
    _ bytes: ArraySlice<UInt8>, _ index: inout Int, _ text: inout [UInt8]
  ) throws(CallFailure) {
    guard index + 1 < bytes.endIndex else {
      text.append(bytes[index])
      index += 1
      return
    }
    let letter = bytes[index + 1]
    if let plain = plain(letter) {
      text.append(plain)
      index += 2
      return
    }
    let width: Int
    switch letter {
    case UInt8(ascii: "u"): width = 4
    case UInt8(ascii: "x") where !isJSON: width = 2
    case UInt8(ascii: "U") where !isJSON: width = 8
    case UInt8(ascii: "0")...UInt8(ascii: "7") where !isJSON:
      return octal(bytes, &index, &text)
    case UInt8(ascii: "N")
    where !isJSON && index + 2 < bytes.endIndex && bytes[index + 2] == UInt8(ascii: "{"):
      throw .meaning("a string names a character by \\N{…}, which is not known here")
    default:
      text += bytes[index...index + 1]
      index += 2
      return
    }
    guard let code = Self.hexadecimal(bytes, index + 2, width) else {
      text += bytes[index...index + 1]
      index += 2
      return
    }
    index += 2 + width
    try append(code, bytes, &index, &text)
  }

  private func plain(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): letter
    case UInt8(ascii: "/") where isJSON: letter
    case UInt8(ascii: "a") where !isJSON: 0x07
    case UInt8(ascii: "v") where !isJSON: 0x0B
    default: ControlEscape.character(letter)
    }
  }

  private func octal(_ bytes: ArraySlice<UInt8>, _ index: inout Int, _ text: inout [UInt8]) {
    var code: UInt32 = 0
    var count = 0
    index += 1
    while count < 3, index < bytes.endIndex,
      (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[index])
    {
      code = code * 8 + UInt32(bytes[index] - UInt8(ascii: "0"))
      index += 1
      count += 1
    }
    text += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
  }

  /// Two escapes that are halves of a surrogate pair are one character, as in JSON.
  private func append(
    _ code: UInt32, _ bytes: ArraySlice<UInt8>, _ index: inout Int, _ text: inout [UInt8]
  ) throws(CallFailure) {
    var code = code
    if (0xD800..<0xDC00).contains(code), index + 5 < bytes.endIndex,
      bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
      let low = Self.hexadecimal(bytes, index + 2, 4), (0xDC00..<0xE000).contains(low)
    {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      index += 6
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw .meaning("an escape in a string stands for no character")
    }
    text += String(scalar).utf8
  }

  private static func hexadecimal(
    _ bytes: ArraySlice<UInt8>, _ start: Int, _ count: Int
  ) -> UInt32? {
    guard start + count <= bytes.endIndex else { return nil }
    var value: UInt32 = 0
    for byte in bytes[start..<start + count] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
