import LFMGeneration

/// One schema of the document: which of its keywords count, and how they come together.
extension SchemaExpander {
  /// A schema whose turn it is.
  struct Subject {
    let object: JSONObject
    let place: Int
    let scope: Int
  }

  private func subject(
    _ place: Int, _ scope: Int
  ) throws(GenerationFailure) -> Subject? {
    guard case .object(let object) = document.places[place].value else { return nil }
    if object["$recursiveAnchor"] == .bool(true) {
      throw fail(place, "$recursiveAnchor", "is not supported; write $dynamicAnchor")
    }
    return Subject(object: object, place: place, scope: scope)
  }

  /// Whether drafts up to 7 make the reference everything there is.
  private func isOnlyReference(_ subject: Subject) -> Bool {
    document.draft != .current && subject.object["$ref"] != nil
  }

  private func looksBack(_ subject: Subject) -> Bool {
    subject.object["unevaluatedProperties"] != nil || subject.object["unevaluatedItems"] != nil
  }

  /// The values that the schema accepts.
  @inline(never)
  func accepted(
    by place: Int, scope: Int, tracks: Bool
  ) throws(GenerationFailure) -> ValueShape {
    guard let subject = try subject(place, scope) else {
      return document.places[place].value == .bool(true) ? .all : .nothing
    }
    let references = try references(subject)
    var shape = ValueShape.all
    if isOnlyReference(subject) {
      for target in references { shape = try expand(target, tracks: tracks) }
      return shape
    }
    let inner = tracks || looksBack(subject)
    shape = try assertions(subject, tracks: inner)
    for listed in try listed(subject) { shape = try intersection(shape, listed) }
    for target in references {
      shape = try intersection(shape, try expand(target, tracks: inner))
    }
    for part in try compositions(subject) {
      if shape.isNothing { break }
      shape = try intersection(shape, try part.accepted(inner))
    }
    return try applyUnevaluated(subject, shape, tracks: tracks)
  }

  /// The values that the schema does not accept.
  @inline(never)
  func rejected(by place: Int, scope: Int) throws(GenerationFailure) -> ValueShape {
    guard let subject = try subject(place, scope) else {
      return document.places[place].value == .bool(true) ? .nothing : .all
    }
    if looksBack(subject), !isOnlyReference(subject) {
      // What was looked at depends on which branches hold, so the keywords cannot fail one by one.
      return try complement(try accepted(by: place, scope: scope, tracks: false))
    }
    var shape = ValueShape.nothing
    for target in try references(subject) {
      shape.formUnion(try expand(complement(target)))
    }
    if isOnlyReference(subject) { return shape }
    shape.formUnion(try complement(try assertions(subject, tracks: false)))
    for listed in try listed(subject) { shape.formUnion(try complement(listed)) }
    for part in try compositions(subject) { shape.formUnion(try part.rejected()) }
    return shape
  }

  // MARK: References

  private func references(_ subject: Subject) throws(GenerationFailure) -> [Conjunction] {
    var result: [Conjunction] = []
    for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
      guard let value = subject.object[keyword] else { continue }
      guard case .string(let text) = value else {
        throw fail(subject.place, keyword, "should be a reference, not \(value.kind)")
      }
      let (place, anchor) = try document.follow(text, from: subject.place, keyword: keyword)
      var target = place
      if keyword == "$dynamicRef", let anchor {
        let resource = document.resources[document.places[place].resource]
        if resource.dynamicAnchors[anchor] == place {
          target = dynamicTarget(anchor, scope: subject.scope) ?? place
        }
      }
      result.append(conjunction(target, scope: subject.scope))
    }
    return result
  }

  // MARK: Operands

  /// What the schema under a keyword asks, or `nil` if the keyword is absent.
  func child(_ subject: Subject, _ keys: String...) throws(GenerationFailure) -> Conjunction? {
    let place =
      keys.count == 1
      ? document.subschema(of: subject.place, keys[0])
      : document.subschema(of: subject.place, keys[0], keys[1])
    return place.map { conjunction($0, scope: subject.scope) }
  }

  /// What each of a list of schemas asks.
  func children(_ subject: Subject, _ keyword: String) throws(GenerationFailure) -> [Conjunction] {
    guard case .array(let items)? = subject.object[keyword] else { return [] }
    var result: [Conjunction] = []
    for index in items.indices {
      result.append(try child(subject, keyword, String(index)) ?? .anything)
    }
    return result
  }

  /// A count of something, or `nil` if the keyword is absent.
  func count(_ subject: Subject, _ keyword: String) throws(GenerationFailure) -> Int? {
    guard let value = subject.object[keyword] else { return nil }
    guard let number = DecimalNumber(value), number.isInteger, !number.isNegative else {
      throw fail(subject.place, keyword, "should be an integer that is not negative")
    }
    // As good as infinite, and adding one does not overflow.
    return number.integer ?? Int.max / 4
  }

  /// Names in a list.
  func names(_ subject: Subject, _ keyword: String) throws(GenerationFailure) -> Set<PropertyName> {
    guard let value = subject.object[keyword] else { return [] }
    return try names(value) { () in fail(subject.place, keyword, "should be a list of keys") }
  }

  func names(
    _ value: JSONValue, orFail failure: () -> GenerationFailure
  ) throws(GenerationFailure) -> Set<PropertyName> {
    guard case .array(let items) = value else { throw failure() }
    var result: Set<PropertyName> = []
    for item in items {
      guard case .string(let text) = item else { throw failure() }
      result.insert(PropertyName(text))
    }
    return result
  }

  func flag(_ subject: Subject, _ keyword: String) throws(GenerationFailure) -> Bool {
    switch subject.object[keyword] {
    case nil: return false
    case .bool(let value): return value
    case .some(let value):
      throw fail(subject.place, keyword, "should be true or false, not \(value.kind)")
    }
  }
}
