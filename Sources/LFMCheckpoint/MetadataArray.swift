/// An array among the metadata: a view of its elements in the mapped file. Its bounds, and those of everything inside
/// it, were checked when the file was opened.
package struct MetadataArray: Sendable {
  package let elementType: MetadataType
  /// Elements.
  package let count: Int
  /// The elements as the file has them.
  package let bytes: MappedBytes

  /// The elements, where they are strings. Takes one pass over the lengths and 8 bytes an element.
  package var strings: StringArray? {
    elementType == .string ? StringArray(bytes, count: count) : nil
  }

  /// The elements as `Int`, where they are integers of any width and an `Int` holds each.
  package var integers: [Int]? {
    collect { $0.integer }
  }

  /// The elements, where they are of either floating-point type.
  package var floats: [Double]? {
    collect { $0.float }
  }

  /// The elements, where they are Booleans.
  package var bools: [Bool]? {
    collect { value in
      guard case .bool(let bool) = value else { return nil }
      return bool
    }
  }

  /// The elements, where they are arrays themselves.
  package var arrays: [MetadataArray]? {
    guard elementType == .array else { return nil }
    var cursor = ByteCursor(bytes.file, bytes.range)
    var arrays: [MetadataArray] = []
    arrays.reserveCapacity(count)
    for _ in 0..<count {
      guard case .array(let array)? = try? GGUFValueReader.value(.array, &cursor) else {
        return nil
      }
      arrays.append(array)
    }
    return arrays
  }

  private func collect<T>(_ convert: (MetadataValue) -> T?) -> [T]? {
    guard let size = elementType.size else { return nil }
    var elements: [T] = []
    elements.reserveCapacity(count)
    for index in 0..<count {
      let offset = bytes.range.lowerBound + index * size
      guard let value = MetadataValue.fixed(elementType, in: bytes.file, at: offset),
        let element = convert(value)
      else { return nil }
      elements.append(element)
    }
    return elements
  }
}

/// An array of strings among the metadata, such as a vocabulary: each element is a view of its bytes in the mapped file.
package struct StringArray: Sendable, RandomAccessCollection {
  private let file: MappedFile
  /// Where each string's bytes begin; its length stands in the 8 bytes before.
  private let starts: [Int]

  /// Walks the lengths of an array that was checked when the file was opened.
  init(_ bytes: MappedBytes, count: Int) {
    file = bytes.file
    var starts: [Int] = []
    starts.reserveCapacity(count)
    var position = bytes.range.lowerBound
    for _ in 0..<count {
      let length = Int(bytes.file.load(UInt64.self, at: position))
      starts.append(position + 8)
      position += 8 + length
    }
    self.starts = starts
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { starts.count }

  /// One string's bytes.
  package subscript(index: Int) -> MappedBytes {
    MappedBytes(file: file, range: range(index))
  }

  /// Lends one string's bytes without counting a reference to the file: the way for loops over whole vocabularies.
  package func withSpan<R, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try file.withSpan(range(index), body)
  }

  private func range(_ index: Int) -> Range<Int> {
    let start = starts[index]
    return start..<start + Int(file.load(UInt64.self, at: start - 8))
  }
}
