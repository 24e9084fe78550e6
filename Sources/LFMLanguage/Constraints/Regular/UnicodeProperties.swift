import LFMTokenizer

/// The properties of characters that `\p{…}` asks about, and letters that differ only in case.
///
/// Owns names and sets; what Swift's standard library knows of a character is the source. Scripts it does not tell:
/// they are in `UnicodeScripts`.
enum UnicodeProperties {
  /// The set of `\p{name}`; `nil` if there is none of the name.
  ///
  /// Names are those of ECMA-262: values of `General_Category` in both spellings (`Lu`, `Uppercase_Letter`, also behind
  /// `General_Category=` or `gc=`), scripts behind `Script=` or `sc=` (and alone, as Rust has them), and the binary properties of `binary`.
  static func set(named name: String) -> ScalarSet? {
    if let separator = name.firstIndex(of: "=") {
      let property = name[..<separator]
      let value = String(name[name.index(after: separator)...])
      switch property {
      case "General_Category", "gc": return category(value)
      case "Script", "sc": return UnicodeScripts.ranges[value].map { ScalarSet($0) }
      default: return nil
      }
    }
    return category(name) ?? binary(name) ?? UnicodeScripts.ranges[name].map { ScalarSet($0) }
  }

  // MARK: - General categories

  private static func category(_ name: String) -> ScalarSet? {
    let short = longNames[name] ?? name
    switch short {
    case "LC": return union(["Lu", "Ll", "Lt"])
    case "L": return letters
    case "N": return numbers
    case "M", "P", "S", "Z", "C":
      return union(categories.keys.filter { $0.hasPrefix(short) })
    default: return categories[short]
    }
  }

  /// The tokenizer's tables, which are there at once.
  private static let letters = ScalarSet(UnicodeTables.letters)
  private static let numbers = ScalarSet(UnicodeTables.numbers)

  private static func union(_ names: [String]) -> ScalarSet {
    ScalarSet(pairs: names.flatMap { categories[$0]?.pairs ?? [] })
  }

  /// By short name. One walk over all of Unicode that is assigned, of some milliseconds, when first asked.
  private static let categories: [String: ScalarSet] = {
    var ranges: [Unicode.GeneralCategory: [ClosedRange<UInt32>]] = [:]
    var current: (category: Unicode.GeneralCategory, first: UInt32)?
    var last: UInt32 = 0
    func finish() {
      if let current { ranges[current.category, default: []].append(current.first...last) }
    }
    for value in UInt32(0)...0x10_FFFF {
      // Planes 4 to 13 are unassigned, 15 and 16 private; the last two of each plane are neither.
      let isUniform = (value >= 0x4_0000 && value < 0xE_0000) || value >= 0xE_1000
      if isUniform, value & 0xFFFF != 0, value & 0xFFFF != 0x1000, value & 0xFFFF < 0xFFFE {
        last = value
        continue
      }
      if uniformBlocks.contains(where: { $0.contains(value) }) {
        last = value
        continue
      }
      guard let scalar = Unicode.Scalar(value) else { continue }
      let category = scalar.properties.generalCategory
      if current?.category != category {
        finish()
        current = (category, value)
      }
      last = value
    }
    finish()
    var result: [String: ScalarSet] = ["Cs": .empty]
    for (category, list) in ranges { result[shortName(category)] = ScalarSet(list) }
    return result
  }()

  /// Ideographs and syllables, each block without its first: half of what is assigned, and no category ever changes.
  private static let uniformBlocks: [ClosedRange<UInt32>] = [
    0x3401...0x4DB5, 0x4E01...0x9FA5, 0xAC01...0xD7A3, 0x1_7001...0x1_87EC, 0x2_0001...0x2_A6D6,
    0x2_A701...0x2_B734, 0x2_B741...0x2_B81D, 0x2_B821...0x2_CEA1, 0x2_CEB1...0x2_EBE0,
    0x3_0001...0x3_134A,
  ]

