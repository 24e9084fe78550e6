/// Metadata values as people read them, one short line each: strings cut, control characters escaped, arrays by their
/// first elements.
extension MetadataValue {
  /// Type and value: `uint32 24`, `string "lfm2moe"`, `array of 24 int32`.
  package var summary: String {
    switch self {
    case .array: typeDescription
    default: "\(type.name) \(preview)"
    }
  }

  /// The value alone: `24`, `"lfm2moe"`, `[0, 0, 8, …]`.
  package var preview: String {
    switch self {
    case .uint64(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .float32(let value): "\(value)"
    case .float64(let value): "\(value)"
    case .string(let bytes): MetadataValue.quoted(bytes)
    case .array(let array): array.preview
    default: integer.map(String.init) ?? ""
    }
  }

  /// The first part of a string, in quotes.
  private static func quoted(_ bytes: MappedBytes) -> String {
    let start = bytes.range.lowerBound
    let head = MappedBytes(file: bytes.file, range: start..<start + min(bytes.count, 400))
    return "\"" + CheckpointError.printable(String(decoding: head.array, as: UTF8.self)) + "\""
  }
}

extension MetadataArray {
  /// The first elements: `[0, 0, 8, …]`.
  package var preview: String {
    let shown = Swift.min(count, 8)
    var cursor = ByteCursor(bytes.file, bytes.range)
    var parts: [String] = []
    for _ in 0..<shown {
      // The elements were read once already, when the file was opened.
      guard let value = try? GGUFValueReader.value(elementType, &cursor) else { break }
      parts.append(elementType == .array ? value.typeDescription : value.preview)
    }
    if shown < count { parts.append("…") }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
