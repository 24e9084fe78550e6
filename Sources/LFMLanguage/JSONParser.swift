/// Reads JSON as RFC 8259 writes it, and nothing more lenient.
///
/// Owns syntax and its refusals. Differences to Python's `json.loads`, each an error that says so: `NaN`, `Infinity`
/// and floats that overflow (they could not be written back as JSON), lone surrogate escapes (no UTF-8 has them),
/// nesting deeper than `maximumDepth`, more than `maximumValues`. As in Python: the last of two equal keys wins, at the place of the first;
/// integers have at most 4300 digits.
package struct JSONParser {
  /// Deep enough for any schema, shallow enough for the stack of a dispatch thread.
  package static let maximumDepth = 256
  /// Python's `sys.int_info.default_max_str_digits`.
  package static let maximumDigits = 4300

  /// In one text, of all kinds together: two bytes make a value that takes some thirty in memory.
  package static let maximumValues = 1_000_000

  let bytes: [UInt8]
  var index = 0
  /// Keys and indices from the outermost value to the one being read.
  var path: [Step] = []
  private var valueCount = 0

  enum Step {
    case key(String)
    case index(Int)
  }

  /// Reads one value and the white space around it.
  package static func parse(_ text: String) throws(JSONFailure) -> JSONValue {
    try parse(bytes: Array(text.utf8), isChecked: true)
  }

  /// Reads one value from bytes, which must be UTF-8 without a byte order mark.
  package static func parse(bytes: [UInt8]) throws(JSONFailure) -> JSONValue {
    try parse(bytes: bytes, isChecked: false)
  }

  private static func parse(bytes: [UInt8], isChecked: Bool) throws(JSONFailure) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    if !isChecked, let invalid = UTF8Check.firstInvalidOffset(in: bytes) {
      parser.index = invalid
      throw parser.failure("the bytes are not UTF-8 from here on")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw parser.failure("the text starts with a byte order mark; save it without one")
    }
    parser.skipWhitespace()
    let value = try parser.value()
    parser.skipWhitespace()
    if parser.index < bytes.count {
      throw parser.failure("the value ends here, but more text follows")
    }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The byte at the reading position, or `nil` at the end.
  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  mutating func value() throws(JSONFailure) -> JSONValue {
    guard let byte = peek else { throw failure("the text ends where a value should be") }
    valueCount += 1
    if valueCount > Self.maximumValues {
      throw failure("there are more than \(Self.maximumValues) values")
    }
    switch byte {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "N"), UInt8(ascii: "I"):
      throw failure("NaN and Infinity are not JSON; use null or a number")
    case UInt8(ascii: "'"): throw failure("strings are written in double quotes")
    default: throw failure("a value should be here")
    }
  }

  private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONFailure) -> JSONValue
  {
    let letters = Array(word.utf8)
    guard bytes[index...].starts(with: letters) else {
      throw failure("a value should be here; did you mean \(word)?")
    }
    index += letters.count
    return value
  }

  private mutating func array() throws(JSONFailure) -> JSONValue {
    try enter()
    index += 1
    skipWhitespace()
    var items: [JSONValue] = []
    if peek == UInt8(ascii: "]") {
      index += 1
      return .array(items)
    }
    while true {
      path.append(.index(items.count))
      skipWhitespace()
      items.append(try value())
      path.removeLast()
      skipWhitespace()
      guard let byte = peek else { throw failure("the text ends inside a list") }
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else {
        throw failure("a comma or ] should be here")
      }
      index += 1
      if byte == UInt8(ascii: "]") { return .array(items) }
    }
  }

  private mutating func object() throws(JSONFailure) -> JSONValue {
    try enter()
    index += 1
    skipWhitespace()
    var object = JSONObject()
    if peek == UInt8(ascii: "}") {
      index += 1
      return .object(object)
    }
    while true {
      skipWhitespace()
      guard peek == UInt8(ascii: "\"") else {
        throw failure(
          peek == nil ? "the text ends inside an object" : "a key in double quotes should be here")
      }
      let key = try string()
      skipWhitespace()
      guard peek == UInt8(ascii: ":") else { throw failure("a colon should follow the key") }
      index += 1
      path.append(.key(key))
      skipWhitespace()
      object.set(key, try value())
      path.removeLast()
      skipWhitespace()
      guard let byte = peek else { throw failure("the text ends inside an object") }
      guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else {
        throw failure("a comma or } should be here")
      }
      index += 1
      if byte == UInt8(ascii: "}") { return .object(object) }
    }
  }

  private func enter() throws(JSONFailure) {
    if path.count >= Self.maximumDepth {
      throw failure("lists and objects are nested deeper than \(Self.maximumDepth) levels")
    }
  }

  /// A failure at the reading position.
  func failure(_ reason: String) -> JSONFailure {
    let end = min(index, bytes.count)
    var line = 1
    var column = 1
    for byte in bytes[..<end] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    var pointer = JSONPointer()
    for step in path.prefix(32) {
      switch step {
      case .key(let key): pointer = pointer.appending(key)
      case .index(let index): pointer = pointer.appending(index)
      }
    }
    let text = path.count > 32 ? pointer.text + "/…" : pointer.text
    return JSONFailure(reason: reason, line: line, column: column, pointer: text)
  }
}
