/// Regular expressions as people write them.
///
/// Owns the two ways in. Syntax and meaning are those of ECMA-262 with its `u` flag, as JSON Schema wants, and what Python and Rust write
/// besides (`RegularExpressionParser` has the list). What no automaton can honour exactly is refused.
package enum RegularExpression {
  /// What an expression has to match.
  package enum Extent: Hashable, Sendable {
    /// Some part of the text, as JSON Schema's `pattern` has it.
    case anywhere
    /// The text from its beginning to its end.
    case whole
  }

  /// The longest expression that is read, in bytes.
  package static let maximumLength = 65_536

  /// The texts that `pattern` matches.
  ///
  /// - Throws: `syntax` and `unsupported` with a column, `tooLarge`.
  package static func automaton(
    _ pattern: String, _ extent: Extent
  ) throws(RegularFailure) -> ScalarAutomaton {
    var budget = RegularBudget()
    return try automaton(pattern, extent, budget: &budget)
  }

  /// As `automaton(_:_:)`, of many patterns together.
  ///
  /// - Parameter budget: what all of them may take; what this one takes, at least one step a state, is taken off.
  /// - Throws: as `automaton(_:_:)`.
  package static func automaton(
    _ pattern: String, _ extent: Extent, budget: inout RegularBudget
  ) throws(RegularFailure) -> ScalarAutomaton {
    let node = try RegularExpressionParser.parse(pattern, isForeign: extent == .whole)
    switch extent {
    case .whole: return try ScalarAutomaton(node, after: .nothing, budget: &budget)
    case .anywhere:
      return try ScalarAutomaton(
        .sequence([.anyText, node, .anyText]), after: .nothing, budget: &budget)
    }
  }
}
