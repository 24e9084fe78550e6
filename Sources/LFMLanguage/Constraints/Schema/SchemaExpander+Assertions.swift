import LFMGeneration

/// The keywords that speak of a value itself, each of one type; together at most one shape a type.
extension SchemaExpander {
  // Not inlined: what it keeps on the stack would stand there for every schema within another.
  @inline(never)
  func assertions(_ subject: Subject, tracks: Bool) throws(GenerationFailure) -> ValueShape {
    var shape = ValueShape.all
    shape.numbers = try numbers(subject).map { [$0] } ?? []
    shape.strings = try strings(subject).map { [$0] } ?? []
    shape.arrays = try arrays(subject, tracks: tracks).map { [$0] } ?? []
    shape.objects = try objects(subject, tracks: tracks).map { [$0] } ?? []
    guard let types = try types(subject) else { return shape }
    shape.hasNull = types.contains("null")
    shape.hasFalse = types.contains("boolean")
    shape.hasTrue = shape.hasFalse
    if !types.contains("number") {
      var integers = NumberShape()
      integers.kind = .integer
      shape.numbers =
        types.contains("integer") ? shape.numbers.compactMap { $0.intersection(integers) } : []
    }
    if !types.contains("string") { shape.strings = [] }
    if !types.contains("array") { shape.arrays = [] }
    if !types.contains("object") { shape.objects = [] }
    return shape
  }

  private func types(_ subject: Subject) throws(GenerationFailure) -> Set<String>? {
    guard let value = subject.object["type"] else { return nil }
    let list: [JSONValue] = if case .array(let items) = value { items } else { [value] }
    var types: Set<String> = []
    for item in list {
      guard case .string(let name) = item,
        ["null", "boolean", "integer", "number", "string", "array", "object"].contains(name)
      else {
        throw fail(
          subject.place, "type",
          "should be null, boolean, integer, number, string, array or object, or a list of these")
      }
      types.insert(name)
    }
    return types
  }

  // MARK: Numbers

  private func numbers(_ subject: Subject) throws(GenerationFailure) -> NumberShape? {
    var shape = NumberShape()
    shape.lower = try limit(subject, "minimum", "exclusiveMinimum", isLower: true)
    shape.upper = try limit(subject, "maximum", "exclusiveMaximum", isLower: false)
    if let value = subject.object["multipleOf"] {
      guard let divisor = DecimalNumber(value), !divisor.isNegative, !divisor.isZero else {
        throw fail(subject.place, "multipleOf", "should be a number above 0")
      }
      shape.divisors = [divisor]
      try noteDivisor(divisor, value, subject.place)
    }
    if assertsFormats, case .string(let name)? = subject.object["format"],
      let bits = ["int32": 32, "int64": 64][name]
    {
      let (bottom, top) =
        bits == 32 ? (Int(Int32.min), Int(Int32.max)) : (Int.min, Int.max)
      var range = NumberShape()
      range.lower = NumberShape.Limit(value: DecimalNumber(bottom), isExclusive: false)
      range.upper = NumberShape.Limit(value: DecimalNumber(top), isExclusive: false)
      return shape.intersection(range)
    }
    return NumberShape().intersection(shape)
  }

  /// Sees that there is an automaton, so that the refusal names the keyword.
  private func noteDivisor(
    _ divisor: DecimalNumber, _ value: JSONValue, _ place: Int
  ) throws(GenerationFailure) {
    var isFloat = false
    if case .float = value { isFloat = true }
    if let known = divisors[divisor] {
      divisors[divisor] = (known.place, known.isFloat || isFloat)
      return
    }
    divisors[divisor] = (place, isFloat)
    try spend(100)
    _ = try SchemaFailure.of(document.pointer(place, "multipleOf")) { () throws(RegularFailure) in
      try NumberLanguage.multiple(of: divisor)
    }
  }

  private func limit(
    _ subject: Subject, _ inclusive: String, _ exclusive: String, isLower: Bool
  ) throws(GenerationFailure) -> NumberShape.Limit? {
    var limits: [NumberShape.Limit] = []
    var isExclusive = false
    switch subject.object[exclusive] {
    case nil: break
    // As draft 4 had it, a word about the other keyword.
    case .bool(let value): isExclusive = value
    case .some(let value):
      let number = try number(value, subject.place, exclusive)
      limits.append(NumberShape.Limit(value: number, isExclusive: true))
    }
    if let value = subject.object[inclusive] {
      let number = try number(value, subject.place, inclusive)
      limits.append(NumberShape.Limit(value: number, isExclusive: isExclusive))
    }
    return limits.max { one, two in
      if one.value == two.value { return !one.isExclusive && two.isExclusive }
      return (one.value < two.value) == isLower
    }
  }

  private func number(
    _ value: JSONValue, _ place: Int, _ keyword: String
  ) throws(GenerationFailure) -> DecimalNumber {
    guard let number = DecimalNumber(value) else {
      throw fail(place, keyword, "should be a number, not \(value.kind)")
    }
    try checkDigits(of: value, place, keyword)
    return number
  }

  // MARK: Strings

  private func strings(_ subject: Subject) throws(GenerationFailure) -> StringShape? {
    var shape = StringShape()
    shape.minimum = try count(subject, "minLength") ?? 0
    shape.maximum = try count(subject, "maxLength")
    if let maximum = shape.maximum, maximum < shape.minimum { return nil }
    if let value = subject.object["pattern"] {
      guard case .string(let pattern) = value else {
        throw fail(subject.place, "pattern", "should be a string, not \(value.kind)")
      }
      shape.language = try language(
        ofPattern: pattern, at: document.pointer(subject.place, "pattern"))
      if shape.language == .nothing { return nil }
    }
    guard assertsFormats, let value = subject.object["format"] else { return shape }
    guard case .string(let name) = value else {
      throw fail(subject.place, "format", "should be a string, not \(value.kind)")
    }
    guard let format = try language(ofFormat: name, subject.place) else { return shape }
    do {
      return try shape.intersection(StringShape(language: format))
    } catch {
      throw fail(subject.place, "format", error.description)
    }
  }

