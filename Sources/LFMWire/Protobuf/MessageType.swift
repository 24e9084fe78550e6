import CLFMProto

/// The types that stand alone on the wire; those within them are found through their fields.
///
/// Nothing but a pointer to one of the constant descriptors in protoc-c's output.
@safe struct MessageType: @unchecked Sendable {
  // Proof of Sendable: the descriptors are constants of the program.
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  init(descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
    unsafe self.descriptor = descriptor
  }

  /// - Parameter initialize: the generated initialiser, which knows where the descriptor is.
  private init<Message>(_ blank: Message, _ initialize: (UnsafeMutablePointer<Message>) -> Void) {
    var message = blank
    unsafe initialize(&message)
    unsafe self.descriptor = withUnsafeBytes(of: &message) {
      // Every generated struct begins with its ProtobufCMessage, and that with the descriptor.
      unsafe $0.load(as: ProtobufCMessage.self).descriptor
    }
  }

  // The connection.
  static let hello = unsafe MessageType(Lfm__V1__Hello(), lfm__v1__hello__init)
  static let callStart = unsafe MessageType(Lfm__V1__CallStart(), lfm__v1__call_start__init)
  static let halfClose = unsafe MessageType(Lfm__V1__HalfClose(), lfm__v1__half_close__init)
  static let cancel = unsafe MessageType(Lfm__V1__Cancel(), lfm__v1__cancel__init)
  static let window = unsafe MessageType(Lfm__V1__Window(), lfm__v1__window__init)
  static let callStatus = unsafe MessageType(Lfm__V1__CallStatus(), lfm__v1__call_status__init)
  static let ping = unsafe MessageType(Lfm__V1__Ping(), lfm__v1__ping__init)
  static let goAway = unsafe MessageType(Lfm__V1__GoAway(), lfm__v1__go_away__init)

  // Requests.
  static let generateRequest = unsafe MessageType(
    Lfm__V1__GenerateRequest(), lfm__v1__generate_request__init)
  static let endThinkingRequest = unsafe MessageType(
    Lfm__V1__EndThinkingRequest(), lfm__v1__end_thinking_request__init)
  static let tokenizeRequest = unsafe MessageType(
    Lfm__V1__TokenizeRequest(), lfm__v1__tokenize_request__init)
  static let detokenizeRequest = unsafe MessageType(
    Lfm__V1__DetokenizeRequest(), lfm__v1__detokenize_request__init)
  static let renderRequest = unsafe MessageType(
    Lfm__V1__RenderRequest(), lfm__v1__render_request__init)
  static let logitsRequest = unsafe MessageType(
    Lfm__V1__LogitsRequest(), lfm__v1__logits_request__init)
  static let modelInfoRequest = unsafe MessageType(
    Lfm__V1__ModelInfoRequest(), lfm__v1__model_info_request__init)
  static let statusRequest = unsafe MessageType(
    Lfm__V1__StatusRequest(), lfm__v1__status_request__init)
  static let healthCheckRequest = unsafe MessageType(
    Grpc__Health__V1__HealthCheckRequest(), grpc__health__v1__health_check_request__init)
  static let healthListRequest = unsafe MessageType(
    Grpc__Health__V1__HealthListRequest(), grpc__health__v1__health_list_request__init)

  // Replies.
  static let generateEvent = unsafe MessageType(
    Lfm__V1__GenerateEvent(), lfm__v1__generate_event__init)
  static let endThinkingReply = unsafe MessageType(
    Lfm__V1__EndThinkingReply(), lfm__v1__end_thinking_reply__init)
  static let tokenizeReply = unsafe MessageType(
    Lfm__V1__TokenizeReply(), lfm__v1__tokenize_reply__init)
  static let detokenizeReply = unsafe MessageType(
    Lfm__V1__DetokenizeReply(), lfm__v1__detokenize_reply__init)
  static let renderReply = unsafe MessageType(Lfm__V1__RenderReply(), lfm__v1__render_reply__init)
  static let logitsRow = unsafe MessageType(Lfm__V1__LogitsRow(), lfm__v1__logits_row__init)
  static let modelInfoReply = unsafe MessageType(
    Lfm__V1__ModelInfoReply(), lfm__v1__model_info_reply__init)
  static let statusReply = unsafe MessageType(Lfm__V1__StatusReply(), lfm__v1__status_reply__init)
  static let healthCheckResponse = unsafe MessageType(
    Grpc__Health__V1__HealthCheckResponse(), grpc__health__v1__health_check_response__init)
  static let healthListResponse = unsafe MessageType(
    Grpc__Health__V1__HealthListResponse(), grpc__health__v1__health_list_response__init)
}

extension MessageType {
  /// The message's name in Protos/, without its package.
  var name: String { unsafe String(cString: descriptor.pointee.short_name) }

  /// A field by its name in Protos/; a name that is not there is a mistake in this room.
  func field(_ name: StaticString) -> MessageField {
    precondition(name.hasPointerRepresentation)
    let found = unsafe name.utf8Start.withMemoryRebound(
      to: CChar.self, capacity: name.utf8CodeUnitCount + 1
    ) {
      unsafe protobuf_c_message_descriptor_get_field_by_name(descriptor, $0)
    }
    guard let found = unsafe found else { preconditionFailure("\(self.name) has no field \(name)") }
    return unsafe MessageField(name: name, descriptor: found.pointee)
  }
}

/// Where a field lies in its message, and what it holds.
@safe struct MessageField {
  let name: StaticString
  let descriptor: ProtobufCFieldDescriptor

  var isRepeated: Bool { unsafe descriptor.label == PROTOBUF_C_LABEL_REPEATED }
  var isInOneof: Bool { unsafe descriptor.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 }
  var offset: Int { unsafe Int(descriptor.offset) }
  /// Of the count of a repeated field, or the case of a oneof.
  var quantifierOffset: Int { unsafe Int(descriptor.quantifier_offset) }
  var number: UInt32 { unsafe descriptor.id }

  /// The type of a field that holds messages.
  var messageType: MessageType {
    precondition(unsafe descriptor.type == PROTOBUF_C_TYPE_MESSAGE)
    return unsafe MessageType(
      descriptor: descriptor.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
  }

  /// Checks that our code and Protos/ agree about the field.
  func expect(_ types: ProtobufCType..., repeated: Bool = false) {
    precondition(
      unsafe isRepeated == repeated && types.contains(descriptor.type),
      "the field \(name) is used as what it is not")
  }
}
