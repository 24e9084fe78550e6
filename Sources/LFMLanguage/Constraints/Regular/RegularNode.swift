/// A regular expression as a tree.
///
/// Owns the shape; `RegularExpressionParser` makes it and `PositionGraph` takes it apart. Depth is bounded by the parser.
indirect enum RegularNode: Hashable, Sendable {
  /// One scalar of a set; of none, nothing.
  case set(ScalarSet)
  case sequence([RegularNode])
  case choice([RegularNode])
  /// `atMost` of `nil`: without end.
  case repetition(RegularNode, atLeast: Int, atMost: Int?)
  /// A text of this language.
  case language(ScalarAutomaton)
  case assertion(RegularAssertion)

  static var empty: RegularNode { .sequence([]) }
  static var anyText: RegularNode { .repetition(.set(.all), atLeast: 0, atMost: nil) }

  static func text(_ text: String) -> RegularNode {
    .sequence(text.unicodeScalars.map { .set(ScalarSet($0)) })
  }
}

/// What holds at a place and takes no text.
enum RegularAssertion: Hashable, Sendable {
  case beginning
  case end
  /// Between a character of `\w` and one that is none, or a border of the text.
  case wordBoundary
  case noWordBoundary
  /// What follows begins with a text of the node (or does not).
  case ahead(RegularNode, isNegative: Bool)
  /// What stands before ends with a text of the node (or does not).
  case behind(RegularNode, isNegative: Bool)
}
