/// The formats of JSON Schema that are regular languages.
///
/// Owns their grammars, each from its RFC. `regex` and `idn-hostname` are not regular and refused. Where a rule of a format is not regular
/// or too large, the language is smaller than the format, never larger; the cases say so.
package enum TextFormat: String, CaseIterable, Sendable {
  /// RFC 3339 `full-date`; days of months and leap years are counted.
  case date
  /// RFC 3339 `full-time`. Leap seconds stand where it is 23:59:60 in UTC, and with offsets of whole quarters of an hour (there are no
  /// others since there are leap seconds).
  case time
  /// RFC 3339 `date-time`, with `T` between date and time.
  case dateTime = "date-time"
  /// RFC 3339, appendix A.
  case duration
  /// RFC 5321 `Mailbox`, its local part of at most 64 characters.
  case email
  /// RFC 6531; a local part that is not ASCII has at most 16 characters (64 bytes), a label of the domain at most 10, of a script written
  /// from left to right.
  case idnEmail = "idn-email"
  /// RFC 1123, of at most 253 characters: up to three labels, or eight of at most 30. Labels that begin with `xn--` are left out: whether
  /// they are right is not regular.
  case hostname
  case ipv4
  case ipv6
  /// RFC 3986.
  case uri
  case uriReference = "uri-reference"
  /// RFC 3987.
  case iri
  case iriReference = "iri-reference"
  case uuid
  /// RFC 6570.
  case uriTemplate = "uri-template"
  /// RFC 6901.
  case jsonPointer = "json-pointer"
  case relativeJSONPointer = "relative-json-pointer"

  /// Formats that JSON Schema knows and that are no regular languages.
  package static let unsupported: Set<String> = ["regex", "idn-hostname"]

  /// The language of a format by its name in JSON Schema; `nil` for names that JSON Schema does not know.
  ///
  /// - Throws: `unsupported` for those that are not regular.
  package static func automaton(named name: String) throws(RegularFailure) -> ScalarAutomaton? {
    if unsupported.contains(name) {
      throw RegularFailure(
        .unsupported, "the format \(name) is not supported; leave it out or use a pattern")
    }
    return TextFormat(rawValue: name)?.automaton
  }

  /// Made once, when first asked.
  package var automaton: ScalarAutomaton {
    switch self {
    case .date: Self.dates
    case .time: Self.times
    case .dateTime: Self.dateTimes
    case .duration: Self.durations
    case .email: Self.emails
    case .idnEmail: Self.idnEmails
    case .hostname: Self.hostnames
    case .ipv4: Self.ipv4s
    case .ipv6: Self.ipv6s
    case .uri: Self.uris
    case .uriReference: Self.uriReferences
    case .iri: Self.iris
    case .iriReference: Self.iriReferences
    case .uuid: Self.uuids
    case .uriTemplate: Self.uriTemplates
    case .jsonPointer: Self.jsonPointers
    case .relativeJSONPointer: Self.relativeJSONPointers
    }
  }

  private static let dates = made(DateGrammar.date)
  private static let times = made(DateGrammar.time)
  private static let dateTimes = made("\(DateGrammar.date)[Tt]\(DateGrammar.time)")
  private static let durations = made(DateGrammar.duration)
  private static let emails = made(HostGrammar.email)
  private static let idnEmails = made(HostGrammar.idnEmail)
  private static let hostnames = made(HostGrammar.hostname)
  private static let ipv4s = made(HostGrammar.ipv4)
  private static let ipv6s = made(HostGrammar.ipv6)
  private static let uris = made(URIGrammar.ascii.uri)
  private static let uriReferences = made(URIGrammar.ascii.reference)
  private static let iris = made(URIGrammar.unicode.uri)
  private static let iriReferences = made(URIGrammar.unicode.reference)
  private static let uuids = made(
    "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
  private static let uriTemplates = made(URIGrammar.template)
  private static let jsonPointers = made(pointer)
  private static let relativeJSONPointers = made("(?:0|[1-9][0-9]*)(?:#|\(pointer))")
  private static let pointer = "(?:/(?:[^/~]|~[01])*)*"

  private static func made(_ expression: String) -> ScalarAutomaton {
    made { () throws(RegularFailure) in try RegularExpression.automaton(expression, .whole) }
  }

  private static func made(
    _ make: () throws(RegularFailure) -> ScalarAutomaton
  ) -> ScalarAutomaton {
    do {
      return try make()
    } catch {
      fatalError("a format's expression is wrong: \(error.description)")
    }
  }
}
