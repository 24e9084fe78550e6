// Short ways to write JSON objects with LFMLanguage's ordered values.

import LFMLanguage

extension JSONValue {
  /// An object with these members in this order.
  init(members: [(String, JSONValue)]) {
    self = .object(JSONObject(members))
  }

  static func whole(_ number: some BinaryInteger) -> JSONValue {
    .integer(String(number))
  }

  /// A number; JSON has none for infinity and NaN, so these are null.
  static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .float(value) : .null
  }
}
