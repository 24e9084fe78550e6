/// The tables of characters, for whoever matches text beside the tokenizer; Unicode 16.0.
package enum UnicodeTables {
  /// General category L, as ranges of scalar values, ascending.
  package static var letters: [ClosedRange<UInt32>] { ranges(UnicodeRanges.letters) }
  /// General category N, as ranges of scalar values, ascending.
  package static var numbers: [ClosedRange<UInt32>] { ranges(UnicodeRanges.numbers) }
  /// The property White_Space, as ranges of scalar values, ascending.
  package static var whitespace: [ClosedRange<UInt32>] { ranges(UnicodeRanges.whitespace) }

  private static func ranges(_ bounds: [UInt32]) -> [ClosedRange<UInt32>] {
    stride(from: 0, to: bounds.count - 1, by: 2).map { bounds[$0]...bounds[$0 + 1] }
  }
}
