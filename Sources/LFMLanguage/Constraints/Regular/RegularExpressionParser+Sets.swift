/// Escapes and classes of characters.
extension RegularExpressionParser {
  /// What a backslash and what follows it mean.
  enum Escape {
    case scalar(Unicode.Scalar)
    case set(ScalarSet)
    case assertion(RegularAssertion)
  }

  mutating func escape() throws(RegularFailure) -> RegularNode {
    switch try escape(inClass: false) {
    case .scalar(let scalar): return .set(folded(ScalarSet(scalar)))
    case .set(let set): return .set(set)
    case .assertion(let assertion): return .assertion(assertion)
    }
  }

  private mutating func escape(inClass: Bool) throws(RegularFailure) -> Escape {
    let start = index
    index += 1
    guard let letter = peek else {
      throw failure(.syntax, "a backslash ends the expression", at: start)
    }
    index += 1
    if let known = Self.simpleEscapes[letter] { return .scalar(known) }
    switch letter {
    case "d": return .set(RegularClasses.digit)
    case "D": return .set(RegularClasses.digit.complement)
    case "w": return .set(RegularClasses.word)
    case "W": return .set(RegularClasses.word.complement)
    case "s": return .set(RegularClasses.space)
    case "S": return .set(RegularClasses.space.complement)
    case "p", "P": return .set(try property(isNegative: letter == "P", start))
    case "b": return inClass ? .scalar("\u{8}") : .assertion(.wordBoundary)
    case "B" where !inClass: return .assertion(.noWordBoundary)
    case "A" where isForeign && !inClass: return .assertion(.beginning)
    case "z" where isForeign && !inClass: return .assertion(.end)
    case "Z" where isForeign && !inClass: return .assertion(.end)
    case "0":
      if let next = peek, Self.decimalDigit(next) != nil {
        throw failure(.unsupported, "octal escapes are not supported; write \\xHH", at: start)
      }
      return .scalar("\0")
    case "1"..."9", "k":
      throw failure(.unsupported, "references back to a group are not supported", at: start)
    case "c": return .scalar(try controlEscape(start))
    case "x", "u", "U": return .scalar(try numberEscape(letter, start))
    default: break
    }
    if letter.isASCII, !RegularClasses.word.contains(letter) || letter == "_" {
      return .scalar(letter)
    }
    throw failure(.syntax, "there is no escape \\\(letter)", at: start)
  }

