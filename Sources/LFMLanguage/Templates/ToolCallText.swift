import LFMGeneration

/// Writes past tool calls in Python's notation, as prompts have them: `f(a='x', b=1)`.
///
/// Owns both spellings of an argument. The template's has traps: strings in single quotes are not escaped, and names are written
/// as they come. The escaped one differs only where it must for `ToolCallReader` to read back the same call: in strings
/// backslashes, quotes and line ends are escaped as Liquid's newer templates do it; `<|` never stands inside, so that no value
/// spells a control token; arguments whose names are no identifiers are unpacked from a dictionary, and a tool whose name is
/// none is called in JSON.
struct ToolCallText {
  /// How a family writes a string that is an argument.
  enum StringQuoting {
    /// Single quotes, nothing escaped.
    case bare
    /// As JSON.
    case json
  }

  let quoting: StringQuoting
  let escapes: Bool

  func text(of call: ChatToolCall, _ arguments: JSONObject) -> String {
    if escapes && !ToolDeclaration.isValid(name: call.name) {
      let object = JSONObject([("name", .string(call.name)), ("arguments", .object(arguments))])
      return Self.hidingTokens(JSONValue.object(object).serialized, "\\u003c|")
    }
    let list = arguments.members.map { member in
      if escapes && !Self.isKeyword(member.key) {
        let object = JSONValue.object(JSONObject([(member.key, member.value)]))
        return "**" + Self.hidingTokens(object.serialized, "\\u003c|")
      }
      return member.key + "=" + argument(member.value)
    }
    return call.name + "(" + list.joined(separator: ", ") + ")"
  }

  /// Whether `name=` can stand in a call.
  static func isKeyword(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, name.utf8.count <= 128 else { return false }
    return ToolDeclaration.isNameStart(first)
      && name.unicodeScalars.allSatisfy(ToolDeclaration.isNamePart)
  }

  private func argument(_ value: JSONValue) -> String {
    switch value {
    case .string(let text):
      switch quoting {
      case .bare: return escapes ? "'" + Self.escaped(text) + "'" : "'" + text + "'"
      case .json:
        return escapes ? Self.hidingTokens(value.serialized, "\\u003c|") : value.serialized
      }
    case .object:
      return escapes ? Self.hidingTokens(value.serialized, "\\u003c|") : value.serialized
    default:
      return escapes ? Self.hidingTokens(value.pythonRepr, "\\x3c|") : value.pythonRepr
    }
  }

  /// `<|` in a literal written another way. A backslash before the `<` is one of an even number: it is escaped itself.
  private static func hidingTokens(_ literal: String, _ spelling: String) -> String {
    var result = ""
    var rest = literal.utf8[...]
    while let place = rest.firstPair(UInt8(ascii: "<"), UInt8(ascii: "|")) {
      result += (String(rest[..<place]) ?? "") + spelling
      rest = rest[rest.index(place, offsetBy: 2)...]
    }
    return result + (String(rest) ?? "")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    var previousIsLess = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "'": result += "\\'"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "|" where previousIsLess:
        result.unicodeScalars.removeLast()
        result += "\\x3c|"
      default: result.unicodeScalars.append(scalar)
      }
      previousIsLess = scalar == "<"
    }
    return result
  }
}

extension Substring.UTF8View {
  /// Where the two bytes first stand beside each other.
  fileprivate func firstPair(_ first: UInt8, _ second: UInt8) -> Index? {
    var previous: Index?
    for index in indices {
      if let previous, self[previous] == first, self[index] == second { return previous }
      previous = index
    }
    return nil
  }
}
