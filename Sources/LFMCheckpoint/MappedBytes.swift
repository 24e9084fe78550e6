/// A run of bytes inside a mapped checkpoint: a string's text, an array's elements, a tensor's data. Keeps the mapping
/// alive, copies nothing. Where the bytes lie was checked when the file was opened.
package struct MappedBytes: Sendable {
  let file: MappedFile
  /// Where the bytes lie, in bytes from the start of the file.
  package let range: Range<Int>

  /// Bytes.
  package var count: Int { range.count }

  /// Lends the bytes in place.
  package func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try file.withSpan(range, body)
  }

  /// A copy of the bytes.
  package var array: [UInt8] {
    withSpan { span in
      unsafe [UInt8](unsafeUninitializedCapacity: span.count) { buffer, count in
        for index in span.indices { unsafe buffer[index] = span[index] }
        count = span.count
      }
    }
  }

  /// A copy as text, or nil where the bytes are not UTF-8.
  package var string: String? {
    withSpan { span in
      guard let text = try? UTF8Span(validating: span) else { return nil }
      return String(copying: text)
    }
  }

  /// The first byte. Valid only while a copy of this value (or its ``Checkpoint``) is alive; not aligned to more than
  /// the file's `general.alignment` where the bytes are a tensor's, and to nothing elsewhere.
  @unsafe package var baseAddress: UnsafeRawPointer {
    unsafe file.baseAddress + range.lowerBound
  }
}
