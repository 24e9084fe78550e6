/// Reads one metadata value of a GGUF file, of any type. Strings and arrays are stepped over and kept as views; nothing
/// is allocated by a count that the file announces.
enum GGUFValueReader {
  /// Arrays in arrays deeper than this are refused; no known file has more than two.
  static let deepestArray = 8

  /// Reads the number of a type.
  static func type(_ cursor: inout ByteCursor, _ what: String) throws(CheckpointError)
    -> MetadataType
  {
    let number = try cursor.read(UInt32.self, what)
    guard let type = MetadataType(rawValue: number) else {
      throw cursor.failure(
        .malformed, found: "\(what) \(number)", expected: "0 (uint8) to 12 (float64)")
    }
    return type
  }

  /// Reads one value.
  static func value(
    _ type: MetadataType, _ cursor: inout ByteCursor, depth: Int = 0
  ) throws(CheckpointError) -> MetadataValue {
    switch type {
    case .string: return .string(try cursor.string("a string"))
    case .array: return .array(try array(&cursor, depth: depth + 1))
    default:
      let range = try cursor.skip(UInt64(type.size ?? 0), "a \(type.name)")
      guard let value = MetadataValue.fixed(type, in: cursor.file, at: range.lowerBound) else {
        throw cursor.failure(.malformed, found: type.name, expected: "a type of fixed size")
      }
      return value
    }
  }

  private static func array(
    _ cursor: inout ByteCursor, depth: Int
  ) throws(CheckpointError) -> MetadataArray {
    guard depth <= deepestArray else {
      throw cursor.failure(
        .malformed, found: "arrays nested \(depth) deep", expected: "at most \(deepestArray)")
    }
    let elementType = try type(&cursor, "array element type")
    let announced = try cursor.read(UInt64.self, "the count of an array")
    guard announced <= UInt64(cursor.remaining / elementType.smallestSize) else {
      throw cursor.failure(
        .truncated,
        found: "an array of \(announced) \(elementType.name)",
        expected: "no more than the \(cursor.remaining) bytes before the end of the file can hold",
        advice: "The file is cut short or damaged: copy or download it again.")
    }
    let count = Int(announced)
    let start = cursor.position
    if let size = elementType.size {
      // No overflow: count is at most remaining / size.
      _ = try cursor.skip(UInt64(count * size), "an array of \(count) \(elementType.name)")
    } else if elementType == .string {
      try cursor.skipStrings(count)
    } else {
      for _ in 0..<count { _ = try array(&cursor, depth: depth + 1) }
    }
    return MetadataArray(
      elementType: elementType, count: count,
      bytes: MappedBytes(file: cursor.file, range: start..<cursor.position))
  }
}
