import LFMGeneration

/// Intersection and complement of value shapes, which need the expander to see what is empty.
extension SchemaExpander {
  func intersection(
    _ left: ValueShape, _ right: ValueShape
  ) throws(GenerationFailure) -> ValueShape {
    if left == .all { return right }
    if right == .all { return left }
    var shape = ValueShape()
    shape.hasNull = left.hasNull && right.hasNull
    shape.hasFalse = left.hasFalse && right.hasFalse
    shape.hasTrue = left.hasTrue && right.hasTrue
    shape.numbers = try pairs(left.numbers, right.numbers) { $0.intersection($1) }
    shape.strings = try pairs(left.strings, right.strings) { (one, two) throws(GenerationFailure) in
      try common(one, two)
    }
    shape.arrays = try pairs(left.arrays, right.arrays) { possible($0.intersection($1)) }
    shape.objects = try pairs(left.objects, right.objects) { (one, two) throws(GenerationFailure) in
      try possible(one.intersection(two))
    }
    return shape
  }

  private func common(
    _ one: StringShape, _ two: StringShape
  ) throws(GenerationFailure) -> StringShape? {
    if let first = one.language, let second = two.language { try spend(first, second) }
    return try SchemaFailure.of(here) { () throws(RegularFailure) in try one.intersection(two) }
  }

  private func pairs<Shape: Hashable>(
    _ left: [Shape], _ right: [Shape],
    _ combine: (Shape, Shape) throws(GenerationFailure) -> Shape?
  ) throws(GenerationFailure) -> [Shape] {
    var result: [Shape] = []
    var known: Set<Shape> = []
    for one in left {
      for two in right {
        try spend(2 + (Self.size(one) + Self.size(two)) / 16)
        if let shape = try combine(one, two), known.insert(shape).inserted { result.append(shape) }
      }
    }
    if result.count > Limits.width {
      throw SchemaFailure.tooComplex(
        here, "comes to more than \(Limits.width) alternatives")
    }
    return result
  }

  /// Makes `shape` the union of both, unless that comes to too many alternatives.
  func unite(
    _ shape: inout ValueShape, with other: ValueShape
  ) throws(GenerationFailure) {
    try spend(1 + (other.listedCount + other.width * shape.width) / 16)
    shape.formUnion(other)
    if shape.width > Limits.width {
      throw SchemaFailure.tooComplex(here, "comes to more than \(Limits.width) alternatives")
    }
  }

  /// How much there is to look at in a shape, roughly.
  private static func size<Shape>(_ shape: Shape) -> Int {
    switch shape {
    case let shape as NumberShape: shape.points?.count ?? shape.excluded.count
    case let shape as StringShape: shape.values?.count ?? shape.excluded.count
    case let shape as ArrayShape: shape.prefix.count + shape.counts.count
    case let shape as ObjectShape: shape.rules.count + shape.required.count
    default: 1
    }
  }

  /// The shape, cut where an item cannot be; `nil` if nothing is left.
  private func possible(_ shape: ArrayShape?) -> ArrayShape? {
    guard var shape else { return nil }
    // Schemas that stand alone are not looked into: what they are was decided where they were written.
    let end = shape.prefix.prefix(64).firstIndex { $0.literals.count > 1 && isEmpty($0) }
    if let end {
      shape.prefix = Array(shape.prefix[..<end])
      shape.rest = .never
    } else if shape.rest.literals.count > 1, isEmpty(shape.rest) {
      shape.rest = .never
    }
    return shape.normalized()
  }

  /// The shape, or `nil` if a required member cannot be.
  private func possible(_ shape: ObjectShape?) throws(GenerationFailure) -> ObjectShape? {
    guard let shape else { return nil }
    let values = try values(of: shape.required, in: shape)
    for value in values.values where value.isNever || (value.literals.count > 1 && isEmpty(value)) {
      return nil
    }
    if let names = closedNames(shape) {
      if !shape.required.isSubset(of: names) { return nil }
      if names.count < shape.minimum { return nil }
    }
    return shape
  }

  /// The only keys that may occur, where a rule excludes all but some names.
  private func closedNames(_ shape: ObjectShape) -> Set<PropertyName>? {
    shape.rules.first { $0.value.isNever && $0.keys.isComplement && $0.keys.kinds.isEmpty }?.keys
      .names
  }

  /// What the values of these keys have to satisfy.
  func values(
    of names: some Sequence<PropertyName>, in shape: ObjectShape
  ) throws(GenerationFailure) -> [PropertyName: Conjunction] {
    let named = shape.namedRules()
    let others = shape.rules.filter { $0.keys.single == nil }
    var result: [PropertyName: Conjunction] = [:]
    for name in names {
      var value = named[name] ?? .anything
      for rule in others {
        try spend(1)
        if try contains(rule.keys, name) { value = value.and(rule.value) }
      }
      result[name] = value
    }
    return result
  }

  func contains(_ keys: KeySet, _ name: PropertyName) throws(GenerationFailure) -> Bool {
    if keys.names.contains(name) { return !keys.isComplement }
    for kind in keys.kinds {
      let isIn: Bool
      switch kind {
      case .language(let language): isIn = language.accepts(name.text)
      case .schema(let schema):
        isIn = try expandKeys(schema).contains { $0.contains(name) }
      }
      if isIn { return !keys.isComplement }
    }
    return keys.isComplement
  }

