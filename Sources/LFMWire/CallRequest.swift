import LFMGeneration

/// What a call asks for: the typed form of the first message of each method.
///
/// Parameters that a Generate request leaves out have the defaults of `LFMGeneration`'s initialisers here. Ranges
/// are not checked here but by `GenerationRequest.validated`.
package enum CallRequest: Hashable, Sendable {
  case generate(GenerationRequest)
  /// Of another call of the same connection, by its id.
  case endThinking(call: UInt32)
  case tokenize(text: String, parsesSpecialTokens: Bool)
  case detokenize(tokens: [TokenID], skipsSpecialTokens: Bool)
  /// `asSent`: as Generate sends it, instead of as the template has it.
  case render(Chat, asSent: Bool)
  case logits(tokens: [TokenID])
  case modelInfo
  case status
  /// The empty name is the whole server.
  case healthCheck(service: String)
  /// The same.
  case healthWatch(service: String)
  case healthList

  package var method: Method {
    switch self {
    case .generate: .generate
    case .endThinking: .endThinking
    case .tokenize: .tokenize
    case .detokenize: .detokenize
    case .render: .render
    case .logits: .logits
    case .modelInfo: .modelInfo
    case .status: .status
    case .healthCheck: .healthCheck
    case .healthWatch: .healthWatch
    case .healthList: .healthList
    }
  }
}

extension CallRequest {
  /// The message's bytes.
  package func encode() -> [UInt8] {
    switch self {
    case .generate(let request): Self.message(.generateRequest) { request.write($0) }
    case .endThinking(let call):
      Self.message(.endThinkingRequest) { $0.set("call", call) }
    case .tokenize(let text, let parsesSpecialTokens):
      Self.message(.tokenizeRequest) {
        $0.set("text", text)
        $0.set("parse_special_tokens", parsesSpecialTokens)
      }
    case .detokenize(let tokens, let skipsSpecialTokens):
      Self.message(.detokenizeRequest) {
        $0.set("ids", tokens)
        $0.set("skip_special_tokens", skipsSpecialTokens)
      }
    case .render(let chat, let asSent):
      Self.message(.renderRequest) {
        chat.write($0.message("chat"))
        $0.set("as_sent", asSent)
      }
    case .logits(let tokens): Self.message(.logitsRequest) { $0.set("ids", tokens) }
    case .modelInfo: Self.message(.modelInfoRequest) { _ in }
    case .status: Self.message(.statusRequest) { _ in }
    case .healthCheck(let service), .healthWatch(let service):
      Self.message(.healthCheckRequest) { $0.set("service", service) }
    case .healthList: Self.message(.healthListRequest) { _ in }
    }
  }

  private static func message(_ type: MessageType, _ fill: (MessageWriter) -> Void) -> [UInt8] {
    let message = MessageWriter(type)
    fill(message)
    return message.pack()
  }

  /// - Throws: an error of the call, mostly `INVALID_ARGUMENT`, that names the field.
  package init(decoding bytes: [UInt8], method: Method) throws(WireError) {
    let message = try MessageReader(parsing: bytes, as: method.requestType)
    switch method {
    case .generate: self = .generate(try GenerationRequest(message))
    case .endThinking: self = .endThinking(call: message.uint32("call"))
    case .tokenize:
      self = .tokenize(
        text: try message.text("text"), parsesSpecialTokens: message.bool("parse_special_tokens"))
    case .detokenize:
      self = .detokenize(
        tokens: try message.tokens("ids"), skipsSpecialTokens: message.bool("skip_special_tokens"))
    case .render:
      guard let chat = message.message("chat") else { throw .invalid("chat is missing") }
      self = .render(try Chat(chat), asSent: message.bool("as_sent"))
    case .logits: self = .logits(tokens: try message.tokens("ids"))
    case .modelInfo: self = .modelInfo
    case .status: self = .status
    case .healthCheck: self = .healthCheck(service: try message.identifier("service"))
    case .healthWatch: self = .healthWatch(service: try message.identifier("service"))
    case .healthList: self = .healthList
    }
  }
}

extension Method {
  fileprivate var requestType: MessageType {
    switch self {
    case .generate: .generateRequest
    case .endThinking: .endThinkingRequest
    case .tokenize: .tokenizeRequest
    case .detokenize: .detokenizeRequest
    case .render: .renderRequest
    case .logits: .logitsRequest
    case .modelInfo: .modelInfoRequest
    case .status: .statusRequest
    case .healthCheck, .healthWatch: .healthCheckRequest
    case .healthList: .healthListRequest
    }
  }
}
