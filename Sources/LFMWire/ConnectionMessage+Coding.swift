import LFMGeneration

// The payloads of connection.proto.

extension ConnectionMessage {
  /// The frame's payload.
  package func encode() -> [UInt8] {
    switch self {
    case .hello(let hello): hello.encode()
    case .callStart(let start): start.encode()
    case .message(let bytes): bytes
    case .halfClose: MessageWriter(.halfClose).pack()
    case .cancel: MessageWriter(.cancel).pack()
    case .window(let credit): Self.encode(window: credit)
    case .status(let status): status.encode()
    case .ping(let ping): ping.encode()
    case .goAway(let goAway): goAway.encode()
    }
  }

  /// - Throws: for `hello`, `ping` and `goAway` an error of the connection, for the others one of the call.
  package init(decoding payload: [UInt8], kind: FrameKind) throws(WireError) {
    do {
      switch kind {
      case .hello: self = .hello(try Hello(decoding: payload))
      case .callStart: self = .callStart(try CallStart(decoding: payload))
      case .message: self = .message(payload)
      case .halfClose:
        _ = try MessageReader(parsing: payload, as: .halfClose)
        self = .halfClose
      case .cancel:
        _ = try MessageReader(parsing: payload, as: .cancel)
        self = .cancel
      case .window: self = .window(credit: try Self.credit(decoding: payload))
      case .status: self = .status(try CallStatus(decoding: payload))
      case .ping: self = .ping(try Ping(decoding: payload))
      case .goAway: self = .goAway(try GoAway(decoding: payload))
      }
    } catch {
      throw WireError(kind.isOfConnection ? .connection : .call, error.code, error.message)
    }
  }

  private static func encode(window credit: UInt32) -> [UInt8] {
    let message = MessageWriter(.window)
    message.set("credit_bytes", credit)
    return message.pack()
  }

  private static func credit(decoding bytes: [UInt8]) throws(WireError) -> UInt32 {
    let credit = try MessageReader(parsing: bytes, as: .window).uint32("credit_bytes")
    guard credit > 0 else { throw .invalid("credit_bytes is 0; allowed: 1 to \(UInt32.max)") }
    return credit
  }
}

extension Hello {
  fileprivate func encode() -> [UInt8] {
    let message = MessageWriter(.hello)
    message.set("oldest_version", versions.lowerBound)
    message.set("newest_version", versions.upperBound)
    message.set("agent", agent.boundedSentence)
    message.set("max_fragment_bytes", UInt32(clamping: limits.fragment))
    message.set("max_message_bytes", UInt32(clamping: limits.message))
    message.set("initial_window_bytes", UInt32(clamping: limits.initialWindow))
    message.set("max_concurrent_calls", maxConcurrentCalls)
    return message.pack()
  }

  fileprivate init(decoding bytes: [UInt8]) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: .hello)
    let oldest = message.uint32("oldest_version")
    let newest = message.uint32("newest_version")
    guard oldest <= newest, newest > 0 else {
      throw .invalid(
        "oldest_version is \(oldest) and newest_version \(newest); expected a range from 1 on")
    }
    func limit(_ name: StaticString, _ standard: Int) -> Int {
      let found = message.uint32(name)
      return found == 0 ? standard : Int(found)
    }
    let standard = FrameLimits.standard
    self.init(
      versions: oldest...newest, agent: try message.identifier("agent"),
      limits: FrameLimits(
        fragment: limit("max_fragment_bytes", standard.fragment),
        message: limit("max_message_bytes", standard.message),
        initialWindow: limit("initial_window_bytes", standard.initialWindow)),
      maxConcurrentCalls: message.uint32("max_concurrent_calls"))
  }
}

extension CallStart {
  /// The most bytes that the names and values of a call's metadata may have together.
  package static let metadataLimit = 8 << 10

  fileprivate func encode() -> [UInt8] {
    let message = MessageWriter(.callStart)
    message.set("method", method)
    if let timeout { message.set("timeout_nanoseconds", timeout) }
    message.messages("metadata", metadata) { message, entry in
      message.set("name", entry.name)
      message.set("value", entry.value)
    }
    if let firstMessage { message.set("first_message", firstMessage) }
    message.set("half_close", halfCloses)
    return message.pack()
  }

  fileprivate init(decoding bytes: [UInt8]) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: .callStart)
    var metadata: [MetadataEntry] = []
    var size = 0
    for entry in message.messages("metadata") {
      let value = entry.bytes("value")
      let name = try entry.identifier("name")
      size += name.utf8.count + value.count
      guard size <= Self.metadataLimit else {
        throw WireError(
          .call, .resourceExhausted,
          "the metadata has more than the \(Self.metadataLimit) bytes that a call may have")
      }
      metadata.append(MetadataEntry(name: name, value: value))
    }
    self.init(
      method: try message.identifier("method"),
      timeout: message.optional("timeout_nanoseconds", message.int64).map { .nanoseconds($0) },
      metadata: metadata,
      firstMessage: message.optional("first_message", message.bytes),
      halfCloses: message.bool("half_close"))
  }
}

extension CallStatus {
  fileprivate func encode() -> [UInt8] {
    let message = MessageWriter(.callStatus)
    message.set("code", code.rawValue)
    message.set("sentence", self.message.boundedSentence)
    message.set("retryable", isRetryable)
    if let retryAfter { message.set("retry_after_nanoseconds", retryAfter) }
    return message.pack()
  }

  fileprivate init(decoding bytes: [UInt8]) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: .callStatus)
    self.init(
      code: StatusCode(rawValue: message.uint32("code")), message: try message.text("sentence"),
      isRetryable: message.bool("retryable"),
      retryAfter: try message.optional("retry_after_nanoseconds", message.duration))
  }
}

extension Ping {
  fileprivate func encode() -> [UInt8] {
    let message = MessageWriter(.ping)
    message.set("opaque", opaque)
    message.set("acknowledgement", isAcknowledgement)
    return message.pack()
  }

  fileprivate init(decoding bytes: [UInt8]) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: .ping)
    self.init(
      opaque: message.uint64("opaque"), isAcknowledgement: message.bool("acknowledgement"))
  }
}

extension GoAway {
  fileprivate func encode() -> [UInt8] {
    let message = MessageWriter(.goAway)
    message.set("last_accepted_call", lastAcceptedCall)
    message.set("code", code.rawValue)
    message.set("sentence", self.message.boundedSentence)
    return message.pack()
  }

  fileprivate init(decoding bytes: [UInt8]) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: .goAway)
    self.init(
      lastAcceptedCall: message.uint32("last_accepted_call"),
      code: StatusCode(rawValue: message.uint32("code")), message: try message.text("sentence"))
  }
}
