import LFMGeneration

/// What a call answers: the typed form of every method's reply.
package enum CallReply: Hashable, Sendable {
  /// Generate, any number.
  case event(GenerationEvent)
  /// Generate: an event of a kind that this version does not know. To be ignored.
  case unknownEvent
  /// EndThinking: done, or there was nothing to do.
  case done
  /// Tokenize.
  case tokens([TokenID])
  /// Detokenize: bytes, which need not be valid UTF-8.
  case text([UInt8])
  /// Render.
  case rendered(String)
  /// Logits, one a position, first to last.
  case logitsRow([Float])
  case modelInfo(ModelDescription)
  case status(ServiceStatus)
  /// Health's Check, one, and Watch, any number.
  case health(HealthStatus)
  /// Health's List: each service once, by its name.
  case healths([ServiceHealth])
}

/// A service's name and how it is; the empty name is the whole server.
package struct ServiceHealth: Hashable, Sendable {
  package var service: String
  package var status: HealthStatus

  package init(service: String, status: HealthStatus) {
    self.service = service
    self.status = status
  }
}

extension CallReply {
  /// The message's bytes.
  package func encode() -> [UInt8] {
    switch self {
    case .event(let event): Self.message(.generateEvent) { event.write($0) }
    case .unknownEvent: Self.message(.generateEvent) { _ in }
    case .done: Self.message(.endThinkingReply) { _ in }
    case .tokens(let tokens): Self.message(.tokenizeReply) { $0.set("ids", tokens) }
    case .text(let bytes): Self.message(.detokenizeReply) { $0.set("text", bytes) }
    case .rendered(let text): Self.message(.renderReply) { $0.set("text", text) }
    case .logitsRow(let values):
      Self.message(.logitsRow) { $0.set("values", FloatBytes.encode(values)) }
    case .modelInfo(let model): Self.message(.modelInfoReply) { model.write($0) }
    case .status(let status): Self.message(.statusReply) { status.write($0) }
    case .health(let health):
      Self.message(.healthCheckResponse) { health.write($0) }
    case .healths(let healths):
      Self.message(.healthListResponse) {
        $0.messages("statuses", healths) { message, health in
          message.set("key", health.service)
          health.status.write(message.message("value"))
        }
      }
    }
  }

  private static func message(_ type: MessageType, _ fill: (MessageWriter) -> Void) -> [UInt8] {
    let message = MessageWriter(type)
    fill(message)
    return message.pack()
  }

  /// - Throws: an error of the call that names the field.
  package init(decoding bytes: [UInt8], method: Method) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: method.replyType)
    switch method {
    case .generate: self = try GenerationEvent(message).map { .event($0) } ?? .unknownEvent
    case .endThinking: self = .done
    case .tokenize: self = .tokens(try message.tokens("ids"))
    case .detokenize: self = .text(message.bytes("text"))
    case .render: self = .rendered(try message.text("text"))
    case .logits:
      let values = message.bytes("values")
      guard let row = FloatBytes.decode(values) else {
        throw .invalid("values has \(values.count) bytes; expected a multiple of 4")
      }
      self = .logitsRow(row)
    case .modelInfo: self = .modelInfo(try ModelDescription(message))
    case .status: self = .status(try ServiceStatus(message))
    case .healthCheck, .healthWatch: self = .health(HealthStatus(message))
    case .healthList:
      var healths: [ServiceHealth] = []
      for entry in message.messages("statuses") {
        // A map's entry may lack its value, which then is an empty message.
        let status = entry.message("value").map { HealthStatus($0) } ?? .unknown
        healths.append(ServiceHealth(service: try entry.identifier("key"), status: status))
      }
      self = .healths(healths)
    }
  }
}

extension HealthStatus {
  fileprivate func write(_ message: MessageWriter) {
    message.set("status", enumeration: rawValue)
  }

  fileprivate init(_ message: MessageReader) {
    self.init(rawValue: message.enumeration("status"))
  }
}

extension Method {
  fileprivate var replyType: MessageType {
    switch self {
    case .generate: .generateEvent
    case .endThinking: .endThinkingReply
    case .tokenize: .tokenizeReply
    case .detokenize: .detokenizeReply
    case .render: .renderReply
    case .logits: .logitsRow
    case .modelInfo: .modelInfoReply
    case .status: .statusReply
    case .healthCheck, .healthWatch: .healthCheckResponse
    case .healthList: .healthListResponse
    }
  }
}
