/// A set of objects: what the values of keys have to satisfy, which keys have to be there, how many members there are.
struct ObjectShape: Hashable {
  /// The value of each key of the set satisfies the schema.
  struct Rule: Hashable {
    var keys: KeySet
    var value: Conjunction
  }

  /// Some key of the set is there, with a value that satisfies the schema.
  struct Existence: Hashable {
    var keys: KeySet
    var value: Conjunction
    /// The place of the schema that asks for it, for messages.
    var place: Int
  }

  var rules: [Rule] = []
  var required: Set<PropertyName> = []
  /// Keys that have to be there if the first is.
  var dependencies: [PropertyName: Set<PropertyName>] = [:]
  var existences: [Existence] = []
  var minimum = 0
  var maximum: Int?
  /// Keys that an adjacent schema has looked at; only kept while something may ask for those that are left.
  var evaluated = KeySet()

  static let all = ObjectShape()

  /// What may be done before more is known: whether the shape is seen to be empty is the expander's to ask.
  func intersection(_ other: ObjectShape) -> ObjectShape? {
    if self == .all { return other }
    if other == .all { return self }
    var result = self
    var known = Set(rules)
    for rule in other.rules where known.insert(rule).inserted { result.rules.append(rule) }
    result.required.formUnion(other.required)
    for (key, names) in other.dependencies {
      result.dependencies[key, default: []].formUnion(names)
    }
    for existence in other.existences where !result.existences.contains(existence) {
      result.existences.append(existence)
    }
    result.minimum = max(minimum, other.minimum)
    result.maximum = [maximum, other.maximum].compactMap(\.self).min()
    result.evaluated.formUnion(other.evaluated)
    if let maximum = result.maximum, maximum < max(result.minimum, result.required.count) {
      return nil
    }
    return result
  }

  /// What the rules ask of each name that they name, all kinds of keys left aside.
  func namedRules() -> [PropertyName: Conjunction] {
    var result: [PropertyName: Conjunction] = [:]
    for rule in rules {
      if let name = rule.keys.single { result[name] = (result[name] ?? .anything).and(rule.value) }
    }
    return result
  }

  static func having(_ name: PropertyName, _ value: Conjunction = .anything) -> ObjectShape {
    var shape = ObjectShape()
    shape.required = [name]
    if !value.isAnything { shape.rules = [Rule(keys: KeySet(name), value: value)] }
    return shape
  }

  static func lacking(_ name: PropertyName) -> ObjectShape {
    var shape = ObjectShape()
    shape.rules = [Rule(keys: KeySet(name), value: .never)]
    return shape
  }
}
