/// Reads one call that fills a range of bytes: `f(a='x', **{'b': 1})`, or `{"name": "f", "arguments": {"a": "x"}}`.
///
/// Owns what a call in Python's notation is made of; `CallObject` owns it for JSON's. Every argument has a name: one without is refused,
/// because nobody knows what it was meant for.
struct CallParser {
  struct Call {
    let name: String
    let arguments: JSONObject
  }

  /// Whether what stands at `start` has the shape of a call, well written or not.
  static func isCall(_ bytes: [UInt8], at start: Int, _ end: Int) -> Bool {
    guard start < end else { return false }
    if bytes[start] == UInt8(ascii: "{") { return true }
    guard let stop = CallValueParser.nameEnd(bytes, start, end) else { return false }
    let next = CallValueParser.afterSpace(bytes, stop, end)
    return next < end && bytes[next] == UInt8(ascii: "(")
  }

  /// - Parameter readings: where strings end; strict reading without.
  /// - Returns: the call, how many readings were used, and how many bytes were looked at.
  static func parse(
    _ bytes: [UInt8], _ range: Range<Int>, readings: [Int]? = nil
  ) -> (result: Result<Call, CallFailure>, readingCount: Int, cost: Int) {
    var parser = CallValueParser(bytes, range)
    parser.readings = readings
    do throws(CallFailure) {
      parser.skipSpace()
      let call: Call
      if parser.peek == UInt8(ascii: "{") {
        let object = try json(&parser)
        try expectEnd(&parser)
        call = try CallObject.call(object)
      } else {
        call = try python(&parser)
        try expectEnd(&parser)
      }
      return (
        .success(call), parser.readingCount, parser.index - range.lowerBound + parser.lookedAt
      )
    } catch {
      return (
        .failure(error), parser.readingCount, parser.index - range.lowerBound + parser.lookedAt
      )
    }
  }

  private static func expectEnd(_ parser: inout CallValueParser) throws(CallFailure) {
    parser.skipSpace()
    guard parser.index == parser.end else { throw .syntax("something stands behind the call") }
  }

  private static func python(_ parser: inout CallValueParser) throws(CallFailure) -> Call {
    guard let name = parser.name() else { throw .syntax("a tool's name should be here") }
    parser.skipSpace()
    guard parser.take(UInt8(ascii: "(")) else { throw .syntax("a ( should follow the tool's name") }
    guard ToolDeclaration.isValid(name: name) else {
      throw .meaning("a tool's name is not written as one")
    }
    var arguments = JSONObject()
    while true {
      parser.skipSpace()
      if parser.take(UInt8(ascii: ")")) { break }
      try argument(&parser, &arguments)
      parser.skipSpace()
      if parser.take(UInt8(ascii: ")")) { break }
      guard parser.take(UInt8(ascii: ",")) else {
        throw .syntax("a comma or ) should follow an argument")
      }
    }
    return Call(name: name, arguments: arguments)
  }

  /// Reads the one argument that fills a range of bytes, strictly; `nil` if it is none.
  static func argument(_ bytes: [UInt8], _ range: Range<Int>) -> JSONObject? {
    var parser = CallValueParser(bytes, range)
    var arguments = JSONObject()
    parser.skipSpace()
    guard (try? argument(&parser, &arguments)) != nil else { return nil }
    parser.skipSpace()
    return parser.index == range.upperBound ? arguments : nil
  }

  private static func argument(
    _ parser: inout CallValueParser, _ arguments: inout JSONObject
  ) throws(CallFailure) {
    if parser.take(UInt8(ascii: "*")) {
      guard parser.take(UInt8(ascii: "*")) else {
        throw .meaning("arguments are unpacked from a list, so they have no names")
      }
      parser.skipSpace()
      guard case .object(let object) = try parser.value(.item) else {
        throw .meaning("arguments are unpacked from something that is no dictionary")
      }
      for member in object.members { try add(member.key, member.value, &arguments) }
      return
    }
    let start = parser.index
    guard let name = parser.name() else {
      _ = try parser.value(.argument)
      throw nameless
    }
    parser.skipSpace()
    guard parser.take(UInt8(ascii: "=")) else {
      parser.index = start
      _ = try parser.value(.argument)
      throw nameless
    }
    parser.skipSpace()
    try add(name, try value(of: name, &parser), &arguments)
  }

  /// The value of an argument. What it means wrongly is said of the argument.
  private static func value(
    of name: String, _ parser: inout CallValueParser
  ) throws(CallFailure) -> JSONValue {
    do {
      return try parser.value(.argument)
    } catch {
      throw error.isSyntax ? error : error.ofArgument(name)
    }
  }

  private static let nameless = CallFailure.meaning(
    "an argument has no name; arguments are given as name=value")

  private static func add(
    _ name: String, _ value: JSONValue, _ arguments: inout JSONObject
  ) throws(CallFailure) {
    guard arguments[name] == nil else {
      throw .meaning("argument \(SchemaCheck.Place().member(name).text) is given twice")
    }
    arguments.set(name, value)
  }

  private static func json(_ parser: inout CallValueParser) throws(CallFailure) -> JSONObject {
    parser.isJSON = true
    guard case .object(let object) = try parser.value(.item) else {
      throw .meaning("a call in JSON is an object")
    }
    return object
  }
}
