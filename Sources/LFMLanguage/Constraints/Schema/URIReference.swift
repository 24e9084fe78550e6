/// The parts of a URI and what a relative one means: RFC 3986, as far as `$id` and `$ref` need it.
struct URIReference: Hashable {
  /// With its colon.
  var scheme = ""
  /// With its two slashes.
  var authority = ""
  var path = ""
  /// With its question mark.
  var query = ""
  /// Without the number sign; `nil` if there is none.
  var fragment: String?

  init(_ text: String) {
    var rest = Substring(text)
    if let hash = rest.firstIndex(of: "#") {
      fragment = String(rest[rest.index(after: hash)...])
      rest = rest[..<hash]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[mark...])
      rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: ":"), rest[..<colon].utf8.allSatisfy(Self.isScheme),
      colon != rest.startIndex
    {
      scheme = String(rest[...colon])
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      let slash = rest.dropFirst(2).firstIndex(of: "/") ?? rest.endIndex
      authority = String(rest[..<slash])
      rest = rest[slash...]
    }
    path = String(rest)
  }

  private static func isScheme(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Without the fragment.
  var resource: String { scheme + authority + path + query }

  /// What this means in a document whose address is `base`.
  func resolved(against base: URIReference) -> URIReference {
    if !scheme.isEmpty { return self }
    var result = self
    result.scheme = base.scheme
    if !authority.isEmpty { return result }
    result.authority = base.authority
    if path.isEmpty {
      result.path = base.path
      if query.isEmpty { result.query = base.query }
    } else if path.hasPrefix("/") {
      result.path = Self.withoutDots(path)
    } else {
      let folder = base.path.lastIndex(of: "/").map { String(base.path[...$0]) }
      result.path = Self.withoutDots((folder ?? (base.authority.isEmpty ? "" : "/")) + path)
    }
    return result
  }

  private static func withoutDots(_ path: String) -> String {
    var parts: [Substring] = []
    let all = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in all.enumerated() {
      let isLast = index == all.count - 1
      switch part {
      case ".": if isLast { parts.append("") }
      case "..":
        if parts.count > 1 || (parts.count == 1 && parts[0] != "") { parts.removeLast() }
        if isLast { parts.append("") }
      default: parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  /// `%41` becomes `A`; `nil` if the result is not UTF-8 or an escape is cut.
  static func withoutPercents(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
