import CLFMProto
import LFMGeneration

/// A received message, parsed by protobuf-c within a budget and read by the names of Protos/.
///
/// Everything that leaves it is a checked copy. Names of fields are literals of this room; a wrong one traps in the
/// first test that reads it, and nothing that a peer sends can choose one.
@safe struct MessageReader {
  /// Keeps the message alive.
  private let memory: MessageMemory
  private let message: UnsafeRawPointer
  private let type: MessageType
  /// The way to this message from the outermost one, such as `prompt.chat.`.
  private let path: String

  private init(
    memory: MessageMemory, message: UnsafeRawPointer, type: MessageType, path: String
  ) {
    self.memory = memory
    unsafe self.message = message
    self.type = type
    self.path = path
  }

  /// - Throws: `RESOURCE_EXHAUSTED` if the message takes more memory than its budget, `INVALID_ARGUMENT` if it
  ///   is not a message of this type; errors of the call.
  init(
    parsing bytes: [UInt8], as type: MessageType, memory: MessageMemory? = nil
  ) throws(WireError) {
    let memory = memory ?? MessageMemory(wireBytes: bytes.count)
    let parsed = unsafe memory.withAllocator { allocator in
      unsafe bytes.withUnsafeBufferPointer {
        unsafe protobuf_c_message_unpack(type.descriptor, allocator, $0.count, $0.baseAddress)
      }
    }
    guard let parsed = unsafe parsed else {
      throw memory.refusals > 0
        ? WireError(
          .call, .resourceExhausted,
          "a \(type.name) of \(bytes.count) bytes has too many parts to be taken apart within its memory"
        )
        : .invalid("\(bytes.count) bytes are no \(type.name): they do not parse as protobuf")
    }
    unsafe self.init(
      memory: memory, message: UnsafeRawPointer(parsed), type: type, path: "")
  }

  // MARK: Presence

  /// Whether a message, or a member of a oneof, was sent.
  func has(_ name: StaticString) -> Bool { isPresent(type.field(name)) }

  /// What `read` makes of a field that may be absent.
  func optional<T, E: Error>(
    _ name: StaticString, _ read: (StaticString) throws(E) -> T
  ) throws(E) -> T? {
    has(name) ? try read(name) : nil
  }

  private func isPresent(_ field: MessageField) -> Bool {
    if field.isInOneof {
      return load(field.quantifierOffset, as: UInt32.self) == field.number
    }
    field.expect(PROTOBUF_C_TYPE_MESSAGE)
    return unsafe load(field.offset, as: UnsafeRawPointer?.self) != nil
  }

  // MARK: Numbers. A member of a oneof that was not sent is zero.

  func bool(_ name: StaticString) -> Bool {
    scalar(name, PROTOBUF_C_TYPE_BOOL, as: protobuf_c_boolean.self) != 0
  }
  func float(_ name: StaticString) -> Float {
    scalar(name, PROTOBUF_C_TYPE_FLOAT, as: Float.self)
  }
  func int32(_ name: StaticString) -> Int32 {
    scalar(name, PROTOBUF_C_TYPE_INT32, as: Int32.self)
  }
  func uint32(_ name: StaticString) -> UInt32 {
    scalar(name, PROTOBUF_C_TYPE_UINT32, as: UInt32.self)
  }
  func int64(_ name: StaticString) -> Int64 {
    scalar(name, PROTOBUF_C_TYPE_INT64, as: Int64.self)
  }
  func uint64(_ name: StaticString) -> UInt64 {
    scalar(name, PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64, as: UInt64.self)
  }
  /// The number of an enum's value, known or not.
  func enumeration(_ name: StaticString) -> Int32 {
    scalar(name, PROTOBUF_C_TYPE_ENUM, as: Int32.self)
  }