  private static func shortName(_ category: Unicode.GeneralCategory) -> String {
    switch category {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }

  private static let longNames: [String: String] = [
    "Letter": "L", "Cased_Letter": "LC", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll",
    "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M",
    "Combining_Mark": "M", "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me",
    "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl",
    "Other_Number": "No", "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc",
    "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Close_Punctuation": "Pe",
    "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf", "Other_Punctuation": "Po",
    "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk",
    "Other_Symbol": "So", "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl",
    "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf",
    "Surrogate": "Cs", "Private_Use": "Co", "Unassigned": "Cn",
  ]

  // MARK: - Binary properties

  private static func binary(_ name: String) -> ScalarSet? {
    switch name {
    case "Any": .all
    case "ASCII": ScalarSet([0...0x7F])
    case "Assigned": category("Cn")?.complement
    case "ASCII_Hex_Digit", "AHex": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "White_Space", "space": ScalarSet(UnicodeTables.whitespace)
    case "Alphabetic", "Alpha": collect { $0.isAlphabetic }
    case "Uppercase", "Upper": collect { $0.isUppercase }
    case "Lowercase", "Lower": collect { $0.isLowercase }
    case "Emoji": collect { $0.isEmoji }
    case "Emoji_Presentation", "EPres": collect { $0.isEmojiPresentation }
    case "ID_Start", "IDS": collect { $0.isIDStart }
    case "ID_Continue", "IDC": collect { $0.isIDContinue }
    case "XID_Start", "XIDS": collect { $0.isXIDStart }
    case "XID_Continue", "XIDC": collect { $0.isXIDContinue }
    case "Hex_Digit", "Hex": collect { $0.isHexDigit }
    case "Ideographic", "Ideo": collect { $0.isIdeographic }
    default: nil
    }
  }

  private static func collect(_ isWanted: (Unicode.Scalar.Properties) -> Bool) -> ScalarSet {
    var ranges: [ClosedRange<UInt32>] = []
    var first: UInt32?
    let ends: [ClosedRange<UInt32>] = [0...0x3_FFFF, 0xE_0000...0xE_0FFF]
    for part in ends {
      for value in part {
        let holds = Unicode.Scalar(value).map { isWanted($0.properties) } ?? false
        if holds, first == nil { first = value }
        if !holds, let start = first {
          ranges.append(start...value - 1)
          first = nil
        }
      }
    }
    return ScalarSet(ranges)
  }

  // MARK: - Case

  /// `set` and every character that differs from one of it only in case, by simple folding.
  static func withOtherCases(_ set: ScalarSet) -> ScalarSet {
    var added: [(UInt32, UInt32)] = []
    if let last = set.bounds.last, last < 0x80 {
      for scalar in asciiLetters where set.contains(scalar) {
        // Only two letters of ASCII have cases outside of it: the long s and the sign of the kelvin.
        let other = scalar.value ^ 0x20
        added.append((other, other))
        if scalar.value | 0x20 == 0x73 { added.append((0x17F, 0x17F)) }
        if scalar.value | 0x20 == 0x6B { added.append((0x212A, 0x212A)) }
      }
      return ScalarSet(pairs: set.pairs + added)
    }
    for group in caseGroups where group.contains(where: { set.contains($0) }) {
      for scalar in group {
        let position = ScalarSet.position(scalar.value)
        added.append((position, position))
      }
    }
    return ScalarSet(pairs: set.pairs + added)
  }

  private static let asciiLetters =
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars)

  /// Characters that are the same but for case; made when first asked.
  private static let caseGroups: [[Unicode.Scalar]] = {
    var groups: [UInt32: [Unicode.Scalar]] = [:]
    for value in UInt32(0x41)...0x1_E943 {
      // The dotted and the dotless i have folds in Turkish only.
      guard let scalar = Unicode.Scalar(value), value != 0x130, value != 0x131,
        scalar.properties.isCased || scalar.properties.changesWhenUppercased
      else { continue }
      let key = single(scalar.properties.uppercaseMapping) ?? scalar
      let root = single(key.properties.lowercaseMapping) ?? key
      groups[root.value, default: []].append(scalar)
    }
    return groups.values.filter { $0.count > 1 }
  }()

  private static func single(_ text: String) -> Unicode.Scalar? {
    text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
  }
}
