/// Reads values as Python or JSON writes them: `{'a': [1, None]}`, `"x"`, `(800, 600)`.
///
/// Owns the literals that a call's arguments may have. Sets and tuples become lists; anything that would have to be computed
/// is refused. The calls around them are `CallParser`'s.
///
/// In strict reading a string ends at its first quote that is not escaped. Models also write quotes inside of strings without
/// escaping them (their template does). Then `readings` tells, string by string, at which of the quotes that could be the end it
/// ends; `CallRecovery` tries them.
struct CallValueParser {
  /// Nested lists and dictionaries at most. Each level takes stack.
  static let maximumDepth = 64

  /// Where a string stands, which decides what may follow it.
  enum Place {
    /// An argument of a call.
    case argument
    /// An item of a list, set or tuple.
    case item
    case key
    case member
  }

  let bytes: [UInt8]
  var index: Int
  let end: Int
  /// Whether escapes in strings are JSON's.
  var isJSON = false
  /// The number of the candidate, from 0, at which each string ends; strict reading without it.
  var readings: [Int]?
  /// Strings read so far that had a reading.
  private(set) var readingCount = 0
  /// Bytes looked at for the ends of strings, beside those that were read.
  var lookedAt = 0
  private var depth = 0

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    index = range.lowerBound
    end = range.upperBound
  }

  var peek: UInt8? { index < end ? bytes[index] : nil }

  mutating func skipSpace() { index = Self.afterSpace(bytes, index, end) }

  static func afterSpace(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end, isSpace(bytes[index]) { index += 1 }
    return index
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// The number of the candidate that ends the next string.
  mutating func takeReading() -> Int {
    defer { readingCount += 1 }
    return readings.map { readingCount < $0.count ? $0[readingCount] : 0 } ?? 0
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  /// The name at the reading position, or `nil`: letters, digits, and what else names of tools and arguments have.
  mutating func name() -> String? {
    guard let stop = Self.nameEnd(bytes, index, end) else { return nil }
    defer { index = stop }
    return String(decoding: bytes[index..<stop], as: UTF8.self)
  }

  /// Where a name that begins at `start` ends; `nil` if none begins there.
  static func nameEnd(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
    var index = start
    while index < end, isNameByte(bytes[index]) { index += 1 }
    guard index > start, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start]),
      ![UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/")].contains(
        bytes[start])
    else { return nil }
    return index
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), 0x80...:
      true
    default: false
    }
  }

  mutating func value(_ place: Place) throws(CallFailure) -> JSONValue {
    guard let byte = peek else { throw .syntax("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "["): return .array(try items(closing: UInt8(ascii: "]")))
    case UInt8(ascii: "{"): return try braces()
    case UInt8(ascii: "("): return try parentheses()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try strings(place))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return try number()
    default: return try word(place)
    }
  }

  private mutating func number() throws(CallFailure) -> JSONValue {
    let start = index
    index += 1
    while let byte = peek, Self.isNumberByte(byte, after: bytes[index - 1]) { index += 1 }
    return try CallNumber.read(Array(bytes[start..<index]))
  }

  private static func isNumberByte(_ byte: UInt8, after previous: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "-"): previous | 0x20 == UInt8(ascii: "e")
    case UInt8(ascii: ":"), UInt8(ascii: "/"): false
    default: isNameByte(byte)
    }
  }

  /// A literal that is a word, or a string with letters before its quote.
  private mutating func word(_ place: Place) throws(CallFailure) -> JSONValue {
    let start = index
    while let byte = peek, Self.isNameByte(byte), byte != UInt8(ascii: ":") { index += 1 }
    guard index > start else { throw .syntax("a value should be here") }
    let word = String(decoding: bytes[start..<index], as: UTF8.self)
    if peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\"") {
      guard word.utf8.count <= 2, word.utf8.allSatisfy({ "rbfuRBFU".utf8.contains($0) }) else {
        throw .syntax("a quote stands behind a word")
      }
      index = start
      return .string(try strings(place))
    }
    switch word {
    case "None", "null": return .null
    case "True", "true": return .bool(true)
    case "False", "false": return .bool(false)
    case "NaN", "nan", "Infinity", "inf":
      throw .meaning("a number is not finite: JSON has no such number")
    default:
      let next = Self.afterSpace(bytes, index, end)
      throw next < end && bytes[next] == UInt8(ascii: "(")
        ? .meaning("a value is a call of its own, which cannot be computed here")
        : .meaning("a value is a bare word; texts are written in quotes")
    }
  }

  private mutating func enter() throws(CallFailure) {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw .meaning("values are nested deeper than \(Self.maximumDepth) levels")
    }
  }

  /// The items of a list, set or tuple whose bracket is at the reading position.
  private mutating func items(closing: UInt8) throws(CallFailure) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    index += 1
    var items: [JSONValue] = []
    while true {
      skipSpace()
      if take(closing) { return items }
      items.append(try value(.item))
      skipSpace()
      if take(closing) { return items }
      guard take(UInt8(ascii: ",")) else {
        throw .syntax("a comma or the end of a list should be here")
      }
    }
  }

  /// `(a)` is a, `(a,)` and `(a, b)` are lists.
  private mutating func parentheses() throws(CallFailure) -> JSONValue {
    let items = try items(closing: UInt8(ascii: ")"))
    guard items.count == 1, let item = items.first else { return .array(items) }
    var before = index - 2
    while Self.isSpace(bytes[before]) { before -= 1 }
    return bytes[before] == UInt8(ascii: ",") ? .array(items) : item
  }

  /// A dictionary, or a set.
  private mutating func braces() throws(CallFailure) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    index += 1
    var object = JSONObject()
    while true {
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(object) }
      let key = try value(.key)
      skipSpace()
      if object.isEmpty, peek == UInt8(ascii: ",") || peek == UInt8(ascii: "}") {
        return .array(try rest(ofSetBeginningWith: key))
      }
      guard take(UInt8(ascii: ":")) else { throw .syntax("a colon should follow the key") }
      skipSpace()
      let value = try value(.member)
      let name: String
      switch key {
      case .string(let text): name = text
      // As Python's json module writes it.
      case .integer(let digits): name = digits
      default: throw .meaning("a key of a dictionary is not a string")
      }
      guard object[name] == nil else { throw .meaning("a dictionary has the same key twice") }
      object.set(name, value)
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(object) }
      guard take(UInt8(ascii: ",")) else {
        throw .syntax("a comma or the end of a dictionary should be here")
      }
    }
  }

  private mutating func rest(
    ofSetBeginningWith first: JSONValue
  ) throws(CallFailure) -> [JSONValue] {
    var items = [first]
    while true {
      skipSpace()
      if take(UInt8(ascii: "}")) { return items }
      guard take(UInt8(ascii: ",")) else {
        throw .syntax("a comma or the end of a set should be here")
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return items }
      items.append(try value(.item))
    }
  }
}
