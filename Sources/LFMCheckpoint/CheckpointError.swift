/// Why a checkpoint cannot be used: a code for programs, and a sentence for people that names the key or tensor, what
/// was found and what was expected.
package struct CheckpointError: Error, Hashable, Sendable {
  /// The kinds of failure that a program tells apart.
  package enum Code: String, Hashable, Sendable {
    /// The file cannot be opened or mapped, or is no regular file.
    case unreadable
    /// It is some other kind of file.
    case notACheckpoint
    /// It is a checkpoint of a version or byte order that is not read.
    case unsupportedVersion
    /// It ends before what it announces.
    case truncated
    /// It contradicts itself or the format.
    case malformed
    /// A key or tensor that is asked for is not there.
    case missing
    /// A key or tensor that is asked for is there with another type, range or shape.
    case mismatch
  }

  package let code: Code
  package let path: String
  /// The key or tensor at fault (`key general.alignment`, `tensor blk.0.attn_q.weight`), or empty for the file itself.
  package let subject: String
  /// What is wrong, found and expected, and what to do.
  package let message: String

  /// A failure that `message` describes; it follows "PATH: " or "PATH: SUBJECT: ".
  package init(_ code: Code, path: String, subject: String = "", message: String) {
    self.code = code
    self.path = path
    self.subject = subject
    self.message = message
  }

  /// A failure described as what was found against what was expected.
  package init(
    _ code: Code, path: String, subject: String = "", found: String, expected: String,
    advice: String = ""
  ) {
    let tail = advice.isEmpty ? "" : " " + advice
    self.init(
      code, path: path, subject: subject, message: "found \(found), expected \(expected).\(tail)")
  }

  /// A name out of a file, made fit for one line of an error message: control characters escaped, and cut short behind
  /// `limit` characters.
  package static func printable(_ name: String, limit: Int = 80) -> String {
    var text = ""
    for (count, scalar) in name.unicodeScalars.enumerated() {
      guard count < limit else { return text + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
        .privateUse:
        text += scalar.escaped(asASCII: true)
      default:
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension CheckpointError: CustomStringConvertible {
  package var description: String {
    let place = path.isEmpty ? "(no path)" : CheckpointError.printable(path, limit: 4096)
    return "\(place): " + (subject.isEmpty ? "" : subject + ": ") + message
  }
}
