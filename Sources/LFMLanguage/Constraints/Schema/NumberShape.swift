/// A set of numbers, symbolically: numbers of a kind between limits, or some listed ones.
///
/// Owns intersection, complement and emptiness. How the numbers are spelled is left to the automata. The numbers are those that a reader
/// makes of a text: integers, and 64-bit floats, which `DecimalNumber` tells by their shortest decimals.
struct NumberShape: Hashable {
  enum Kind: Hashable {
    case any
    case integer
    case fraction
  }

  struct Limit: Hashable {
    var value: DecimalNumber
    var isExclusive: Bool
  }

  var kind = Kind.any
  var lower: Limit?
  var upper: Limit?
  /// Each divides the number.
  var divisors: Set<DecimalNumber> = []
  /// None divides the number.
  var nonDivisors: Set<DecimalNumber> = []
  /// The number is none of these.
  var excluded: Set<DecimalNumber> = []
  /// If not `nil`: these alone, and the rest says nothing.
  var points: Set<DecimalNumber>?

  static let all = NumberShape()

  init() {}

  init(points: Set<DecimalNumber>) { self.points = points }

  func contains(_ number: DecimalNumber) -> Bool {
    if let points { return points.contains(number) }
    switch kind {
    case .any: break
    case .integer: if !number.isInteger { return false }
    case .fraction: if number.isInteger { return false }
    }
    if let lower, number < lower.value || (lower.isExclusive && number == lower.value) {
      return false
    }
    if let upper, upper.value < number || (upper.isExclusive && number == upper.value) {
      return false
    }
    return !excluded.contains(number)
      && divisors.allSatisfy { number.isMultiple(of: $0) ?? false }
      // Neither by decimals nor by floats, as it is not known which of them judges.
      && nonDivisors.allSatisfy {
        !(number.isMultiple(of: $0) ?? true) && !number.isMultipleAsFloat(of: $0)
      }
  }

  /// `nil` if nothing is in both.
  func intersection(_ other: NumberShape) -> NumberShape? {
    if let points { return NumberShape(points: points.filter(other.contains)).unlessEmpty }
    if other.points != nil { return other.intersection(self) }
    var result = self
    switch (kind, other.kind) {
    case (.any, let one): result.kind = one
    case (_, .any): break
    case (let one, let two): if one != two { return nil }
    }
    if let limit = other.lower {
      result.lower = lower.map { Self.tighter($0, limit, isLower: true) } ?? limit
    }
    if let limit = other.upper {
      result.upper = upper.map { Self.tighter($0, limit, isLower: false) } ?? limit
    }
    result.divisors.formUnion(other.divisors)
    result.nonDivisors.formUnion(other.nonDivisors)
    result.excluded.formUnion(other.excluded)
    return result.unlessEmpty
  }

  private static func tighter(_ one: Limit, _ two: Limit, isLower: Bool) -> Limit {
    if one.value == two.value { return one.isExclusive ? one : two }
    return (one.value < two.value) == isLower ? two : one
  }

  /// The shape, or `nil` if it is seen to be empty. (What only a search would show is left to the automata.)
  private var unlessEmpty: NumberShape? {
    if let points { return points.isEmpty ? nil : self }
    if !divisors.isDisjoint(with: nonDivisors) { return nil }
    if kind == .fraction, divisors.contains(where: \.isInteger) { return nil }
    if kind == .integer, nonDivisors.contains(DecimalNumber(1)) { return nil }
    guard let lower, let upper else { return self }
    if upper.value < lower.value { return nil }
    if upper.value == lower.value {
      if lower.isExclusive || upper.isExclusive { return nil }
      var open = self
      open.lower = nil
      open.upper = nil
      return open.contains(lower.value) ? NumberShape(points: [lower.value]) : nil
    }
    return self
  }

  /// What is not in here, as a union.
  var complement: [NumberShape] {
    if let points {
      var result = NumberShape()
      result.excluded = points
      return [result]
    }
    var result: [NumberShape] = []
    func add(_ change: (inout NumberShape) -> Void) {
      var shape = NumberShape()
      change(&shape)
      result.append(shape)
    }
    switch kind {
    case .any: break
    case .integer: add { $0.kind = .fraction }
    case .fraction: add { $0.kind = .integer }
    }
    if let lower {
      add { $0.upper = Limit(value: lower.value, isExclusive: !lower.isExclusive) }
    }
    if let upper {
      add { $0.lower = Limit(value: upper.value, isExclusive: !upper.isExclusive) }
    }
    for divisor in divisors.sorted() { add { $0.nonDivisors = [divisor] } }
    for divisor in nonDivisors.sorted() { add { $0.divisors = [divisor] } }
    if !excluded.isEmpty { add { $0.points = excluded } }
    return result
  }
}
