import LFMGeneration

/// What a call asks for: the typed form of the first message of each method.
///
/// Parameters that a Generate request leaves out have the defaults of `LFMGeneration`'s initialisers here. Ranges
/// are not checked here but by `GenerationRequest.validated`.
package enum CallRequest: Hashable, Sendable {
  case generate(GenerationRequest)
  case tokenize(text: String, parsesSpecialTokens: Bool)
  case detokenize(tokens: [TokenID], skipsSpecialTokens: Bool)
  case render(Chat)
  case logits(tokens: [TokenID])
  case modelInfo
  case status
  /// The empty name is the whole server.
  case healthCheck(service: String)

  package var method: Method {
    switch self {
    case .generate: .generate
    case .tokenize: .tokenize
    case .detokenize: .detokenize
    case .render: .render
    case .logits: .logits
    case .modelInfo: .modelInfo
    case .status: .status
    case .healthCheck: .healthCheck
    }
  }
}
