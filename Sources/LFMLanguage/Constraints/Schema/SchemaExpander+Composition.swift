import LFMGeneration

/// Schemas made of schemas for the same value: `allOf`, `anyOf`, `oneOf`, `not`, `if`, `dependentSchemas`.
extension SchemaExpander {
  /// A keyword that composes: what it accepts and what it does not, each worked out when it is asked for.
  struct Composition {
    /// The parameter: whether it is noted what has been looked at.
    var accepted: (Bool) throws(GenerationFailure) -> ValueShape
    var rejected: () throws(GenerationFailure) -> ValueShape
  }

  func compositions(_ subject: Subject) throws(GenerationFailure) -> [Composition] {
    var result: [Composition] = []
    if subject.object["allOf"] != nil {
      let parts = try children(subject, "allOf")
      result.append(allOf(parts))
    }
    if let part = try child(subject, "not") {
      result.append(
        Composition { (_) throws(GenerationFailure) in
          try self.expand(self.complement(part))
        } rejected: { () throws(GenerationFailure) in
          try self.expand(part)
        })
    }
    if let condition = try child(subject, "if") {
      let then = try child(subject, "then") ?? .anything
      let otherwise = try child(subject, "else") ?? .anything
      result.append(conditional(condition, then, otherwise))
    }
    for keyword in ["dependentSchemas", "dependencies"] {
      guard case .object(let object)? = subject.object[keyword] else { continue }
      for member in object.members {
        guard let part = try child(subject, keyword, member.key), !part.isAnything else { continue }
        result.append(dependent(PropertyName(member.key), part))
      }
    }
    if subject.object["oneOf"] != nil {
      result.append(oneOf(try children(subject, "oneOf"), subject.place))
    }
    if subject.object["anyOf"] != nil { result.append(anyOf(try children(subject, "anyOf"))) }
    return result
  }

  private func allOf(_ parts: [Conjunction]) -> Composition {
    Composition { (tracks) throws(GenerationFailure) in
      var shape = ValueShape.all
      for part in parts {
        shape = try self.intersection(shape, try self.expand(part, tracks: tracks))
        if shape.isNothing { break }
      }
      return shape
    } rejected: { () throws(GenerationFailure) in
      var shape = ValueShape.nothing
      for part in parts {
        try self.unite(&shape, with: try self.expand(self.complement(part)))
      }
      return shape
    }
  }

  private func anyOf(_ parts: [Conjunction]) -> Composition {
    Composition { (tracks) throws(GenerationFailure) in
      var shape = ValueShape.nothing
      for part in parts {
        let next = try self.expand(part, tracks: tracks)
        // What two branches have looked at counts together where both hold. Where only one is known to hold,
        // less has been looked at, and more is asked: no wrong value gets in.
        if tracks { try self.unite(&shape, with: try self.overlap(shape, next)) }
        try self.unite(&shape, with: next)
      }
      return shape
    } rejected: { () throws(GenerationFailure) in
      var shape = ValueShape.all
      for part in parts {
        shape = try self.intersection(shape, try self.expand(self.complement(part)))
      }
      return shape
    }
  }

  /// Arrays and objects that are in both, where together more has been looked at than in either.
  private func overlap(
    _ left: ValueShape, _ right: ValueShape
  ) throws(GenerationFailure) -> ValueShape {
    var result = ValueShape()
    try spend(left.width * right.width)
    for one in left.objects {
      for two in right.objects {
        var both = one.evaluated
        both.formUnion(two.evaluated)
        if both == one.evaluated || both == two.evaluated { continue }
        var (first, second) = (ValueShape(), ValueShape())
        first.objects = [one]
        second.objects = [two]
        try unite(&result, with: try intersection(first, second))
      }
    }
    for one in left.arrays {
      for two in right.arrays {
        if one.evaluated == two.evaluated, one.evaluatedKinds == two.evaluatedKinds { continue }
        var (first, second) = (ValueShape(), ValueShape())
        first.arrays = [one]
        second.arrays = [two]
        try unite(&result, with: try intersection(first, second))
      }
    }
    return result
  }

  private func oneOf(_ parts: [Conjunction], _ place: Int) -> Composition {
    Composition { (tracks) throws(GenerationFailure) in
      try self.exactlyOne(parts, place, tracks: tracks)
    } rejected: { () throws(GenerationFailure) in
      try self.otherThanOne(parts)
    }
  }

  private func shapes(_ parts: [Conjunction]) throws(GenerationFailure) -> [ValueShape] {
    var shapes: [ValueShape] = []
    for part in parts {
      try spend(1)
      shapes.append(try expand(part))
    }
    return shapes
  }

  /// What none of the parts accepts, or several do.
  private func otherThanOne(_ parts: [Conjunction]) throws(GenerationFailure) -> ValueShape {
    let shapes = try shapes(parts)
    if shapes.allSatisfy(\.isListed) { return try complement(ValueShape.listedOnce(in: shapes)) }
    try spend(parts.count * parts.count)
    var result = ValueShape.all
    for part in parts { result = try intersection(result, try expand(complement(part))) }
    for (index, part) in parts.enumerated() {
      for other in parts[..<index] { try unite(&result, with: try expand(part.and(other))) }
    }
    return result
  }

