// Many short byte strings in one allocation. A vocabulary of 128,000 arrays would be 128,000 allocations.

/// A list of byte strings, stored end to end. Byte strings and not `String`: keys of a vocabulary must not merge canonically equal texts.
package struct ByteStrings: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each string ends in `bytes`; it begins where the one before it ends.
  private var ends: [Int] = []

  package init() {}

  package init(_ strings: some Sequence<[UInt8]>) {
    for string in strings { append(string.span) }
  }

  package var count: Int { ends.count }

  /// Bytes of the longest string.
  var longest: Int { (0..<count).map { range($0).count }.max() ?? 0 }

  package mutating func reserveCapacity(strings: Int, bytes byteCount: Int) {
    ends.reserveCapacity(strings)
    bytes.reserveCapacity(byteCount)
  }

  package mutating func append(_ string: Span<UInt8>) {
    for index in string.indices { bytes.append(string[index]) }
    ends.append(bytes.count)
  }

  /// Appends what `fill` adds to the bytes as one string.
  mutating func appendString<Result>(_ fill: (inout [UInt8]) -> Result) -> Result {
    let result = fill(&bytes)
    ends.append(bytes.count)
    return result
  }

  /// The place of a string in `bytes`. `index` must be one of the list.
  func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// Whether a string of the list has these bytes.
  func equal(_ index: Int, _ text: Span<UInt8>, _ other: Range<Int>) -> Bool {
    let range = range(index)
    guard range.count == other.count else { return false }
    let span = bytes.span
    for offset in 0..<range.count
    where span[range.lowerBound &+ offset] != text[other.lowerBound &+ offset] { return false }
    return true
  }

  package subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
}
