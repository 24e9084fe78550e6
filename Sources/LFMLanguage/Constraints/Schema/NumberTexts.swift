/// Languages of numbers by how a reader takes them: digits alone, or read as a 64-bit float.
///
/// Owns which texts are left out: those beyond the range of floats, and, where numbers are to be told apart, those of so many digits that
/// two of them may be read as one. A text and its float are half a unit in the last place apart at most, which is less than
/// 10^(w - 16) for a number of w digits before the point, w up to 15.
enum NumberTexts {
  /// Integers in digits; `-0` is one.
  static let integers = made("-?(0|[1-9][0-9]*)")

  /// All that are read as finite floats, of at most 60 digits before the point.
  static let floats = made(
    "-?(0|[1-9][0-9]{0,59})(\\.[0-9]+([eE][+-]?0*[0-9]{1,2})?|[eE][+-]?0*[0-9]{1,2})"
      + "|-?(0|[1-9][0-9]{0,8})(\\.[0-9]+)?[eE][+-]?0*[12][0-9]{2}"
      + "|-?[1-9](\\.[0-9]+)?[eE](\\+?30[0-7]|-30[0-7])|-?1(\\.[0-6][0-9]*)?[eE]\\+?308")

  /// Numbers of either kind.
  static let numbers = made { () throws(RegularFailure) in try integers.union(floats) }

  /// Floats that are integers. As programs write large ones, `1.5e+300` has no digits behind the point.
  static let wholeFloats = made { () throws(RegularFailure) in
    let large = try RegularExpression.automaton(
      "-?[1-9](\\.[0-9]{1,16})?[eE]\\+?(1[6-9]|[2-9][0-9]|[12][0-9]{2}|30[0-7])", .whole)
    return try NumberLanguage.integer.union(large).intersection(floats)
  }

  /// Floats that are no integers.
  static let fractions = made { () throws(RegularFailure) in
    try near(places: 1).intersection(floats).subtracting(NumberLanguage.integer)
  }

  /// Floats that are not zero, and not so small that they are read as zero.
  static let notZero = made(
    "-?[1-9][0-9]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?"
      + "|-?0\\.0{0,29}[1-9][0-9]*([eE][+-]?0*[0-9]{1,2})?")

  /// Floats of which a whole multiple of an integer is the float that it says.
  static let divided = made("-?(0|[1-9][0-9]{0,14})\\.[0-9]+")

  /// Floats of at most 15 digits, no two of which are read as one.
  static let distinct = made(
    "-?0\\.0{0,9}[0-9]{1,15}0*|-?[1-9][0-9]{14}\\.0+"
      + (1...14).map { "|-?[1-9][0-9]{\($0 - 1)}\\.[0-9]{1,\(15 - $0)}0*" }.joined()
      + "|-?[1-9](\\.[0-9]{1,14})?[eE][+-]?0*([1-9][0-9]?|[12][0-9]{2})")

  /// The most digits behind the point of what `near` can tell.
  static let mostPlaces = 3

  /// Floats that are only equal to a number of at most so many digits behind the point (at most `mostPlaces`) if their texts are;
  /// with an exponent, only some between -0.1 and 0.1, of which none is a multiple of 0.125 or more.
  static func near(places: Int) throws(RegularFailure) -> ScalarAutomaton {
    try RegularExpression.automaton(
      "-?0\\.[0-9]{1,16}0*"
        + (1...(16 - max(1, places))).map {
          "|-?[1-9][0-9]{\($0 - 1)}\\.[0-9]{1,\(16 - $0)}0*"
        }.joined()
        + "|-?[1-9](\\.[0-9]+)?[eE]-0*([2-9]|[1-9][0-9]|[12][0-9]{2})", .whole)
  }

  // MARK: - Making

  static func made(_ expression: String) -> ScalarAutomaton {
    made { () throws(RegularFailure) in try RegularExpression.automaton(expression, .whole) }
  }

  private static func made(
    _ make: () throws(RegularFailure) -> ScalarAutomaton
  ) -> ScalarAutomaton {
    do { return try make() } catch { fatalError(error.description) }
  }
}
