/// Why a text is not the call that it seems to be.
///
/// Owns the two kinds, which decide how far the text around is trusted, and nothing of the text itself.
struct CallFailure: Error {
  private(set) var reason: String
  /// Whether the quotes or brackets do not fit, so that nobody knows where the call ends. Otherwise it is written well and means
  /// something that a call cannot mean.
  let isSyntax: Bool
  /// Set while readings are tried: the string, counted from 0, for whose end there is no further candidate.
  var exhausted: Int?
  /// Set where the quotes and brackets of a whole call fit, and only what it has is refused. Such a reading counts among those that
  /// are tried: it makes any other ambiguous.
  var isWhole = false
  /// Set where a reading would take an expression for a text: then there is none that counts.
  var isExpression = false

  static func syntax(_ reason: String) -> CallFailure {
    CallFailure(reason: reason, isSyntax: true)
  }

  static func meaning(_ reason: String) -> CallFailure {
    CallFailure(reason: reason, isSyntax: false)
  }

  /// What a string would be whose quotes are no quotes of a text.
  static let expression = {
    var failure = meaning("a value is an expression or has a comment, which is not read here")
    failure.isExpression = true
    return failure
  }()

  /// The same, said of an argument.
  func ofArgument(_ name: String) -> CallFailure {
    var failure = self
    failure.reason = "argument \(SchemaCheck.Place().member(name).text): \(reason)"
    return failure
  }

  static func whole(_ reason: String) -> CallFailure {
    var failure = meaning(reason)
    failure.isWhole = true
    return failure
  }
}
