/// The assertions of a JSON Schema that look at one value alone, not into it.
enum SchemaAssertions {
  /// What is wrong with the value, behind its name; `nil` if nothing is.
  static func fault(of value: JSONValue, _ rules: JSONObject) -> String? {
    typeFault(value, rules["type"]) ?? choiceFault(value, rules) ?? sizeFault(value, rules)
  }

  /// Whether all of it was looked at, and exactly.
  static func isSure(of value: JSONValue, _ rules: JSONObject) -> Bool {
    switch value {
    case .array(let items):
      if rules["uniqueItems"] == .bool(true), items.count > longestCompared { return false }
    case .integer, .float:
      // Numbers are compared as doubles, and what is no multiple by a hair is taken for one.
      let hasBound = numberKeywords.contains { rules[$0] != nil }
      if hasBound, abs(number(value) ?? .infinity) > 1e15 { return false }
      if let unit = rules["multipleOf"].flatMap(number), unit != unit.rounded() { return false }
    case .null, .bool, .string, .object: break
    }
    switch rules["type"] {
    case nil: return true
    case .string(let name): return types.contains(name)
    case .array(let names):
      return names.allSatisfy {
        if case .string(let name) = $0 { types.contains(name) } else { false }
      }
    default: return false
    }
  }

  private static let types: Set<String> = [
    "null", "boolean", "string", "array", "object", "number", "integer",
  ]
  private static let numberKeywords = [
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
  ]
  private static let longestCompared = 256

  private static func typeFault(_ value: JSONValue, _ type: JSONValue?) -> String? {
    switch type {
    case .string(let name):
      return has(name, value) ? nil : "should be \(article(name)), not \(value.kind)"
    case .array(let names):
      let known = names.compactMap { if case .string(let name) = $0 { name } else { String?.none } }
      if known.isEmpty || known.contains(where: { has($0, value) }) { return nil }
      return "should be \(known.map(article).joined(separator: " or ")), not \(value.kind)"
    default: return nil
    }
  }

  private static func has(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
      ("object", .object), ("number", .integer), ("number", .float), ("integer", .integer):
      true
    case ("integer", .float(let number)): number == number.rounded()
    case ("null", _), ("boolean", _), ("string", _), ("array", _), ("object", _), ("number", _),
      ("integer", _):
      false
    // A type that nobody knows.
    default: true
    }
  }

  private static func article(_ type: String) -> String {
    switch type {
    case "null": "null"
    case "array": "a list"
    case "object", "integer": "an \(type)"
    default: "a \(type)"
    }
  }

  private static func choiceFault(_ value: JSONValue, _ rules: JSONObject) -> String? {
    if case .array(let choices)? = rules["enum"], !choices.contains(where: { equal($0, value) }) {
      return "is none of the \(choices.count) values that the schema lists"
    }
    if let constant = rules["const"], !equal(constant, value) {
      return "is not the one value that the schema allows"
    }
    return nil
  }

  private static func sizeFault(_ value: JSONValue, _ rules: JSONObject) -> String? {
    switch value {
    case .string(let text):
      return countFault(text.unicodeScalars.count, "characters", rules, "minLength", "maxLength")
    case .array(let items):
      if rules["uniqueItems"] == .bool(true), hasDoubles(items) { return "has an item twice" }
      return countFault(items.count, "items", rules, "minItems", "maxItems")
    case .object(let object):
      return countFault(object.members.count, "members", rules, "minProperties", "maxProperties")
    case .integer, .float: return rangeFault(number(value) ?? 0, rules)
    case .null, .bool: return nil
    }
  }

  private static func countFault(
    _ count: Int, _ unit: String, _ rules: JSONObject, _ least: String, _ most: String
  ) -> String? {
    if let bound = rules[least].flatMap(number), Double(count) < bound {
      return "has \(count) \(unit), fewer than \(PythonText.repr(bound).dropSuffix(".0"))"
    }
    if let bound = rules[most].flatMap(number), Double(count) > bound {
      return "has \(count) \(unit), more than \(PythonText.repr(bound).dropSuffix(".0"))"
    }
    return nil
  }

  private static func rangeFault(_ value: Double, _ rules: JSONObject) -> String? {
    func bound(_ key: String) -> Double? { rules[key].flatMap(number) }
    func text(_ bound: Double) -> String { PythonText.repr(bound).dropSuffix(".0") }
    if let least = bound("minimum") {
      if value < least { return "is less than \(text(least))" }
      // As draft 4 wrote it.
      if value == least, rules["exclusiveMinimum"] == .bool(true) {
        return "is not more than \(text(least))"
      }
    }
    if let most = bound("maximum") {
      if value > most { return "is more than \(text(most))" }
      if value == most, rules["exclusiveMaximum"] == .bool(true) {
        return "is not less than \(text(most))"
      }
    }
    if let least = bound("exclusiveMinimum"), value <= least {
      return "is not more than \(text(least))"
    }
    if let most = bound("exclusiveMaximum"), value >= most {
      return "is not less than \(text(most))"
    }
    if let unit = bound("multipleOf"), unit > 0 {
      let quotient = value / unit
      if !quotient.isFinite || abs(quotient - quotient.rounded()) > 1e-9 * max(1, abs(quotient)) {
        return "is no multiple of \(text(unit))"
      }
    }
    return nil
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let digits): Double(digits)
    case .float(let number): number
    default: nil
    }
  }

  private static func hasDoubles(_ items: [JSONValue]) -> Bool {
    // Quadratic: longer lists are passed over.
    guard items.count <= longestCompared else { return false }
    return items.indices.contains { index in
      items[..<index].contains { equal($0, items[index]) }
    }
  }

  /// JSON Schema's equality: 1 is 1.0, members have no order, texts are compared by their bytes.
  static func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.integer, .float), (.float, .integer), (.float, .float): number(a) == number(b)
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.array(let a), .array(let b)):
      a.count == b.count && zip(a, b).allSatisfy { equal($0, $1) }
    case (.object(let a), .object(let b)):
      a.members.count == b.members.count
        && a.members.allSatisfy { member in b[member.key].map { equal(member.value, $0) } ?? false }
    default: false
    }
  }
}

extension String {
  fileprivate func dropSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
