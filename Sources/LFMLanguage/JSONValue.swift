/// A JSON value that keeps what the model sees: the order of keys, integers of any size, the difference
/// between `1` and `1.0`.
///
/// Owns the shape of a value. Reading is `JSONParser`'s, writing `JSONWriter`'s and `PythonText`'s.
///
/// The meaning is that of Python's `json.loads`, because chat templates were made with it: `-0` is the integer 0,
/// `1.0E5` is the float 100000.0.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// Canonical decimal digits, with a minus sign if negative; never `-0`, no leading zeros. Of any size.
  case integer(String)
  /// Finite, always.
  case float(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object in the order in which their keys first came.
package struct JSONObject: Hashable, Sendable {
  package struct Member: Hashable, Sendable {
    package let key: String
    package fileprivate(set) var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  package private(set) var members: [Member] = []
  /// Where each key stands. Keys are compared by bytes: Swift's strings would merge a composed and a
  /// decomposed "é", which are two keys.
  private var positions: [[UInt8]: Int] = [:]

  package init() {}

  package init(_ members: [(String, JSONValue)]) {
    for (key, value) in members { set(key, value) }
  }

  package var isEmpty: Bool { members.isEmpty }

  /// Gives `key` the value. A key that is there keeps its place, as in Python's `dict`.
  package mutating func set(_ key: String, _ value: JSONValue) {
    let bytes = Array(key.utf8)
    if let position = positions[bytes] {
      members[position].value = value
    } else {
      positions[bytes] = members.count
      members.append(Member(key: key, value: value))
    }
  }

  /// The value of `key`, or `nil` if the object has no such key (`.null` is a value).
  package subscript(key: String) -> JSONValue? {
    positions[Array(key.utf8)].map { members[$0].value }
  }
}

extension JSONValue {
  /// What Python calls the truth of the value: false for null, false, zero and everything empty.
  package var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .integer(let digits): digits != "0"
    case .float(let value): value != 0
    case .string(let text): !text.utf8.isEmpty
    case .array(let items): !items.isEmpty
    case .object(let object): !object.isEmpty
    }
  }

  /// The kind of value as an error sentence names it, such as "a number".
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .float: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
