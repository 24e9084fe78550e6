/// A call in JSON's notation, once its object is read: `{"name": "f", "arguments": {"a": 1}}`, or OpenAI's form of it,
/// `{"id": "c", "type": "function", "function": {…}}`.
///
/// Owns which members a call may have. What only labels it is passed over; any other member might be an argument in the wrong place, and
/// the call is refused with it, because no argument is left out silently.
enum CallObject {
  private static let argumentKeys = ["arguments", "parameters"]
  private static let types: Set<String> = ["function", "function_call", "tool_call", "tool_use"]

  static func call(_ object: JSONObject) throws(CallFailure) -> CallParser.Call {
    guard case .object(let function)? = object["function"] else { return try plain(object) }
    try refuseStrangers(in: object, besides: ["function"], argumentsStandApart: true)
    return try plain(function)
  }

  private static func plain(_ object: JSONObject) throws(CallFailure) -> CallParser.Call {
    guard case .string(let name)? = object["name"], !name.isEmpty else {
      throw .meaning("a call in JSON has no name")
    }
    let given = argumentKeys.compactMap { object[$0] }
    guard given.count < 2 else {
      throw .meaning("a call in JSON has both arguments and parameters")
    }
    try refuseStrangers(
      in: object, besides: ["name"] + argumentKeys, argumentsStandApart: !given.isEmpty)
    return CallParser.Call(name: name, arguments: try arguments(given.first ?? .null))
  }

  private static func arguments(_ value: JSONValue) throws(CallFailure) -> JSONObject {
    switch value {
    case .null: return JSONObject()
    case .object(let arguments): return arguments
    case .string(let text):
      // OpenAI writes the arguments as a text of its own.
      guard let arguments = object(in: Array(text.utf8)) else {
        throw .meaning("the arguments of a call in JSON are a text that is no object")
      }
      return arguments
    default: throw .meaning("the arguments of a call in JSON are no object")
    }
  }

  private static func object(in text: [UInt8]) -> JSONObject? {
    var parser = CallValueParser(text, 0..<text.count)
    parser.isJSON = true
    parser.skipSpace()
    guard case .object(let object)? = try? parser.value(.item) else { return nil }
    parser.skipSpace()
    return parser.index == parser.end ? object : nil
  }

  private static func refuseStrangers(
    in object: JSONObject, besides known: [String], argumentsStandApart: Bool
  ) throws(CallFailure) {
    for member in object.members where !known.contains(member.key) {
      guard isLabel(member.key, member.value, argumentsStandApart) else {
        let key = SchemaCheck.Place().member(member.key).text
        throw .whole(
          "a call in JSON has a member \(key), which is neither its name nor its arguments")
      }
    }
  }

  /// Whether a member numbers the call or says what it is. A number may be an argument where there are no others.
  private static func isLabel(
    _ key: String, _ value: JSONValue, _ argumentsStandApart: Bool
  ) -> Bool {
    switch (key, value) {
    case ("type", .string(let type)): types.contains(type)
    case ("id", .string), ("id", .integer), ("id", .null), ("index", .integer), ("index", .null):
      argumentsStandApart
    default: false
    }
  }
}
