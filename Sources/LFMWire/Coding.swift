// Being built: the bodies come with Protos/.
extension ConnectionMessage {
  /// The frame's payload.
  package func encode() -> [UInt8] { fatalError("being built") }

  /// - Throws: an error of the call for `callStart`, `halfClose`, `cancel`, `window` and `status`, of the
  ///   connection for the others.
  package init(decoding payload: [UInt8], kind: FrameKind) throws(WireError) {
    fatalError("being built")
  }
}

extension CallRequest {
  /// The message's bytes.
  package func encode() -> [UInt8] { fatalError("being built") }

  /// - Throws: `INVALID_ARGUMENT` that names the field, an error of the call.
  package init(decoding bytes: [UInt8], method: Method) throws(WireError) {
    fatalError("being built")
  }
}

extension CallReply {
  /// The message's bytes.
  package func encode() -> [UInt8] { fatalError("being built") }

  /// - Throws: an error of the call that names the field.
  package init(decoding bytes: [UInt8], method: Method) throws(WireError) {
    fatalError("being built")
  }
}
