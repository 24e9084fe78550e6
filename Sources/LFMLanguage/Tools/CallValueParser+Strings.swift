/// Strings in calls: prefixes, where they end, and Python's joining of neighbours. What stands inside is `CallString`'s.
extension CallValueParser {
  /// The string at the reading position and those that follow it directly, joined. Only strict reading of Python joins: otherwise a
  /// quote that follows a quote is one of those that were not escaped.
  mutating func strings(_ place: Place) throws(CallFailure) -> String {
    var text = try string(place)
    guard readings == nil, !isJSON else { return text }
    while true {
      let next = Self.afterSpace(bytes, index, end)
      guard let quote = Self.quote(bytes, next, end) else { return text }
      // A prefix must touch its quote, and be one.
      guard quote == next || bytes[next..<quote].allSatisfy({ "rbfuRBFU".utf8.contains($0) }) else {
        return text
      }
      index = next
      text += try string(place)
    }
  }

  /// The offset of a quote at `start`, or behind one or two letters there.
  private static func quote(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
    (start..<min(start + 3, end)).first {
      bytes[$0] == UInt8(ascii: "'") || bytes[$0] == UInt8(ascii: "\"")
    }
  }

  private mutating func string(_ place: Place) throws(CallFailure) -> String {
    var form = CallString(isJSON: isJSON)
    var isBytes = false
    while let letter = peek, letter != UInt8(ascii: "'"), letter != UInt8(ascii: "\"") {
      switch letter | 0x20 {
      case UInt8(ascii: "r"): form.isRaw = true
      case UInt8(ascii: "f"): form.isFormat = true
      case UInt8(ascii: "b"): isBytes = true
      default: break
      }
      index += 1
    }
    guard index < end else { throw .syntax("the text ends where a string should be") }
    let quote = bytes[index]
    let isTriple = index + 2 < end && bytes[index + 1] == quote && bytes[index + 2] == quote
    let width = isTriple ? 3 : 1
    let start = index + width
    let stop =
      try isTriple || readings == nil
      ? strictEnd(start, quote, width, before: end) : chosenEnd(start, quote, place)
    if !isTriple, readings != nil, isExpression(start - 1..<stop + 1) { throw .expression }
    index = stop + width
    guard !isBytes else { throw .meaning("a value is bytes, which JSON does not have") }
    return try form.decoded(bytes[start..<stop])
  }

  /// The first place behind `start` where the quote stands `width` times, not escaped.
  func strictEnd(
    _ start: Int, _ quote: UInt8, _ width: Int, before end: Int
  ) throws(CallFailure) -> Int {
    var index = start
    while index + width <= end {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
      } else if bytes[index..<index + width].allSatisfy({ $0 == quote }) {
        return index
      } else {
        index += 1
      }
    }
    throw .syntax("the text ends inside a string")
  }

  /// The quote at which the readings let this string end.
  private mutating func chosenEnd(
    _ start: Int, _ quote: UInt8, _ place: Place
  ) throws(CallFailure) -> Int {
    var number = 0
    let wanted = takeReading()
    var position = start
    defer { lookedAt += position - start }
    while position < end {
      if bytes[position] == UInt8(ascii: "\\") {
        position += 2
        continue
      }
      if bytes[position] == quote, canEnd(at: position, place) {
        if number == wanted { return position }
        number += 1
      }
      position += 1
    }
    var failure = CallFailure.syntax("the quotes of a string do not fit")
    failure.exhausted = readingCount - 1
    throw failure
  }

  /// Whether what follows the quote may follow a string in this place.
  private func canEnd(at quote: Int, _ place: Place) -> Bool {
    let next = Self.afterSpace(bytes, quote + 1, end)
    guard next < end else { return false }
    switch (place, bytes[next]) {
    case (.argument, UInt8(ascii: ")")): return Self.afterSpace(bytes, next + 1, end) == end
    case (.argument, UInt8(ascii: ",")):
      let name = Self.afterSpace(bytes, next + 1, end)
      guard name < end else { return false }
      if bytes[name] == UInt8(ascii: "*") { return true }
      if bytes[name] == UInt8(ascii: ")") { return Self.afterSpace(bytes, name + 1, end) == end }
      return isArgument(name, end)
    case (.item, UInt8(ascii: ",")), (.item, UInt8(ascii: "]")), (.item, UInt8(ascii: ")")),
      (.item, UInt8(ascii: "}")), (.key, UInt8(ascii: ":")), (.member, UInt8(ascii: ",")),
      (.member, UInt8(ascii: "}")):
      // A set's first string is read as a key: sets with stray quotes are not read.
      return true
    default: return false
    }
  }
}
