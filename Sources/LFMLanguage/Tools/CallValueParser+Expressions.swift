/// What would have to be computed.
///
/// Owns how it is told from quotes that were not escaped: `'a' + 'b'` is an expression, `'say 'a' and 'b''` a text, because in that one a
/// letter follows the first quote at once. Read as a text, an expression would reach the tool as what nobody meant.
extension CallValueParser {
  private static let words = ["if", "and", "or", "in", "not", "is", "for"]

  /// Whether behind the value, which ends here, stands an operator with something to apply it to.
  func isOperand(_ value: JSONValue) -> Bool {
    let start = Self.afterSpace(bytes, index, end)
    let isText = if case .string = value { true } else { false }
    guard start < end, let stop = operatorEnd(start, isText) else { return false }
    let next = Self.afterSpace(bytes, stop, end)
    guard next < end else { return false }
    return Self.isNameByte(bytes[next]) || "'\"([{+".utf8.contains(bytes[next])
  }

  /// - Parameter isText: whether a quote stands before it. Behind one, fewer characters are taken for operators.
  private func operatorEnd(_ start: Int, _ isText: Bool) -> Int? {
    let byte = bytes[start]
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "%"): return start + 1
    case UInt8(ascii: "="), UInt8(ascii: "!"):
      return start + 1 < end && bytes[start + 1] == UInt8(ascii: "=") ? start + 2 : nil
    case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "|"), UInt8(ascii: "&"),
      UInt8(ascii: "^"), UInt8(ascii: "<"), UInt8(ascii: ">"):
      return isText ? nil : start + 1
    case UInt8(ascii: "."):
      // A method: `'a'.upper()`.
      guard let name = Self.nameEnd(bytes, start + 1, end), name < end,
        bytes[name] == UInt8(ascii: "(")
      else { return nil }
      return name
    default:
      // A word stands apart; what touches the quote is text behind one that was not escaped.
      guard start > index, let stop = Self.nameEnd(bytes, start, end) else { return nil }
      return Self.words.contains(String(decoding: bytes[start..<stop], as: UTF8.self)) ? stop : nil
    }
  }
}
