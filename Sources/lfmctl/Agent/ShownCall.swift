// A call as a person is shown it who decides whether it is made.

/// Text of a model in which nothing is invisible and nothing reorders what stands around it.
enum ShownCall {
  /// Characters at the beginning and at the end of arguments too long to be shown whole.
  static let longestHead = 3000
  static let longestTail = 1000

  /// The arguments, as JSON, with what would not be seen written as its number, and with the middle left out if they are long.
  static func text(_ arguments: String) -> String {
    let scalars = Array(revealed(arguments).unicodeScalars)
    let hidden = scalars.count - longestHead - longestTail
    guard hidden > 0 else { return string(scalars[...]) }
    return "\(string(scalars.prefix(longestHead))) … (\(hidden) characters are not shown) … "
      + string(scalars.suffix(longestTail))
  }

  /// What is asked: the call on a line of its own, then the tool's name again, which a long call would have moved out of sight.
  static func question(_ tool: String, _ arguments: String) -> String {
    TerminalText.fit("\(tool) \(text(arguments))\nrun \(tool)?", isTerminal: true)
      + " [y]es, [n]o, [a]lways this tool: "
  }

  private static func revealed(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// Whether a character has no picture of its own, such as those that turn the direction of writing (U+202E) or have no width (U+200B).
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .format, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }
}
