/// The expressions behind `TextFormat`: dates and times, hosts and mailboxes, URIs.

/// RFC 3339.
enum DateGrammar {
  /// Years divisible by 4, but of whole centuries only those by 400.
  private static let leapYear =
    "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"

  static let date =
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|\(leapYear)-02-29)"

  private static let hour = "(?:[01][0-9]|2[0-3])"
  private static let fraction = "(?:\\.[0-9]+)?"

  static let time =
    "(?:\(hour):[0-5][0-9]:[0-5][0-9]\(fraction)(?:[Zz]|[+-]\(hour):[0-5][0-9])"
    + "|23:59:60\(fraction)[Zz]|\(leapSeconds))"

  /// A leap second is at 23:59 in UTC, so the offset follows from the local time.
  private static let leapSeconds = stride(from: 0, to: 1440, by: 15).flatMap { offset in
    [("\\+", 1439 + offset), ("-", 1439 + 1440 - offset)].map { sign, local in
      "\(clock(local % 1440)):60\(fraction)\(sign)\(clock(offset))"
    }
  }.joined(separator: "|")

  private static func clock(_ minutes: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minutes / 60)):\(two(minutes % 60))"
  }

  /// Appendix A: units follow each other without a gap.
  static let duration: String = {
    let time = "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
    let date = "(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)"
    return "P(?:\(date)(?:\(time))?|\(time)|[0-9]+W)"
  }()
}

/// RFC 1123, 4291, 5321 and 6531.
enum HostGrammar {
  private static let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
  static let ipv4 = "(?:\(byte)\\.){3}\(byte)"

  /// RFC 3986 lists where `::` may stand.
  static let ipv6: String = {
    let group = "[0-9A-Fa-f]{1,4}"
    let last = "(?:\(group):\(group)|\(ipv4))"
    var forms = ["(?:\(group):){6}\(last)", "::(?:\(group):){5}\(last)"]
    for before in 0...4 {
      forms.append("(?:(?:\(group):){0,\(before)}\(group))?::(?:\(group):){\(4 - before)}\(last)")
    }
    forms.append("(?:(?:\(group):){0,5}\(group))?::\(group)")
    forms.append("(?:(?:\(group):){0,6}\(group))?::")
    return "(?:\(forms.joined(separator: "|")))"
  }()

  /// A label of at most so many characters; those with an encoded name are left out.
  private static func label(_ most: Int) -> String {
    "(?![Xx][Nn]--)[0-9A-Za-z](?:[0-9A-Za-z-]{0,\(most - 2)}[0-9A-Za-z])?"
  }

  static let hostname =
    "\(label(63))(?:\\.\(label(63))){0,2}|\(label(30))(?:\\.\(label(30))){0,7}"

  private static let address = "\\[(?:\(ipv4)|IPv6:\(ipv6))\\]"

  static func email() throws(RegularFailure) -> ScalarAutomaton {
    let label = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
    return try mailbox(others: "", most: 64, domain: "\(label)(?:\\.\(label))*|\(address)")
  }

  /// Besides those of ASCII, mailboxes whose labels have at most 10 letters, so that they are at most 63 bytes when encoded; scripts written
  /// from right to left have further rules and are left out.
  static func idnEmail() throws(RegularFailure) -> ScalarAutomaton {
    let leftwards =
      "\\u{590}-\\u{8FF}\\u{FB1D}-\\u{FDFF}\\u{FE70}-\\u{FEFF}\\u{10800}-\\u{10FFF}\\u{1E800}-\\u{1EFFF}"
    let letters = "0-9a-z\\p{Ll}\\p{Lo}"
    let label = "[\(letters)][\(letters)\\p{Mn}]{0,9}"
    let others = "\\u{80}-\\u{10FFFF}"
    let encoded = try mailbox(
      others: others, most: 16, domain: "(?!.*[\(leftwards)])\(label)(?:\\.\(label))*")
    let plain = try mailbox(
      others: others, most: 16, domain: "[0-9a-z]{1,63}(?:\\.[0-9a-z]{1,63})*|\(address)")
    return try encoded.union(plain).union(email())
  }

  /// - Parameters:
  ///   - others: characters beside ASCII's that the local part may have.
  ///   - most: of how many characters it is at most.
  private static func mailbox(
    others: String, most: Int, domain: String
  ) throws(RegularFailure) -> ScalarAutomaton {
    let atom = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~\(others)-]+"
    let quoted = "\"(?:[ !#-\\[\\]-~\(others)]|\\\\[ -~])*\""
    let local = try RegularExpression.automaton("\(atom)(?:\\.\(atom))*|\(quoted)", .whole)
      .intersection(.length(atLeast: 1, atMost: most))
    return try ScalarAutomaton(
      .sequence([
        .language(local), .text("@"),
        .language(RegularExpression.automaton(domain, .whole)),
      ]))
  }
}

/// RFC 3986, 3987 and 6570.
struct URIGrammar {
  let uri: String
  let reference: String

  static let ascii = URIGrammar(others: "", inQuery: "")
  static let unicode = URIGrammar(others: others, inQuery: privateUse)

  /// RFC 3987's `ucschar` and `iprivate`.
  private static let others =
    "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}"
    + (1...14).map { plane in
      let digit = String(plane, radix: 16)
      return "\\u{\(digit)\(plane == 14 ? "1" : "0")000}-\\u{\(digit)FFFD}"
    }.joined()
  private static let privateUse =
    "\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}"

  private static let percent = "%[0-9A-Fa-f]{2}"

  private init(others: String, inQuery: String) {
    let plain = "0-9A-Za-z._~\(others)-"
    let marks = "!$&'()*+,;="
    func characters(_ more: String) -> String { "(?:[\(marks)\(more)\(plain)]|\(Self.percent))" }
    let segment = characters(":@")
    let address = "\\[(?:\(HostGrammar.ipv6)|[vV][0-9A-Fa-f]+\\.[0-9A-Za-z._~\(marks):-]+)\\]"
    let authority =
      "(?:\(characters(":"))*@)?(?:\(address)|\(characters(""))*)(?::[0-9]*)?"
    let further = "(?:/\(segment)*)*"
    let absolute = "/(?:\(segment)+\(further))?"
    let tail = "(?:\\?\(characters(":@/?\(inQuery)"))*)?(?:#\(characters(":@/?"))*)?"
    uri =
      "[A-Za-z][0-9A-Za-z+.-]*:(?://\(authority)\(further)|\(absolute)|\(segment)+\(further)|)\(tail)"
    let relative =
      "(?://\(authority)\(further)|\(absolute)|\(characters("@"))+\(further)|)\(tail)"
    reference = "(?:\(uri)|\(relative))"
  }

  static let template: String = {
    // An apostrophe is a literal by erratum 6937.
    let literal =
      "(?:[!#$&-;=?-\\[\\]_a-z~\(others)\(privateUse)]|\(percent))"
    let character = "(?:[0-9A-Za-z_]|\(percent))"
    let variable = "\(character)(?:\\.?\(character))*(?::[1-9][0-9]{0,3}|\\*)?"
    return "(?:\(literal)|\\{[+#./;?&=,!@|]?\(variable)(?:,\(variable))*\\})*"
  }()
}
