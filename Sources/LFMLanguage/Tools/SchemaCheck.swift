/// Whether a value keeps to a JSON Schema (draft 2020-12), as far as is looked at, and where it does not.
///
/// Owns the common assertions: types, enumerations, ranges, lengths, members, items, combinations, and references within the schema.
/// What it does not know (patterns, formats, references elsewhere) it passes over: it finds faults, it does not prove that there
/// are none; and where a fault would be that an inner schema fits, one that was not looked at whole is not taken to fit. Depth and
/// work are bounded, whatever the schema.
struct SchemaCheck {
  private static let maximumDepth = 48
  private static let maximumSteps = 100_000
  private static let maximumProblems = 8

  private let root: JSONValue
  private var steps = 0
  /// Whether something that could be at fault was passed over.
  private var isUnsure = false
  private var problems: [String] = []

  /// What is wrong with the arguments of a call, a sentence each; at most eight.
  static func problems(of value: JSONValue, under schema: JSONValue) -> [String] {
    var check = SchemaCheck(root: schema)
    _ = check.accepts(value, schema, Place(), depth: 0, reports: true)
    return check.problems
  }

  /// Whether nothing wrong was found.
  static func accepts(_ value: JSONValue, under schema: JSONValue) -> Bool {
    var check = SchemaCheck(root: schema)
    return check.accepts(value, schema, Place(), depth: 0, reports: false)
  }

  private init(root: JSONValue) { self.root = root }

  /// Keywords that can assert something and are not looked at. Others that nobody knows assert nothing.
  private static let passedOver: Set<String> = [
    "pattern", "format", "patternProperties", "propertyNames", "contains", "minContains",
    "maxContains", "dependentRequired", "dependentSchemas", "dependencies", "additionalItems",
    "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef",
  ]

  /// Whether something in the schema could be at fault and is passed over, formats left aside: these need not assert anything.
  static func passesOver(in schema: JSONValue) -> Bool {
    switch schema {
    case .object(let object):
      object.members.contains {
        ($0.key != "format" && passedOver.contains($0.key)) || passesOver(in: $0.value)
      }
    case .array(let items): items.contains(where: passesOver)
    default: false
    }
  }

  private enum Fit {
    case no
    case unsure
    case yes
  }

  /// Where in the arguments a value stands.
  struct Place {
    private(set) var text = ""

    func member(_ key: String) -> Place {
      let name = String(JSONPointer().appending(key).text.dropFirst())
      return Place(text: text.isEmpty ? name : text + "." + name)
    }

    func item(_ index: Int) -> Place { Place(text: "\(text)[\(index)]") }

    var subject: String { text.isEmpty ? "the arguments" : "argument \(text)" }
  }

  /// - Returns: whether nothing is wrong. Past its bounds, nothing is.
  private mutating func accepts(
    _ value: JSONValue, _ schema: JSONValue, _ place: Place, depth: Int, reports: Bool
  ) -> Bool {
    steps += 1
    guard depth < Self.maximumDepth, steps < Self.maximumSteps else {
      isUnsure = true
      return true
    }
    guard case .object(let rules) = schema else {
      return schema == .bool(false)
        ? fault("is not allowed", place, reports) : true
    }
    if rules.members.contains(where: { Self.passedOver.contains($0.key) })
      || !SchemaAssertions.isSure(of: value, rules)
    {
      isUnsure = true
    }
    var isFine = true
    if case .string(let reference)? = rules["$ref"] {
      if let target = target(of: reference) {
        isFine = accepts(value, target, place, depth: depth + 1, reports: reports)
      } else {
        isUnsure = true
      }
    }
    if let sentence = SchemaAssertions.fault(of: value, rules) {
      isFine = fault(sentence, place, reports)
    }
    switch value {
    case .object(let object):
      isFine = members(object, rules, place, depth, reports) && isFine
    case .array(let items):
      isFine = self.items(items, rules, place, depth, reports) && isFine
    default: break
    }
    return combinations(value, rules, place, depth, reports) && isFine
  }

  private mutating func fault(_ sentence: String, _ place: Place, _ reports: Bool) -> Bool {
    if reports, problems.count < Self.maximumProblems {
      problems.append("\(place.subject): \(sentence)")
    }
    return false
  }