  private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
    "t": "\t", "n": "\n", "r": "\r", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}",
  ]

  private mutating func controlEscape(_ start: Int) throws(RegularFailure) -> Unicode.Scalar {
    guard let letter = peek, letter.isASCII, letter.properties.isAlphabetic,
      let control = Unicode.Scalar(letter.value % 32)
    else { throw failure(.syntax, "a letter should follow \\c", at: start) }
    index += 1
    return control
  }

  /// `\xHH`, `\uHHHH` (and a pair of surrogates), `\u{H…}`, `\x{H…}`, `\UHHHHHHHH`.
  private mutating func numberEscape(
    _ letter: Unicode.Scalar, _ start: Int
  ) throws(RegularFailure) -> Unicode.Scalar {
    var value: UInt32?
    if peek == "{", letter != "U" {
      index += 1
      value = hexadecimal(upTo: 8)
      if !take("}") { value = nil }
    } else {
      let width = letter == "x" ? 2 : letter == "u" ? 4 : 8
      let first = index
      value = hexadecimal(upTo: width)
      if index - first != width { value = nil }
    }
    guard var code = value else {
      throw failure(.syntax, "hexadecimal digits are missing after \\\(letter)", at: start)
    }
    if (0xD800..<0xDC00).contains(code), letter == "u", peek == "\\", peek(1) == "u" {
      let place = index
      index += 2
      if let low = hexadecimal(upTo: 4), index - place == 6, (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        index = place
      }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw failure(.unsupported, "the escape is no Unicode character", at: start)
    }
    return scalar
  }

  private mutating func hexadecimal(upTo count: Int) -> UInt32? {
    var value: UInt32?
    var taken = 0
    while taken < count, let scalar = peek, scalar.isASCII,
      let digit = Character(scalar).hexDigitValue
    {
      value = (value ?? 0) << 4 | UInt32(digit)
      index += 1
      taken += 1
    }
    return value
  }

  private mutating func property(
    isNegative: Bool, _ start: Int
  ) throws(RegularFailure) -> ScalarSet {
    var name = ""
    if take("{") {
      while let scalar = peek, scalar != "}" {
        name.unicodeScalars.append(scalar)
        index += 1
      }
      guard take("}") else {
        throw failure(.syntax, "the property's name is not closed by }", at: start)
      }
    } else if let letter = peek {
      name.unicodeScalars.append(letter)
      index += 1
    }
    guard let set = UnicodeProperties.set(named: name) else {
      throw failure(.unsupported, "the property \(name.prefix(40)) is not supported", at: start)
    }
    return isNegative ? set.complement : set
  }

  // MARK: - Classes

  mutating func characterClass() throws(RegularFailure) -> ScalarSet {
    let start = index
    index += 1
    let isNegative = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var sets: [ScalarSet] = []
    while true {
      guard let scalar = peek else {
        throw failure(.syntax, "this class is not closed; write \\[ for the character", at: start)
      }
      if scalar == "]" { break }
      if isForeign, let set = try posixClass() {
        sets.append(set)
        continue
      }
      let place = index
      let first = try classMember()
      guard peek == "-", let next = peek(1), next != "]" else {
        append(first, &ranges, &sets)
        continue
      }
      index += 1
      let last = try classMember()
      guard case .scalar(let low) = first, case .scalar(let high) = last else {
        // As annex B has it: `[\w-.]` is a class, a hyphen and a point.
        append(first, &ranges, &sets)
        append(.scalar("-"), &ranges, &sets)
        append(last, &ranges, &sets)
        continue
      }
      if low > high {
        throw failure(.syntax, "the range \(low)-\(high) is in the wrong order", at: place)
      }
      ranges.append(low.value...high.value)
    }
    index += 1
    let set = sets.reduce(folded(ScalarSet(ranges))) { $0.union($1) }
    return isNegative ? set.complement : set
  }

  private func append(
    _ member: Escape, _ ranges: inout [ClosedRange<UInt32>], _ sets: inout [ScalarSet]
  ) {
    switch member {
    case .scalar(let scalar): ranges.append(scalar.value...scalar.value)
    case .set(let set): sets.append(set)
    case .assertion: break
    }
  }

  private mutating func classMember() throws(RegularFailure) -> Escape {
    if peek == "\\" { return try escape(inClass: true) }
    let scalar = scalars[index]
    index += 1
    return .scalar(scalar)
  }

  /// `[:alpha:]` and its like at the reading position.
  private mutating func posixClass() throws(RegularFailure) -> ScalarSet? {
    guard peek == "[", peek(1) == ":" else { return nil }
    let start = index
    var end = index + 2
    while end < scalars.count, scalars[end] != ":", scalars[end] != "]" { end += 1 }
    guard end + 1 < scalars.count, scalars[end] == ":", scalars[end + 1] == "]" else { return nil }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars[index + 2..<end])
    let isNegative = name.first == "^"
    guard let set = RegularClasses.posix[String(isNegative ? name.dropFirst() : name[...])] else {
      throw failure(
        .unsupported, "the class [:\(String(name).prefix(40)):] is not supported", at: start)
    }
    index = end + 2
    return isNegative ? set.complement : set
  }

  /// With the other cases of its letters, if case is ignored here.
  func folded(_ set: ScalarSet) -> ScalarSet {
    flags.ignoresCase ? UnicodeProperties.withOtherCases(set) : set
  }
}