  /// Texts in which the pattern is found somewhere.
  func language(
    ofPattern pattern: String, at pointer: @autoclosure () -> JSONPointer
  ) throws(GenerationFailure) -> ScalarAutomaton {
    if let known = patterns[PropertyName(pattern)] { return known }
    try spend(100)
    do {
      let language = try RegularExpression.automaton(pattern, .anywhere, budget: &budget)
      patterns[PropertyName(pattern)] = language
      return language
    } catch {
      throw SchemaFailure.at(pointer(), error.description)
    }
  }

  private func language(
    ofFormat name: String, _ place: Int
  ) throws(GenerationFailure) -> ScalarAutomaton? {
    if SchemaLanguages.formatsWithoutMeaning.contains(name) { return nil }
    do {
      if let language = try SchemaLanguages.format(name) { return language }
    } catch {
      throw fail(place, "format", error.description)
    }
    throw fail(
      place, "format",
      "is not known here and would not be enforced; leave it out or write a pattern")
  }

  // MARK: Arrays

  private func arrays(
    _ subject: Subject, tracks: Bool
  ) throws(GenerationFailure) -> ArrayShape? {
    var shape = ArrayShape()
    shape.prefix = try children(subject, "prefixItems")
    if case .array? = subject.object["items"] {
      let items = try children(subject, "items")
      if subject.object["prefixItems"] != nil {
        throw fail(subject.place, "items", "should be one schema beside prefixItems, not a list")
      }
      shape.prefix = items
      if let rest = try child(subject, "additionalItems") {
        shape.rest = rest
        shape.evaluated = tracks ? Int.max : 0
      } else {
        shape.evaluated = tracks ? items.count : 0
      }
    } else if let rest = try child(subject, "items") {
      shape.rest = rest
      shape.evaluated = tracks ? Int.max : 0
    } else if tracks {
      shape.evaluated = shape.prefix.count
    }
    shape.minimum = try count(subject, "minItems") ?? 0
    shape.maximum = try count(subject, "maxItems")
    if let value = try child(subject, "contains") {
      let atLeast = try count(subject, "minContains") ?? 1
      let atMost = try count(subject, "maxContains")
      shape.counts = [
        ArrayShape.Count(
          value: value, from: 0, atLeast: atLeast, atMost: atMost, place: subject.place)
      ]
      if tracks { shape.evaluatedKinds = [value] }
    }
    if try flag(subject, "uniqueItems") { shape.uniquePlace = subject.place }
    return shape.normalized()
  }

  // MARK: Objects

  private func objects(
    _ subject: Subject, tracks: Bool
  ) throws(GenerationFailure) -> ObjectShape? {
    var shape = ObjectShape()
    var seen = KeySet()
    if case .object(let properties)? = subject.object["properties"] {
      for member in properties.members {
        let name = PropertyName(member.key)
        seen.names.insert(name)
        guard let value = try child(subject, "properties", member.key), !value.isAnything else {
          continue
        }
        shape.rules.append(ObjectShape.Rule(keys: KeySet(name), value: value))
      }
    }
    if case .object(let patterns)? = subject.object["patternProperties"] {
      for member in patterns.members {
        var keys = KeySet()
        keys.kinds = [
          .language(
            try language(
              ofPattern: member.key,
              at: document.pointer(subject.place, "patternProperties").appending(member.key)))
        ]
        seen.formUnion(keys)
        guard let value = try child(subject, "patternProperties", member.key), !value.isAnything
        else { continue }
        shape.rules.append(ObjectShape.Rule(keys: keys, value: value))
      }
    }
    if let value = try child(subject, "additionalProperties") {
      if !value.isAnything {
        shape.rules.append(ObjectShape.Rule(keys: seen.complement, value: value))
      }
      seen = .all
    }
    if let value = try child(subject, "propertyNames"), !value.isAnything {
      var keys = KeySet()
      keys.kinds = [.schema(value)]
      shape.rules.append(ObjectShape.Rule(keys: keys.complement, value: .never))
    }
    if tracks { shape.evaluated = seen }
    shape.required = try names(subject, "required")
    shape.minimum = try count(subject, "minProperties") ?? 0
    shape.maximum = try count(subject, "maxProperties")
    shape.dependencies = try dependencies(subject)
    if let maximum = shape.maximum, maximum < max(shape.minimum, shape.required.count) {
      return nil
    }
    return shape
  }

  private func dependencies(
    _ subject: Subject
  ) throws(GenerationFailure) -> [PropertyName: Set<PropertyName>] {
    var result: [PropertyName: Set<PropertyName>] = [:]
    for keyword in ["dependentRequired", "dependencies"] {
      guard let value = subject.object[keyword] else { continue }
      guard case .object(let object) = value else {
        throw fail(subject.place, keyword, "should be an object, not \(value.kind)")
      }
      for member in object.members {
        if keyword == "dependencies" {
          guard case .array = member.value else { continue }
        }
        let names = try names(member.value) {
          fail(subject.place, keyword, "should have lists of keys")
        }
        result[PropertyName(member.key), default: []].formUnion(names)
      }
    }
    return result.filter { !$0.value.isEmpty }
  }
}