  private mutating func members(
    _ object: JSONObject, _ rules: JSONObject, _ place: Place, _ depth: Int, _ reports: Bool
  ) -> Bool {
    var isFine = true
    let properties =
      if case .object(let known)? = rules["properties"] { known } else { JSONObject() }
    if case .array(let names)? = rules["required"] {
      for case .string(let name) in names where object[name] == nil {
        isFine = fault("is missing", place.member(name), reports)
      }
    }
    for member in object.members {
      let inner = place.member(member.key)
      if let schema = properties[member.key] {
        isFine =
          accepts(member.value, schema, inner, depth: depth + 1, reports: reports) && isFine
      } else if let others = rules["additionalProperties"], rules["patternProperties"] == nil {
        if others == .bool(false) {
          isFine = fault("the schema has no argument of this name", inner, reports)
        } else {
          isFine =
            accepts(member.value, others, inner, depth: depth + 1, reports: reports) && isFine
        }
      }
    }
    return isFine
  }

  private mutating func items(
    _ items: [JSONValue], _ rules: JSONObject, _ place: Place, _ depth: Int, _ reports: Bool
  ) -> Bool {
    var isFine = true
    let first =
      if case .array(let schemas)? = rules["prefixItems"] { schemas } else { [JSONValue]() }
    for (index, item) in items.enumerated() {
      guard let schema = index < first.count ? first[index] : rules["items"] else { break }
      // Lists of schemas are those of older drafts.
      if case .array = schema {
        isUnsure = true
        break
      }
      isFine =
        accepts(item, schema, place.item(index), depth: depth + 1, reports: reports) && isFine
    }
    return isFine
  }

  private mutating func combinations(
    _ value: JSONValue, _ rules: JSONObject, _ place: Place, _ depth: Int, _ reports: Bool
  ) -> Bool {
    var isFine = true
    if case .array(let schemas)? = rules["allOf"] {
      for schema in schemas {
        isFine = accepts(value, schema, place, depth: depth + 1, reports: reports) && isFine
      }
    }
    if case .array(let schemas)? = rules["anyOf"] {
      let wasUnsure = isUnsure
      let fits = fits(value, schemas, place, depth)
      if fits.contains(.yes) { isUnsure = wasUnsure }
      if fits.allSatisfy({ $0 == .no }) {
        isFine = fault("fits none of the alternatives", place, reports)
      }
    }
    if case .array(let schemas)? = rules["oneOf"] {
      let fits = fits(value, schemas, place, depth)
      let count = fits.count { $0 == .yes }
      if count > 1 || count == 0 && !fits.contains(.unsure) {
        isFine = fault("fits \(count) of the alternatives, not one", place, reports)
      }
    }
    if let schema = rules["not"], fit(value, schema, place, depth) == .yes {
      isFine = fault("is excluded", place, reports)
    }
    if let condition = rules["if"] {
      let branch: JSONValue? =
        switch fit(value, condition, place, depth) {
        case .yes: rules["then"]
        case .no: rules["else"]
        case .unsure: nil
        }
      if let branch {
        isFine = accepts(value, branch, place, depth: depth + 1, reports: reports) && isFine
      }
    }
    return isFine
  }

  private mutating func fits(
    _ value: JSONValue, _ schemas: [JSONValue], _ place: Place, _ depth: Int
  ) -> [Fit] {
    schemas.map { fit(value, $0, place, depth) }
  }

  private mutating func fit(
    _ value: JSONValue, _ schema: JSONValue, _ place: Place, _ depth: Int
  ) -> Fit {
    let wasUnsure = isUnsure
    isUnsure = false
    let isFine = accepts(value, schema, place, depth: depth + 1, reports: false)
    let fit: Fit = !isFine ? .no : isUnsure ? .unsure : .yes
    isUnsure = wasUnsure || fit == .unsure
    return fit
  }

  /// What `#`, `#/$defs/a` and their like refer to.
  private func target(of reference: String) -> JSONValue? {
    guard reference.hasPrefix("#") else { return nil }
    var value = root
    for step in reference.dropFirst().split(separator: "/") {
      // `~0` and `~1` stand for the two characters; percent signs are beyond us.
      let key = step.replacing("~1", with: "/").replacing("~0", with: "~")
      switch value {
      case .object(let object):
        guard let next = object[String(key)] else { return nil }
        value = next
      case .array(let items):
        guard let index = Int(key), items.indices.contains(index) else { return nil }
        value = items[index]
      default: return nil
      }
    }
    return value
  }
}
