import LFMGeneration

/// Takes schemas apart into the normal form.
///
/// Owns the numbering of terms, dynamic scopes, what was found before, and the bounds on work. What the keywords mean is in the
/// extensions, by subject. Used for one schema, by one thread.
final class SchemaExpander {
  /// Bounds; what exceeds one is refused.
  enum Limits {
    /// Schemas within each other that speak of the same value.
    static let depth = 64
    /// Alternatives of one type.
    static let width = 256
    /// Of about a microsecond, most of them.
    static let steps = 400_000
    /// How many levels down it is asked whether something is empty; deeper, it is taken not to be.
    static let emptinessDepth = 6
  }

  struct Key: Hashable {
    var literal: SchemaLiteral
    var tracks: Bool
  }

  var document: SchemaDocument
  let assertsFormats: Bool
  private(set) var terms: [SchemaTerm] = []
  private var termNumbers: [SchemaTerm: Int] = [:]
  /// By number: which dynamic anchors have been met, and where they stand.
  private var scopes: [[PropertyName: Int]] = [[:]]
  private var scopeNumbers: [[PropertyName: Int]: Int] = [[:]: 0]
  private var found: [Key: ValueShape] = [:]
  /// What is being taken apart, for the value that is being looked at.
  private var open: Set<Key> = []
  /// The same for the values around it.
  private var suspended: Set<Key> = []
  private var steps = 0
  /// Schemas within each other that are being taken apart: what they take of the stack.
  private var depth = 0
  /// The place of the schema that is being taken apart.
  private(set) var current: Int?
  private(set) var emptinessDepth = 0
  /// How often a question had to be left open.
  private var openQuestions = 0
  private var emptiness: [Conjunction: Bool] = [:]
  var patterns: [PropertyName: ScalarAutomaton] = [:]
  /// What is left of the work that all patterns together may take.
  var budget: RegularBudget
  /// The divisors that were met, and whether any schema writes them as a float.
  var divisors: [DecimalNumber: (place: Int, isFloat: Bool)] = [:]

  /// - Parameter budget: what the patterns may take.
  init(_ document: SchemaDocument, assertsFormats: Bool, budget: RegularBudget = RegularBudget()) {
    self.document = document
    self.assertsFormats = assertsFormats
    self.budget = budget
  }

  // MARK: Terms

  /// What the schema at a place asks, met in a dynamic scope.
  func conjunction(_ place: Int, scope: Int) -> Conjunction {
    switch document.places[place].value {
    case .bool(let value): return value ? .anything : .never
    case .object(let object):
      let saysNothing = object.members.allSatisfy { member in
        guard let keyword = SchemaKeyword.byName[member.key] else { return true }
        return keyword.level == .annotation
      }
      if saysNothing { return .anything }
    default: break
    }
    let inner = self.scope(scope, entering: document.places[place].resource)
    return Conjunction(SchemaLiteral(term: number(.schema(place: place, scope: inner))))
  }

  func conjunction(_ term: SchemaTerm) -> Conjunction {
    Conjunction(SchemaLiteral(term: number(term)))
  }

  /// What equals the value. Not looked up: Swift calls strings equal that are not the same bytes.
  func constant(_ value: JSONValue) -> Conjunction {
    terms.append(.constant(value))
    return Conjunction(SchemaLiteral(term: terms.count - 1))
  }

  func complement(_ conjunction: Conjunction) -> Conjunction {
    if conjunction.isNever { return .anything }
    if conjunction.isAnything { return .never }
    if conjunction.literals.count == 1 { return Conjunction(conjunction.literals[0].complement) }
    return Conjunction(SchemaLiteral(term: number(.all(conjunction)), isNegated: true))
  }

  func either(_ conjunctions: [Conjunction]) -> Conjunction {
    let some = conjunctions.filter { !$0.isNever }
    if some.isEmpty { return .never }
    if some.count == 1 || some.contains(.anything) {
      return some.first(where: \.isAnything) ?? some[0]
    }
    return conjunction(.either(some))
  }

  private func number(_ term: SchemaTerm) -> Int {
    if let known = termNumbers[term] { return known }
    terms.append(term)
    termNumbers[term] = terms.count - 1
    return terms.count - 1
  }

  /// The outermost of two anchors with the same name counts, so a scope only grows.
  private func scope(_ scope: Int, entering resource: Int) -> Int {
    let anchors = document.resources[resource].dynamicAnchors
    if anchors.isEmpty { return scope }
    var names = scopes[scope]
    for (name, place) in anchors where names[PropertyName(name)] == nil {
      names[PropertyName(name)] = place
    }
    if let known = scopeNumbers[names] { return known }
    scopes.append(names)
    scopeNumbers[names] = scopes.count - 1
    return scopes.count - 1
  }

  func dynamicTarget(_ name: String, scope: Int) -> Int? { scopes[scope][PropertyName(name)] }

  // MARK: Expansion

