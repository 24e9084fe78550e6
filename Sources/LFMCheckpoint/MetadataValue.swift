/// The types that a metadata value can have, by their numbers in a GGUF file.
package enum MetadataType: UInt32, Hashable, Sendable {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// Bytes of one value, or nil for strings and arrays.
  package var size: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  /// The fewest bytes that one value can take in a file.
  var smallestSize: Int {
    switch self {
    case .string: 8  // a length
    case .array: 12  // an element type and a count
    default: size ?? 1
    }
  }

  /// The name that gguf-py and the format's description use: `uint32`, `string`.
  package var name: String { "\(self)" }
}

/// One metadata value. Strings and arrays are views of the mapped file, validated but not copied.
package enum MetadataValue: Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  /// The text's bytes; UTF-8 in a good file, but not checked.
  case string(MappedBytes)
  case array(MetadataArray)
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  package var type: MetadataType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    case .bool: .bool
    case .string: .string
    case .array: .array
    case .uint64: .uint64
    case .int64: .int64
    case .float64: .float64
    }
  }

  /// The type as people read it: `uint32`, `array of 128000 string`.
  package var typeDescription: String {
    guard case .array(let array) = self else { return type.name }
    return "array of \(array.count) \(array.elementType.name)"
  }

  /// The number, of whatever integer type; nil for other types and for more than an `Int` holds.
  package var integer: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    default: nil
    }
  }

  /// The number, of either floating-point type; nil for other types.
  package var float: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: nil
    }
  }

  /// Reads one value of a type with a fixed size, or nil for strings and arrays. The bounds are the caller's.
  static func fixed(_ type: MetadataType, in file: MappedFile, at offset: Int) -> MetadataValue? {
    switch type {
    case .uint8: .uint8(file.load(UInt8.self, at: offset))
    case .int8: .int8(file.load(Int8.self, at: offset))
    case .uint16: .uint16(file.load(UInt16.self, at: offset))
    case .int16: .int16(file.load(Int16.self, at: offset))
    case .uint32: .uint32(file.load(UInt32.self, at: offset))
    case .int32: .int32(file.load(Int32.self, at: offset))
    case .float32: .float32(Float(bitPattern: file.load(UInt32.self, at: offset)))
    // The format wants 0 or 1; llama.cpp reads any other byte as true, and files with such bytes exist.
    case .bool: .bool(file.load(UInt8.self, at: offset) != 0)
    case .uint64: .uint64(file.load(UInt64.self, at: offset))
    case .int64: .int64(file.load(Int64.self, at: offset))
    case .float64: .float64(Double(bitPattern: file.load(UInt64.self, at: offset)))
    case .string, .array: nil
    }
  }
}
