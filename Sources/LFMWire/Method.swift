/// The calls that this version knows, by their full names. A name that is not here is UNIMPLEMENTED.
package enum Method: String, CaseIterable, Sendable {
  case generate = "lfm.v1.LanguageModel/Generate"
  case endThinking = "lfm.v1.LanguageModel/EndThinking"
  case tokenize = "lfm.v1.LanguageModel/Tokenize"
  case detokenize = "lfm.v1.LanguageModel/Detokenize"
  case render = "lfm.v1.LanguageModel/Render"
  case logits = "lfm.v1.LanguageModel/Logits"
  case modelInfo = "lfm.v1.LanguageModel/ModelInfo"
  case status = "lfm.v1.LanguageModel/Status"
  case healthCheck = "grpc.health.v1.Health/Check"
  case healthWatch = "grpc.health.v1.Health/Watch"
  case healthList = "grpc.health.v1.Health/List"

  /// How many messages each side sends.
  package enum Cardinality: Hashable, Sendable {
    /// One request, one reply.
    case unary
    /// One request, any number of replies.
    case serverStreaming
  }

  package var cardinality: Cardinality {
    switch self {
    case .generate, .logits, .healthWatch: .serverStreaming
    case .endThinking, .tokenize, .detokenize, .render, .modelInfo, .status, .healthCheck,
      .healthList:
      .unary
    }
  }

  /// The services, for health: a name that is neither one of these nor empty is unknown.
  package static let services = ["lfm.v1.LanguageModel", "grpc.health.v1.Health"]
}