  /// The values that satisfy all of the literals.
  func expand(_ conjunction: Conjunction, tracks: Bool = false) throws(GenerationFailure)
    -> ValueShape
  {
    if conjunction.isNever { return .nothing }
    var shape = ValueShape.all
    for literal in conjunction.literals {
      shape = try intersection(shape, try expand(literal, tracks: tracks))
      if shape.isNothing { break }
    }
    return shape
  }

  /// - Parameter tracks: whether it is noted which members and items adjacent schemas have looked at.
  func expand(_ literal: SchemaLiteral, tracks: Bool) throws(GenerationFailure) -> ValueShape {
    let key = Key(literal: literal, tracks: tracks && !literal.isNegated)
    if let shape = found[key] { return shape }
    try spend(1)
    if suspended.contains(key) {
      openQuestions += 1
      throw SchemaFailure.at(
        pointer(of: literal.term), "refers to itself in a way that cannot be followed")
    }
    if open.contains(key) {
      throw SchemaFailure.at(
        pointer(of: literal.term), "refers to itself without ever reaching a member or an item")
    }
    if depth >= Limits.depth {
      throw SchemaFailure.tooComplex(
        pointer(of: literal.term), "more than \(Limits.depth) schemas refer to each other")
    }
    open.insert(key)
    depth += 1
    let outer = current
    if case .schema(let place, _) = terms[literal.term] { current = place }
    defer {
      open.remove(key)
      depth -= 1
      current = outer
    }
    let shape = try expandOnce(literal, tracks: key.tracks)
    if shape.width > Limits.width {
      throw SchemaFailure.tooComplex(
        pointer(of: literal.term), "comes to more than \(Limits.width) alternatives")
    }
    found[key] = shape
    return shape
  }

  @inline(never)
  private func expandOnce(
    _ literal: SchemaLiteral, tracks: Bool
  ) throws(GenerationFailure) -> ValueShape {
    switch terms[literal.term] {
    case .schema(let place, let scope):
      return literal.isNegated
        ? try rejected(by: place, scope: scope)
        : try accepted(by: place, scope: scope, tracks: tracks)
    case .constant(let value):
      let shape = self.shape(equal: value)
      return literal.isNegated ? try complement(shape) : shape
    case .either(let conjunctions):
      var shape = literal.isNegated ? ValueShape.all : .nothing
      for conjunction in conjunctions {
        if literal.isNegated {
          shape = try intersection(shape, try expand(complement(conjunction)))
        } else {
          try unite(&shape, with: try expand(conjunction, tracks: tracks))
        }
      }
      return shape
    case .all(let conjunction):
      if !literal.isNegated { return try expand(conjunction, tracks: tracks) }
      var shape = ValueShape.nothing
      for part in conjunction.literals {
        try unite(&shape, with: try expand(part.complement, tracks: false))
      }
      return shape
    }
  }

  // MARK: Emptiness

  /// Whether nothing satisfies the literals; false where that is not easily seen.
  func isEmpty(_ conjunction: Conjunction) -> Bool {
    if conjunction.isNever { return true }
    if conjunction.isAnything { return false }
    if let known = emptiness[conjunction] { return known }
    if emptinessDepth >= Limits.emptinessDepth {
      openQuestions += 1
      return false
    }
    let questions = openQuestions
    guard
      let shape = try? apart({ () throws(GenerationFailure) in try expand(conjunction) })
    else { return false }
    if questions == openQuestions || shape.isNothing { emptiness[conjunction] = shape.isNothing }
    return shape.isNothing
  }

  /// Looks at another value than the one whose schemas are being taken apart.
  func apart<Result>(
    _ body: () throws(GenerationFailure) -> Result
  ) throws(GenerationFailure) -> Result {
    let (outerOpen, outerSuspended) = (open, suspended)
    emptinessDepth += 1
    suspended.formUnion(open)
    open = []
    defer {
      open = outerOpen
      suspended = outerSuspended
      emptinessDepth -= 1
    }
    return try body()
  }

  // MARK: Bounds and failures

  /// - Throws: `invalidArgument` when the schema has cost all that one may.
  func spend(_ count: Int) throws(GenerationFailure) {
    steps += count
    if steps > Limits.steps {
      throw SchemaFailure.tooComplex(here, "takes too long to compile")
    }
  }

  /// Counts an operation on two automata, which may look at each pair of their states.
  func spend(_ one: ScalarAutomaton, _ two: ScalarAutomaton) throws(GenerationFailure) {
    try spend(min(one.stateCount * two.stateCount, RegularLimits.states) / 32)
  }

  func fail(_ place: Int, _ keyword: String, _ sentence: String) -> GenerationFailure {
    SchemaFailure.at(document.pointer(place, keyword), sentence)
  }

  /// The schema that is being taken apart, for messages.
  var here: JSONPointer { current.map { document.pointer($0) } ?? JSONPointer() }

  func pointer(of term: Int) -> JSONPointer {
    place(of: term).map { document.pointer($0) } ?? JSONPointer()
  }

  func place(of term: Int) -> Int? {
    if case .schema(let place, _) = terms[term] { return place }
    return nil
  }
}