  private func exactlyOne(
    _ parts: [Conjunction], _ place: Int, tracks: Bool
  ) throws(GenerationFailure) -> ValueShape {
    let shapes = try shapes(parts)
    if shapes.allSatisfy(\.isListed) { return .listedOnce(in: shapes) }
    try spend(parts.count * parts.count / 2)
    var overlaps = Array(repeating: Array(repeating: false, count: parts.count), count: parts.count)
    for index in parts.indices {
      for other in 0..<index {
        let overlap = try intersection(shapes[index], shapes[other])
        overlaps[index][other] = !overlap.isNothing
        overlaps[other][index] = !overlap.isNothing
      }
    }
    var result = ValueShape.nothing
    for (index, part) in parts.enumerated() {
      var shape = tracks ? try expand(part, tracks: true) : shapes[index]
      for (other, rival) in parts.enumerated() where other != index && overlaps[index][other] {
        if shape.isNothing { break }
        do {
          shape = try intersection(shape, try expand(complement(rival)))
        } catch {
          throw fail(
            place, "oneOf",
            "branches \(min(index, other)) and \(max(index, other)) are not seen to exclude each other, "
              + "and what only one of them accepts cannot be written: \(error.message)")
        }
      }
      try unite(&result, with: shape)
    }
    return result
  }

  private func conditional(
    _ condition: Conjunction, _ then: Conjunction, _ otherwise: Conjunction
  ) -> Composition {
    func branches(
      _ tracks: Bool, _ then: Conjunction, _ otherwise: Conjunction
    ) throws(GenerationFailure) -> ValueShape {
      var shape = try self.intersection(
        try self.expand(condition, tracks: tracks), try self.expand(then, tracks: tracks))
      if then.isAnything, otherwise.isAnything {
        // Both hold of everything; the condition only looks.
        shape.formUnion(.all)
        return shape
      }
      shape.formUnion(
        try self.intersection(
          try self.expand(self.complement(condition)), try self.expand(otherwise, tracks: tracks)))
      return shape
    }
    return Composition { (tracks) throws(GenerationFailure) in
      try branches(tracks, then, otherwise)
    } rejected: { () throws(GenerationFailure) in
      if then.isAnything, otherwise.isAnything { return .nothing }
      return try branches(false, self.complement(then), self.complement(otherwise))
    }
  }

  private func dependent(_ name: PropertyName, _ part: Conjunction) -> Composition {
    func objects(_ shape: ObjectShape) -> ValueShape {
      var result = ValueShape()
      result.objects = [shape]
      return result
    }
    return Composition { (tracks) throws(GenerationFailure) in
      var shape = ValueShape.all
      shape.objects = [.lacking(name)]
      shape.formUnion(
        try self.intersection(objects(.having(name)), try self.expand(part, tracks: tracks)))
      return shape
    } rejected: { () throws(GenerationFailure) in
      try self.intersection(objects(.having(name)), try self.expand(self.complement(part)))
    }
  }

  // MARK: What is left

  /// `unevaluatedProperties` and `unevaluatedItems`, when all other keywords have been looked at.
  func applyUnevaluated(
    _ subject: Subject, _ shape: ValueShape, tracks: Bool
  ) throws(GenerationFailure) -> ValueShape {
    var result = shape
    if let value = try child(subject, "unevaluatedProperties") {
      var asked = ValueShape()
      for object in shape.objects {
        var object = object
        if !object.evaluated.isAll {
          var rule = ObjectShape()
          rule.rules = [ObjectShape.Rule(keys: object.evaluated.complement, value: value)]
          object.evaluated = KeySet()
          var (first, second) = (ValueShape(), ValueShape())
          first.objects = [object]
          if !value.isAnything { second.objects = [rule] } else { second.objects = [.all] }
          asked.formUnion(try intersection(first, second))
        } else {
          asked.formUnion(Self.only(object))
        }
      }
      result.objects = asked.objects.map { Self.marked($0, tracks) }
    } else if !tracks {
      result.objects = Self.unmarked(result.objects) { $0.evaluated = KeySet() }
    }
    if let value = try child(subject, "unevaluatedItems") {
      result.arrays = shape.arrays.compactMap { restrict($0, value, tracks: tracks) }
    } else if !tracks {
      result.arrays = Self.unmarked(result.arrays) {
        $0.evaluated = 0
        $0.evaluatedKinds = []
      }
    }
    return result
  }

  private static func only(_ object: ObjectShape) -> ValueShape {
    var shape = ValueShape()
    shape.objects = [object]
    return shape
  }

  private static func marked(_ object: ObjectShape, _ tracks: Bool) -> ObjectShape {
    var object = object
    object.evaluated = tracks ? .all : KeySet()
    return object
  }

  private static func unmarked<Shape: Hashable>(
    _ shapes: [Shape], _ unmark: (inout Shape) -> Void
  ) -> [Shape] {
    var known: Set<Shape> = []
    return shapes.compactMap { shape in
      var shape = shape
      unmark(&shape)
      return known.insert(shape).inserted ? shape : nil
    }
  }

  private func restrict(_ array: ArrayShape, _ value: Conjunction, tracks: Bool) -> ArrayShape? {
    var array = array
    if array.evaluated != Int.max {
      let asked = either([value] + array.evaluatedKinds)
      let count = max(array.prefix.count, array.evaluated)
      array.prefix = (0..<count).map { index in
        index < array.evaluated ? array.item(index) : array.item(index).and(asked)
      }
      array.rest = array.rest.and(asked)
    }
    array.evaluated = tracks ? Int.max : 0
    array.evaluatedKinds = []
    return array.normalized()
  }
}
