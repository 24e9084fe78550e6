import LFMGeneration

/// Questions that the writing of grammars asks.
extension SchemaExpander {
  /// The values that satisfy a conjunction, if they are a few listed ones without parts.
  func listedValues(_ conjunction: Conjunction) throws(GenerationFailure) -> [JSONValue]? {
    let shape = try expand(conjunction)
    guard shape.arrays.isEmpty, shape.objects.isEmpty else { return nil }
    var values: [JSONValue] = []
    if shape.hasNull { values.append(.null) }
    if shape.hasTrue { values.append(.bool(true)) }
    if shape.hasFalse { values.append(.bool(false)) }
    var numbers: Set<DecimalNumber> = []
    for number in shape.numbers {
      guard let points = number.listed else { return nil }
      numbers.formUnion(points)
    }
    var strings: Set<PropertyName> = []
    for string in shape.strings {
      guard let texts = string.values else { return nil }
      strings.formUnion(texts)
    }
    values += numbers.sorted().map(\.jsonValue)
    values += strings.sorted().map { .string($0.text) }
    return values
  }

  /// A name for the rule of a conjunction: where its schemas stand.
  func name(of conjunction: Conjunction) -> String {
    if conjunction.isAnything { return "any value" }
    let names = conjunction.literals.prefix(3).map { literal in
      (literal.isNegated ? "not " : "") + "#" + pointer(of: literal.term).text
    }
    return names.joined(separator: " and ")
  }

  func pointer(of conjunction: Conjunction) -> JSONPointer {
    conjunction.literals.first.map { pointer(of: $0.term) } ?? JSONPointer()
  }

  /// The first of these keywords that one of the schemas has itself; where none does, the first schema.
  func pointer(of conjunction: Conjunction, toOneOf keywords: [String]) -> JSONPointer {
    for place in conjunction.literals.compactMap({ place(of: $0.term) }) {
      guard case .object(let object) = document.places[place].value,
        let keyword = keywords.first(where: { object[$0] != nil })
      else { continue }
      return document.pointer(place, keyword)
    }
    return pointer(of: conjunction)
  }
}

extension NumberShape {
  /// The numbers, if they are listed or few integers between limits.
  var listed: Set<DecimalNumber>? {
    if let points { return points }
    guard kind == .integer, let low = lower?.value, let high = upper?.value,
      low.isInteger, high.isInteger, let first = low.integer, let last = high.integer,
      last - first < 1_000
    else { return nil }
    return Set((first...last).map { DecimalNumber($0) }.filter(contains))
  }
}

extension DecimalNumber {
  var jsonValue: JSONValue {
    isInteger ? .integer(text) : .float(Double(text) ?? 0)
  }
}

extension JSONValue {
  /// Whether two values without parts are one.
  func isSameNumberOrText(as other: JSONValue) -> Bool {
    switch (self, other) {
    case (.string(let one), .string(let two)): one.utf8.elementsEqual(two.utf8)
    case (.null, .null): true
    case (.bool(let one), .bool(let two)): one == two
    default:
      if let one = DecimalNumber(self), let two = DecimalNumber(other) { one == two } else { false }
    }
  }
}
