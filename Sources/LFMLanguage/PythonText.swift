/// How Python writes values: `repr` of floats and strings, `str` of JSON values.
///
/// Chat templates are rendered in Python, so these spellings reach the model: `True`, `1e-05`, `['it\'s']`.
package enum PythonText {
  /// `repr(value)` of a finite float: the shortest digits that read back as the same value, in positional
  /// notation from 1e-4 to below 1e16.
  package static func repr(_ value: Double) -> String {
    let sign = value.sign == .minus ? "-" : ""
    let (digits, exponent) = decimal(value.magnitude)
    let count = digits.utf8.count
    if exponent < -4 || exponent >= 16 {
      let fraction = count > 1 ? "." + String(digits.dropFirst()) : ""
      let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
      return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    let whole = exponent + 1
    if count <= whole {
      return sign + digits + String(repeating: "0", count: whole - count) + ".0"
    }
    return "\(sign)\(digits.prefix(whole)).\(digits.dropFirst(whole))"
  }

  /// The shortest decimal digits of a value, without leading and trailing zeros, and the power of ten of the first.
  ///
  /// Swift's `description` chooses the same digits as Python's `repr` (shortest, and closest among the shortest);
  /// only their arrangement differs.
  private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
    if value == 0 { return ("0", 0) }
    let parts = value.description.split(separator: "e", maxSplits: 1)
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = mantissa[0]
    var digits = Substring(whole + (mantissa.count > 1 ? mantissa[1] : ""))
    exponent += whole.utf8.count - 1
    while digits.utf8.count > 1, digits.first == "0" {
      digits = digits.dropFirst()
      exponent -= 1
    }
    while digits.utf8.count > 1, digits.last == "0" { digits = digits.dropLast() }
    return (String(digits), exponent)
  }

  /// `repr(text)`: quoted, with everything escaped that does not print.
  package static func repr(_ text: String) -> String {
    let hasSingle = text.utf8.contains(UInt8(ascii: "'"))
    let hasDouble = text.utf8.contains(UInt8(ascii: "\""))
    let quote: Unicode.Scalar = hasSingle && !hasDouble ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case quote: result += "\\" + String(quote)
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += escape(scalar)
        }
      }
    }
    result.unicodeScalars.append(quote)
    return result
  }

  /// `str.isprintable()` of one character: of Unicode's Other and Separator characters only the space prints.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default:
      return true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let (letter, width) =
      switch scalar.value {
      case ..<0x100: ("x", 2)
      case ..<0x10000: ("u", 4)
      default: ("U", 8)
      }
    return "\\" + letter + hexadecimal(scalar.value, width: width)
  }

  /// Lower-case hexadecimal digits, at least `width` of them.
  static func hexadecimal(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// `str.isspace()`: what Python's `strip` takes away.
  package static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default:
      false
    }
  }

  /// `text.strip()`.
  package static func strip(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isSpace($0) }),
      let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(scalars[first...last])
  }
}

extension JSONValue {
  /// `repr(value)`, which for all but strings is also `str(value)`.
  package var pythonRepr: String {
    var text = ""
    appendPythonRepr(to: &text)
    return text
  }

  private func appendPythonRepr(to text: inout String) {
    switch self {
    case .null: text += "None"
    case .bool(let value): text += value ? "True" : "False"
    case .integer(let digits): text += digits
    case .float(let value): text += PythonText.repr(value)
    case .string(let value): text += PythonText.repr(value)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += ", " }
        item.appendPythonRepr(to: &text)
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (index, member) in object.members.enumerated() {
        if index > 0 { text += ", " }
        text += PythonText.repr(member.key) + ": "
        member.value.appendPythonRepr(to: &text)
      }
      text += "}"
    }
  }
}