  /// The strings that satisfy a schema of names. A name is another value than the object, so cycles are looked for anew.
  func expandKeys(_ schema: Conjunction) throws(GenerationFailure) -> [StringShape] {
    try apart { () throws(GenerationFailure) in try expand(schema).strings }
  }

  // MARK: Complement

  func complement(_ shape: ValueShape) throws(GenerationFailure) -> ValueShape {
    var result = ValueShape()
    result.hasNull = !shape.hasNull
    result.hasFalse = !shape.hasFalse
    result.hasTrue = !shape.hasTrue
    result.numbers = try meet(shape.numbers, .all) {
      $0.complement
    } by: {
      $0.intersection($1)
    }
    result.strings = try meet(shape.strings, .all) { (shape) throws(GenerationFailure) in
      try SchemaFailure.of(here) { () throws(RegularFailure) in try shape.complement() }
    } by: { (one, two) throws(GenerationFailure) in
      try common(one, two)
    }
    result.arrays = try meet(shape.arrays, .all) { (shape) throws(GenerationFailure) in
      try complement(shape)
    } by: {
      possible($0.intersection($1))
    }
    result.objects = try meet(shape.objects, .all) {
      complement($0)
    } by: { (one, two) throws(GenerationFailure) in
      try possible(one.intersection(two))
    }
    return result
  }

  /// What is in the complement of each of the shapes.
  private func meet<Shape: Hashable>(
    _ shapes: [Shape], _ all: Shape,
    _ complement: (Shape) throws(GenerationFailure) -> [Shape],
    by combine: (Shape, Shape) throws(GenerationFailure) -> Shape?
  ) throws(GenerationFailure) -> [Shape] {
    var result = [all]
    for shape in shapes {
      if result.isEmpty { return [] }
      result = try pairs(result, try complement(shape), combine)
    }
    return result
  }

  private func complement(_ shape: ArrayShape) throws(GenerationFailure) -> [ArrayShape] {
    if let place = shape.uniquePlace {
      throw fail(place, "uniqueItems", "cannot be honoured under not, oneOf or if")
    }
    // Each item that is asked for something comes to an alternative that counts up to it.
    let asked = shape.prefix.indices.filter { !shape.prefix[$0].isAnything }
    try spend(asked.reduce(0, +) / 16)
    if asked.count > Limits.width {
      throw SchemaFailure.tooComplex(here, "comes to more than \(Limits.width) alternatives")
    }
    var result: [ArrayShape] = []
    func add(_ change: (inout ArrayShape) -> Void) {
      var other = ArrayShape()
      change(&other)
      if let other = other.normalized() { result.append(other) }
    }
    if shape.minimum > 0 { add { $0.maximum = shape.minimum - 1 } }
    if let maximum = shape.maximum { add { $0.minimum = maximum + 1 } }
    for index in asked {
      add {
        $0.prefix = Array(repeating: .anything, count: index) + [complement(shape.prefix[index])]
        $0.minimum = index + 1
      }
    }
    if !shape.rest.isAnything {
      add {
        $0.minimum = shape.prefix.count + 1
        if !shape.rest.isNever {
          let count = ArrayShape.Count(
            value: complement(shape.rest), from: shape.prefix.count, atLeast: 1,
            place: current ?? 0)
          $0.counts = [count]
        }
      }
    }
    for count in shape.counts {
      var other = count
      if count.atLeast > 0 {
        (other.atLeast, other.atMost) = (0, count.atLeast - 1)
        add { $0.counts = [other] }
      }
      if let atMost = count.atMost {
        (other.atLeast, other.atMost) = (atMost + 1, nil)
        add { $0.counts = [other] }
      }
    }
    return result
  }

  private func complement(_ shape: ObjectShape) -> [ObjectShape] {
    var result: [ObjectShape] = []
    for rule in shape.rules {
      let value = complement(rule.value)
      if value.isNever { continue }
      if let name = rule.keys.single {
        result.append(.having(name, value))
      } else {
        var other = ObjectShape()
        other.existences = [
          ObjectShape.Existence(keys: rule.keys, value: value, place: current ?? 0)
        ]
        other.minimum = 1
        result.append(other)
      }
    }
    result += shape.required.sorted().map { .lacking($0) }
    for (key, names) in shape.dependencies.sorted(by: { $0.key < $1.key }) {
      for name in names.sorted() {
        if let other = ObjectShape.having(key).intersection(.lacking(name)) { result.append(other) }
      }
    }
    for existence in shape.existences {
      var other = ObjectShape()
      other.rules = [
        ObjectShape.Rule(keys: existence.keys, value: complement(existence.value))
      ]
      result.append(other)
    }
    if shape.minimum > 0 {
      var few = ObjectShape()
      few.maximum = shape.minimum - 1
      result.append(few)
    }
    if let maximum = shape.maximum {
      var many = ObjectShape()
      many.minimum = maximum + 1
      result.append(many)
    }
    return result
  }
}
