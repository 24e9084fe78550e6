/// What would have to be computed.
///
/// Owns how it is told from a text with quotes that were not escaped: `'a' + 'b'` is whole values with operators between them, from its first
/// quote to its last; `'say 'a' and 'b''` is not. Read as a text, an expression would reach the tool as what nobody meant.
extension CallValueParser {
  private static let words = ["if", "else", "and", "or", "in", "not", "is", "for"]
  private static let signs = [
    "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=", "|", "&", "^",
  ]

  /// Whether what begins and ends with a quote here is no text: an expression, or a string with a comment behind it.
  mutating func isExpression(_ range: Range<Int>) -> Bool {
    let end = range.upperBound
    guard var place = literalEnd(range.lowerBound, end), place < end else { return false }
    lookedAt += range.count
    if hasComment(place, end) { return true }
    // Behind the string itself stands its quote; behind what is done to it, a bracket.
    var isComputed = bytes[place - 1] != bytes[range.lowerBound]
    while place < end {
      if isComputed, isNextArgument(place, end) { return true }
      guard let next = operatorEnd(place, end), let stop = operandEnd(next, end) else {
        return false
      }
      isComputed = true
      place = stop
    }
    return true
  }

  /// Where a string ends that begins at `start`, with what is done to it at once: `'a'`, `'a'[0]`, `'a'.upper()`.
  private func literalEnd(_ start: Int, _ end: Int) -> Int? {
    guard let stop = try? strictEnd(start + 1, bytes[start], 1, before: end) else { return nil }
    return trailersEnd(stop + 1, end)
  }

  private func trailersEnd(_ start: Int, _ end: Int) -> Int? {
    var index = start
    while index < end {
      switch bytes[index] {
      case UInt8(ascii: "["), UInt8(ascii: "("):
        guard let close = bracketEnd(index, end) else { return nil }
        index = close
      case UInt8(ascii: "."):
        guard let name = Self.nameEnd(bytes, index + 1, end), name < end,
          bytes[name] == UInt8(ascii: "(")
        else { return index }
        index = name
      default: return index
      }
    }
    return index
  }

  private func bracketEnd(_ start: Int, _ end: Int) -> Int? {
    var scanner = CallScanner()
    for index in start..<end {
      _ = scanner.feed(bytes[index])
      if scanner.depth == 0 { return index + 1 }
      if scanner.isLost { return nil }
    }
    return nil
  }

  private func operandEnd(_ start: Int, _ end: Int) -> Int? {
    let start = Self.afterSpace(bytes, start, end)
    guard start < end else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return literalEnd(start, end)
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
      return bracketEnd(start, end).flatMap { trailersEnd($0, end) }
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return bytes[start..<end].firstIndex { !Self.isNameByte($0) } ?? end
    default: return Self.nameEnd(bytes, start, end).flatMap { trailersEnd($0, end) }
    }
  }

  /// A sign, or words and perhaps a sign behind them: `not in`, `is not`, `and -`.
  private func operatorEnd(_ place: Int, _ end: Int) -> Int? {
    var stop = place
    while let (next, isWord) = operatorPartEnd(stop, end) {
      stop = next
      if !isWord { break }
    }
    return stop > place ? stop : nil
  }

  /// Behind a quote a word stands apart, and so do most signs: what touches the quote is text behind one that was not escaped.
  private func operatorPartEnd(_ place: Int, _ end: Int) -> (end: Int, isWord: Bool)? {
    let start = Self.afterSpace(bytes, place, end)
    guard start < end else { return nil }
    let stop = bytes[start..<end].firstIndex { !"+-*/%=!<>|&^".utf8.contains($0) } ?? end
    if stop > start {
      let sign = String(decoding: bytes[start..<stop], as: UTF8.self)
      guard Self.signs.contains(sign) else { return nil }
      return start > place || sign == "+" || sign == "==" ? (stop, false) : nil
    }
    guard start > place, let word = Self.nameEnd(bytes, start, end),
      Self.words.contains(String(decoding: bytes[start..<word], as: UTF8.self))
    else { return nil }
    return (word, true)
  }

  /// Whether a comment follows, and an argument in the next line: `, # one` and `b=`.
  private func hasComment(_ place: Int, _ end: Int) -> Bool {
    let start = afterComma(place, end) ?? Self.afterSpace(bytes, place, end)
    guard start < end, bytes[start] == UInt8(ascii: "#"),
      let line = bytes[start..<end].firstIndex(of: 0x0A)
    else { return false }
    return isArgument(Self.afterSpace(bytes, line, end), end) || isNextArgument(line, end)
  }

  /// Whether a comma and an argument with its name follow.
  private func isNextArgument(_ place: Int, _ end: Int) -> Bool {
    afterComma(place, end).map { isArgument($0, end) } ?? false
  }

  /// What follows a comma, if one is next.
  private func afterComma(_ place: Int, _ end: Int) -> Int? {
    let index = Self.afterSpace(bytes, place, end)
    guard index < end, bytes[index] == UInt8(ascii: ",") else { return nil }
    return Self.afterSpace(bytes, index + 1, end)
  }

  /// Whether a name and a sign of equality stand at `start`.
  func isArgument(_ start: Int, _ end: Int) -> Bool {
    guard let name = Self.nameEnd(bytes, start, end) else { return false }
    let sign = Self.afterSpace(bytes, name, end)
    return sign < end && bytes[sign] == UInt8(ascii: "=")
  }
}
