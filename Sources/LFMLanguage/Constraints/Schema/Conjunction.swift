/// A schema, or its complement, by the number that `SchemaTerms` gave it.
struct SchemaLiteral: Hashable, Comparable {
  var term: Int
  var isNegated = false

  var complement: SchemaLiteral { SchemaLiteral(term: term, isNegated: !isNegated) }

  static func < (left: Self, right: Self) -> Bool {
    (left.term, left.isNegated ? 1 : 0) < (right.term, right.isNegated ? 1 : 0)
  }
}

/// Schemas that a value has to satisfy all of: what stands for the values of a member or an item.
///
/// Schemas are only taken apart when their turn comes, so that recursive ones have an end: there are finitely many conjunctions.
struct Conjunction: Hashable {
  /// Sorted, each once; none for `never`.
  private(set) var literals: [SchemaLiteral] = []
  private(set) var isNever = false

  /// Satisfied by every value.
  static let anything = Conjunction()
  /// Satisfied by none.
  static let never: Conjunction = {
    var never = Conjunction()
    never.isNever = true
    return never
  }()

  private init() {}

  init(_ literal: SchemaLiteral) { literals = [literal] }

  var isAnything: Bool { !isNever && literals.isEmpty }

  func and(_ other: Conjunction) -> Conjunction {
    if isNever || other.isNever { return .never }
    if literals.isEmpty { return other }
    if other.literals.isEmpty || self == other { return self }
    var result = Conjunction()
    result.literals = (literals + other.literals).sorted()
    var last: SchemaLiteral?
    result.literals.removeAll { literal in
      defer { last = literal }
      return literal == last
    }
    // Neighbours are a schema and its complement: nothing satisfies both.
    for (left, right) in zip(result.literals, result.literals.dropFirst())
    where left.term == right.term { return .never }
    return result
  }
}

/// What the terms of conjunctions stand for.
enum SchemaTerm: Hashable {
  /// A schema of the document, in a dynamic scope.
  case schema(place: Int, scope: Int)
  /// What equals this value.
  case constant(JSONValue)
  /// Schemas of which a value satisfies at least one.
  case either([Conjunction])
  /// A conjunction, to be negated as one.
  case all(Conjunction)
}