  private func scalar<T: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ name: StaticString, _ types: ProtobufCType..., as: T.Type
  ) -> T {
    let field = type.field(name)
    precondition(
      unsafe !field.isRepeated && types.contains(field.descriptor.type),
      "the field \(name) is used as what it is not")
    guard !field.isInOneof || isPresent(field) else { return 0 }
    return load(field.offset, as: T.self)
  }

  // MARK: Text and bytes

  func bytes(_ name: StaticString) -> [UInt8] {
    let field = type.field(name)
    field.expect(PROTOBUF_C_TYPE_BYTES)
    guard !field.isInOneof || isPresent(field) else { return [] }
    return unsafe Array(Self.buffer(load(field.offset, as: ProtobufCBinaryData.self)))
  }

  /// - Throws: if it is not UTF-8.
  func text(_ name: StaticString) throws(WireError) -> String {
    let field = type.field(name)
    field.expect(PROTOBUF_C_TYPE_BYTES)
    guard !field.isInOneof || isPresent(field) else { return "" }
    return try unsafe text(
      Self.buffer(load(field.offset, as: ProtobufCBinaryData.self)), label(name))
  }

  /// Text that is a name of something of ours, and so has no NUL.
  func identifier(_ name: StaticString) throws(WireError) -> String {
    let text = try text(name)
    guard !text.utf8.contains(0) else { throw .invalid("\(label(name)) contains a NUL character") }
    return text
  }

  private func text(
    _ bytes: UnsafeBufferPointer<UInt8>, _ label: @autoclosure () -> String
  ) throws(WireError) -> String {
    guard let text = unsafe String(validating: bytes, as: UTF8.self) else {
      throw .invalid("\(label()) is not valid UTF-8 (\(bytes.count) bytes)")
    }
    return text
  }

  private static func buffer(_ data: ProtobufCBinaryData) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)
  }

  // MARK: Repeated fields

  /// - Throws: if one is not UTF-8.
  func texts(_ name: StaticString) throws(WireError) -> [String] {
    let elements = unsafe elements(name, PROTOBUF_C_TYPE_BYTES, as: ProtobufCBinaryData.self)
    var texts: [String] = []
    for index in elements.indices {
      texts.append(try unsafe text(Self.buffer(elements[index]), "\(label(name))[\(index)]"))
    }
    return texts
  }

  func int32s(_ name: StaticString) -> [Int32] {
    unsafe Array(elements(name, PROTOBUF_C_TYPE_INT32, as: Int32.self))
  }

  // MARK: Messages within

  /// `nil` if it was not sent.
  func message(_ name: StaticString) -> MessageReader? {
    let field = type.field(name)
    field.expect(PROTOBUF_C_TYPE_MESSAGE)
    guard isPresent(field) else { return nil }
    return unsafe load(field.offset, as: UnsafeRawPointer?.self).map {
      unsafe MessageReader(
        memory: memory, message: $0, type: field.messageType, path: "\(path)\(name).")
    }
  }

  func messages(_ name: StaticString) -> [MessageReader] {
    let within = type.field(name).messageType
    let elements = unsafe elements(name, PROTOBUF_C_TYPE_MESSAGE, as: UnsafeRawPointer?.self)
    return elements.indices.compactMap { index in
      unsafe elements[index].map {
        unsafe MessageReader(
          memory: memory, message: $0, type: within, path: "\(path)\(name)[\(index)].")
      }
    }
  }

  /// The field's name as a caller would write it, such as `prompt.chat.messages[0].text`.
  func label(_ name: StaticString) -> String { "\(path)\(name)" }

  // MARK: Memory

  private func elements<T>(
    _ name: StaticString, _ kind: ProtobufCType, as: T.Type
  ) -> UnsafeBufferPointer<T> {
    let field = type.field(name)
    field.expect(kind, repeated: true)
    let count = load(field.quantifierOffset, as: Int.self)
    let first = unsafe load(field.offset, as: UnsafeRawPointer?.self)
    return unsafe UnsafeBufferPointer(
      start: first?.assumingMemoryBound(to: T.self), count: first == nil ? 0 : count)
  }

  /// - Parameter offset: from a descriptor, and so within the message.
  private func load<T>(_ offset: Int, as type: T.Type) -> T {
    unsafe message.load(fromByteOffset: offset, as: type)
  }
}
