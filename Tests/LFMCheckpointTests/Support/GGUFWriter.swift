/// Writes GGUF files for tests, good ones and, by saying something else than what follows, bad ones.
struct GGUFWriter {
  indirect enum Value {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case array(UInt32, [Value])
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)
    /// Any type number with any bytes behind it.
    case raw(UInt32, [UInt8])
  }

  struct Tensor {
    var name: [UInt8]
    var shape: [UInt64]
    var type: UInt32
    var data: [UInt8]
    /// Written instead of the number of dimensions and the offset, where given.
    var dimensionCount: UInt32?
    var offset: UInt64?

    init(
      _ name: String, _ shape: [UInt64], type: UInt32 = 0, data: [UInt8] = [],
      dimensionCount: UInt32? = nil, offset: UInt64? = nil
    ) {
      self.name = Array(name.utf8)
      self.shape = shape
      self.type = type
      self.data = data
      self.dimensionCount = dimensionCount
      self.offset = offset
    }
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// Written instead of the true counts, where given.
  var tensorCount: UInt64?
  var entryCount: UInt64?
  var entries: [(key: [UInt8], value: Value)] = []
  var tensors: [Tensor] = []
  var alignment = 32

  mutating func add(_ key: String, _ value: Value) {
    entries.append((Array(key.utf8), value))
  }

  /// The whole file.
  func bytes() -> [UInt8] {
    var file = head()
    pad(&file)
    for tensor in tensors {
      file += tensor.data
      pad(&file)
    }
    return file
  }

  /// Header, metadata and tensor table, without padding.
  func head() -> [UInt8] {
    var file = magic + Self.bytes(version)
    file += Self.bytes(tensorCount ?? UInt64(tensors.count))
    file += Self.bytes(entryCount ?? UInt64(entries.count))
    for (key, value) in entries {
      file += Self.string(key) + Self.bytes(Self.type(value)) + Self.body(value)
    }
    var offset = 0
    for tensor in tensors {
      file += Self.string(tensor.name)
      file += Self.bytes(tensor.dimensionCount ?? UInt32(tensor.shape.count))
      for length in tensor.shape { file += Self.bytes(length) }
      file += Self.bytes(tensor.type) + Self.bytes(tensor.offset ?? UInt64(offset))
      offset += (tensor.data.count + alignment - 1) / alignment * alignment
    }
    return file
  }

  private func pad(_ file: inout [UInt8]) {
    while file.count % alignment != 0 { file.append(0) }
  }

  static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func string(_ bytes: [UInt8]) -> [UInt8] {
    Self.bytes(UInt64(bytes.count)) + bytes
  }

  static func type(_ value: Value) -> UInt32 {
    switch value {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .string: 8
    case .array: 9
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    case .raw(let type, _): type
    }
  }

  static func body(_ value: Value) -> [UInt8] {
    switch value {
    case .uint8(let value): bytes(value)
    case .int8(let value): bytes(value)
    case .uint16(let value): bytes(value)
    case .int16(let value): bytes(value)
    case .uint32(let value): bytes(value)
    case .int32(let value): bytes(value)
    case .float32(let value): bytes(value.bitPattern)
    case .bool(let value): [value ? 1 : 0]
    case .string(let value): string(Array(value.utf8))
    case .array(let type, let values):
      bytes(type) + bytes(UInt64(values.count)) + values.flatMap { body($0) }
    case .uint64(let value): bytes(value)
    case .int64(let value): bytes(value)
    case .float64(let value): bytes(value.bitPattern)
    case .raw(_, let value): value
    }
  }
}
