// What the pre-tokenizer must know of a scalar. The ranges themselves are generated: UnicodeRanges.swift.

/// The classes that the expression of the pre-tokenizer tells apart.
enum ScalarClass: UInt8, Sendable {
  /// Neither of the others: marks, punctuation, symbols, controls, unassigned.
  case other
  /// `\p{L}`
  case letter
  /// `\p{N}`
  case number
  /// `\s` but CR and LF.
  case whitespace
  /// CR and LF.
  case newline
}

/// The class of every scalar, one byte each up to the last letter or number (210 KB, of which a text touches a few pages).
final class UnicodeClasses: Sendable {
  static let shared = UnicodeClasses()

  private let table: [ScalarClass]

  private init() {
    let end = 1 + Int(max(UnicodeRanges.letters.last ?? 0, UnicodeRanges.numbers.last ?? 0))
    var table = [ScalarClass](repeating: .other, count: max(end, 0x3001))
    func fill(_ ranges: [UInt32], _ kind: ScalarClass) {
      for pair in stride(from: 0, to: ranges.count - 1, by: 2) {
        for scalar in ranges[pair]...ranges[pair + 1] { table[Int(scalar)] = kind }
      }
    }
    fill(UnicodeRanges.letters, .letter)
    fill(UnicodeRanges.numbers, .number)
    fill(UnicodeRanges.whitespace, .whitespace)
    table[0x0A] = .newline
    table[0x0D] = .newline
    self.table = table
  }

  /// The class of the scalar that begins at `start`, and where it ends.
  ///
  /// - Parameter text: valid UTF-8.
  @inline(__always)
  func scalar(_ text: Span<UInt8>, _ start: Int) -> (ScalarClass, end: Int) {
    let first = text[start]
    if first < 0x80 { return (table[Int(first)], start + 1) }
    if first < 0xE0 {
      let scalar = Int(first & 0x1F) << 6 | Int(text[start + 1] & 0x3F)
      return (table[scalar], start + 2)
    }
    let middle = Int(text[start + 1] & 0x3F) << 6 | Int(text[start + 2] & 0x3F)
    if first < 0xF0 { return (table[Int(first & 0x0F) << 12 | middle], start + 3) }
    let scalar = Int(first & 0x07) << 18 | middle << 6 | Int(text[start + 3] & 0x3F)
    return (scalar < table.count ? table[scalar] : .other, start + 4)
  }
}
