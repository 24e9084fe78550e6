/// How the bytes of a key are read, so that all spellings of a key are known to be one.
package enum KeyReading: Hashable, Sendable {
  /// The bytes are the key.
  case bare
  /// A string of JSON or of Python, quotes included: their escapes mean the same, as far as they are written.
  case quoted

  /// The key in UTF-16, of which JSON's escapes have a unit each.
  package func key(_ bytes: ArraySlice<UInt8>) -> [UInt16] {
    switch self {
    case .bare: return Array(String(decoding: bytes, as: UTF8.self).utf16)
    case .quoted:
      let content = bytes.dropFirst().dropLast()
      let units = Array(String(decoding: content, as: UTF8.self).utf16)
      return content.contains(UInt8(ascii: "\\")) ? Self.unescaped(units[...]) : units
    }
  }

  private static func unescaped(_ text: ArraySlice<UInt16>) -> [UInt16] {
    var rest = text
    var result: [UInt16] = []
    while let unit = rest.popFirst() {
      guard unit == UInt16(UInt8(ascii: "\\")), let letter = rest.popFirst() else {
        result.append(unit)
        continue
      }
      let byte = UInt8(exactly: letter) ?? 0
      switch byte {
      case UInt8(ascii: "x"): result += character(&rest, digits: 2)
      case UInt8(ascii: "u"): result += character(&rest, digits: 4)
      case UInt8(ascii: "U"): result += character(&rest, digits: 8)
      default: result.append(ControlEscape.character(byte).map { UInt16($0) } ?? letter)
      }
    }
    return result
  }

  /// What the next hexadecimal digits stand for: half of a pair of surrogates, too.
  private static func character(_ rest: inout ArraySlice<UInt16>, digits: Int) -> [UInt16] {
    let text = String(decoding: rest.prefix(digits), as: UTF16.self)
    rest = rest.dropFirst(digits)
    guard let value = UInt32(text, radix: 16) else { return [] }
    if value <= 0xFFFF { return [UInt16(value)] }
    return Unicode.Scalar(value).map { Array(String(Character($0)).utf16) } ?? []
  }
}
