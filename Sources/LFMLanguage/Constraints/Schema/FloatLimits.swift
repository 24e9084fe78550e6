/// Limits of floats as limits of the texts that are read as floats.
///
/// Owns the neighbours of a limit: to be more than 5 is to be at least 5.000000000000001, and a limit that is no float itself is one
/// for floats at the next float on its inner side.
enum FloatLimits {
  /// The texts of `language`, which are all read as floats, that the limits of the shape take.
  static func texts(
    of language: ScalarAutomaton, _ shape: NumberShape
  ) throws(RegularFailure) -> ScalarAutomaton {
    var result = language
    if let limit = shape.lower {
      result = try result.intersection(atLeast(limit))
    }
    if let limit = shape.upper {
      result = try result.intersection(atMost(limit))
    }
    return result
  }

  private static func atLeast(
    _ limit: NumberShape.Limit
  ) throws(RegularFailure) -> ScalarAutomaton {
    if limit.isZero { return try NumberLanguage.atLeast(.zero).intersection(NumberTexts.notZero) }
    let least = least(limit)
    if least == -.infinity { return .anyText }
    if least == .infinity { return .nothing }
    return try NumberLanguage.atLeast(DecimalNumber(shortest: least))
  }

  private static func atMost(
    _ limit: NumberShape.Limit
  ) throws(RegularFailure) -> ScalarAutomaton {
    if limit.isZero { return try NumberLanguage.atMost(.zero).intersection(NumberTexts.notZero) }
    let mirrored = NumberShape.Limit(value: limit.value.negated, isExclusive: limit.isExclusive)
    let most = -least(mirrored)
    if most == .infinity { return .anyText }
    if most == -.infinity { return .nothing }
    return try NumberLanguage.atMost(DecimalNumber(shortest: most))
  }

  /// The least float from the limit on; infinite if the limit is beyond all floats.
  private static func least(_ limit: NumberShape.Limit) -> Double {
    let nearest = limit.value.float
    if !nearest.isFinite { return nearest }
    let isEqual = limit.value.isFloat
    let isBelow = !isEqual && DecimalNumber(nearest) < limit.value
    return isBelow || (isEqual && limit.isExclusive) ? nearest.nextUp : nearest
  }
}

extension NumberShape.Limit {
  /// Whether it is zero that is left out: its neighbour has 324 digits, and is written with an exponent.
  fileprivate var isZero: Bool { isExclusive && value.isZero }
}
