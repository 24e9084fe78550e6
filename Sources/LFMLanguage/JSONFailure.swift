import LFMGeneration

/// Why a text is not the JSON that was expected, and where.
///
/// Owns the sentence; never quotes the text itself, which may be a prompt.
package struct JSONFailure: Error, Hashable, Sendable {
  /// What is wrong, in words that fit behind "line 1, column 2: ".
  package var reason: String
  /// From 1.
  package var line: Int
  /// From 1, in characters (Unicode scalars), as editors count.
  package var column: Int
  /// RFC 6901, the value that was being read; empty for the outermost.
  package var pointer: String

  package init(reason: String, line: Int, column: Int, pointer: String) {
    self.reason = reason
    self.line = line
    self.column = column
    self.pointer = pointer
  }
}

extension JSONFailure: CustomStringConvertible {
  package var description: String {
    let place = pointer.isEmpty ? "" : " (at \(pointer))"
    return "line \(line), column \(column): \(reason)\(place)"
  }
}

extension JSONFailure {
  /// The failure of a call whose argument, named by `subject`, is not JSON.
  package func failure(in subject: String) -> GenerationFailure {
    GenerationFailure(.invalidArgument, "\(subject) is not valid JSON: \(description)")
  }
}

/// A path into a JSON document, as RFC 6901 writes it. Long ones are cut in the middle: they are for people.
package struct JSONPointer: Hashable, Sendable {
  package private(set) var text = ""

  package init(_ text: String = "") { self.text = text }

  package func appending(_ key: String) -> JSONPointer {
    var escaped = ""
    for scalar in key.unicodeScalars.prefix(64) {
      switch scalar {
      case "~": escaped += "~0"
      case "/": escaped += "~1"
      default:
        let isControl = scalar.properties.generalCategory == .control
        escaped.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return JSONPointer(text + "/" + escaped)
  }

  package func appending(_ index: Int) -> JSONPointer { JSONPointer("\(text)/\(index)") }
}
