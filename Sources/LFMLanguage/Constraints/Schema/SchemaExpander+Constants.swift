import LFMGeneration

/// `enum` and `const`: values that are listed.
extension SchemaExpander {
  /// The values of `enum` and those of `const`, if they are there.
  func listed(_ subject: Subject) throws(GenerationFailure) -> [ValueShape] {
    var result: [ValueShape] = []
    if let value = subject.object["enum"] {
      guard case .array(let values) = value else {
        throw fail(subject.place, "enum", "should be a list, not \(value.kind)")
      }
      try spend(values.count / 4)
      try checkDigits(of: value, subject.place, "enum")
      result.append(shape(equalToOneOf: values))
    }
    if let value = subject.object["const"] {
      try checkDigits(of: value, subject.place, "const")
      result.append(shape(equal: value))
    }
    return result
  }

  /// Sees that no number in a value is longer than automata of numbers take, so that the refusal names the keyword.
  func checkDigits(
    of value: JSONValue, _ place: Int, _ keyword: String
  ) throws(GenerationFailure) {
    switch value {
    case .integer(let text):
      let count = text.utf8.count - (text.hasPrefix("-") ? 1 : 0)
      guard count > NumberLanguage.maximumDigits else { return }
      throw fail(place, keyword, "a number has more than \(NumberLanguage.maximumDigits) digits")
    case .array(let items):
      for item in items { try checkDigits(of: item, place, keyword) }
    case .object(let object):
      for member in object.members { try checkDigits(of: member.value, place, keyword) }
    case .null, .bool, .float, .string: break
    }
  }

  private func shape(equalToOneOf values: [JSONValue]) -> ValueShape {
    var shape = ValueShape()
    var numbers: Set<DecimalNumber> = []
    var strings: Set<PropertyName> = []
    for value in values {
      switch value {
      case .integer, .float: if let number = DecimalNumber(value) { numbers.insert(number) }
      case .string(let text): strings.insert(PropertyName(text))
      case .null: shape.hasNull = true
      case .bool(let flag):
        if flag { shape.hasTrue = true } else { shape.hasFalse = true }
      case .array(let items): shape.arrays.append(self.shape(equal: items))
      case .object(let object): shape.objects.append(self.shape(equal: object))
      }
    }
    if !numbers.isEmpty { shape.numbers = [NumberShape(points: numbers)] }
    if !strings.isEmpty { shape.strings = [StringShape(values: strings)] }
    return shape
  }

  func shape(equal value: JSONValue) -> ValueShape { shape(equalToOneOf: [value]) }

  private func shape(equal items: [JSONValue]) -> ArrayShape {
    var shape = ArrayShape()
    shape.prefix = items.map { constant($0) }
    shape.rest = .never
    shape.minimum = items.count
    shape.maximum = items.count
    return shape
  }

  private func shape(equal object: JSONObject) -> ObjectShape {
    var shape = ObjectShape()
    var others = KeySet.all
    for member in object.members {
      let name = PropertyName(member.key)
      others.names.insert(name)
      shape.required.insert(name)
      shape.rules.append(ObjectShape.Rule(keys: KeySet(name), value: constant(member.value)))
    }
    shape.rules.append(ObjectShape.Rule(keys: others, value: .never))
    return shape
  }
}
