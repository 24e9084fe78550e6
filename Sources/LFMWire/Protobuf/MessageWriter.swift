import CLFMProto

/// A message on its way out: filled by the names of Protos/, then packed by protobuf-c.
@safe struct MessageWriter {
  private let memory: MessageMemory
  private let message: UnsafeMutableRawPointer
  private let type: MessageType

  /// A message of its own.
  init(_ type: MessageType) {
    // Bounded by what the caller has in memory already.
    self.init(type, in: MessageMemory(budget: .max))
  }

  private init(_ type: MessageType, in memory: MessageMemory) {
    self.memory = memory
    self.type = type
    unsafe message = Self.allocate(type.descriptor.pointee.sizeof_message, in: memory)
    unsafe type.descriptor.pointee.message_init(
      message.assumingMemoryBound(to: ProtobufCMessage.self))
  }

  /// The message's bytes on the wire.
  func pack() -> [UInt8] {
    let base = unsafe UnsafePointer(message.assumingMemoryBound(to: ProtobufCMessage.self))
    let size = unsafe protobuf_c_message_get_packed_size(base)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      if let start = buffer.baseAddress { unsafe count = protobuf_c_message_pack(base, start) }
    }
  }

  // MARK: Fields

  func set(_ name: StaticString, _ value: Bool) {
    store(protobuf_c_boolean(value ? 1 : 0), name, PROTOBUF_C_TYPE_BOOL)
  }
  func set(_ name: StaticString, _ value: Float) {
    store(value, name, PROTOBUF_C_TYPE_FLOAT)
  }
  func set(_ name: StaticString, _ value: Int32) {
    store(value, name, PROTOBUF_C_TYPE_INT32)
  }
  func set(_ name: StaticString, _ value: UInt32) {
    store(value, name, PROTOBUF_C_TYPE_UINT32)
  }
  func set(_ name: StaticString, _ value: Int64) {
    store(value, name, PROTOBUF_C_TYPE_INT64)
  }
  func set(_ name: StaticString, _ value: UInt64) {
    store(value, name, PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64)
  }
  func set(_ name: StaticString, enumeration: Int32) {
    store(enumeration, name, PROTOBUF_C_TYPE_ENUM)
  }
  func set(_ name: StaticString, _ bytes: [UInt8]) {
    unsafe store(copy(bytes), name, PROTOBUF_C_TYPE_BYTES)
  }
  func set(_ name: StaticString, _ text: String) { set(name, Array(text.utf8)) }

  func set(_ name: StaticString, _ values: [Int32]) {
    store(elements: values, name, PROTOBUF_C_TYPE_INT32)
  }
  func set(_ name: StaticString, _ texts: [String]) {
    unsafe store(elements: texts.map { unsafe copy(Array($0.utf8)) }, name, PROTOBUF_C_TYPE_BYTES)
  }

  /// A message within this one, present from now on, to be filled.
  func message(_ name: StaticString) -> MessageWriter {
    let within = MessageWriter(type.field(name).messageType, in: memory)
    unsafe store(Optional(within.message), name, PROTOBUF_C_TYPE_MESSAGE)
    return within
  }

  /// Messages within this one, each filled from a value.
  func messages<Value>(
    _ name: StaticString, _ values: [Value], _ fill: (MessageWriter, Value) -> Void
  ) {
    let type = type.field(name).messageType
    let writers = values.map { value in
      let writer = MessageWriter(type, in: memory)
      fill(writer, value)
      return writer
    }
    unsafe store(
      elements: writers.map { unsafe Optional($0.message) }, name, PROTOBUF_C_TYPE_MESSAGE)
  }

  // MARK: Memory

  private func store<T>(_ value: T, _ name: StaticString, _ types: ProtobufCType...) {
    let field = type.field(name)
    precondition(
      unsafe !field.isRepeated && types.contains(field.descriptor.type),
      "the field \(name) is used as what it is not")
    unsafe message.storeBytes(of: value, toByteOffset: field.offset, as: T.self)
    if field.isInOneof {
      unsafe message.storeBytes(
        of: field.number, toByteOffset: field.quantifierOffset, as: UInt32.self)
    }
  }

  private func store<T>(elements: [T], _ name: StaticString, _ kind: ProtobufCType) {
    let field = type.field(name)
    field.expect(kind, repeated: true)
    guard !elements.isEmpty else { return }
    let bytes = elements.count * MemoryLayout<T>.stride
    let first = unsafe Self.allocate(bytes, in: memory)
    unsafe elements.withUnsafeBytes {
      unsafe first.copyMemory(from: $0.baseAddress!, byteCount: bytes)
    }
    unsafe message.storeBytes(
      of: elements.count, toByteOffset: field.quantifierOffset, as: Int.self)
    unsafe message.storeBytes(
      of: Optional(first), toByteOffset: field.offset, as: UnsafeMutableRawPointer?.self)
  }

  private func copy(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    let copy = unsafe Self.allocate(bytes.count, in: memory)
    unsafe bytes.withUnsafeBytes {
      if let start = $0.baseAddress { unsafe copy.copyMemory(from: start, byteCount: $0.count) }
    }
    return unsafe ProtobufCBinaryData(
      len: bytes.count, data: copy.assumingMemoryBound(to: UInt8.self))
  }

  private static func allocate(_ size: Int, in memory: MessageMemory) -> UnsafeMutableRawPointer {
    guard let allocated = unsafe memory.allocate(size) else {
      // Only a machine without memory comes here; Swift's own allocations end the process there, too.
      preconditionFailure("no memory for \(size) bytes of a message")
    }
    return unsafe allocated
  }
}
