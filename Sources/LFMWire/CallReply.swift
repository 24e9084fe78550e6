import LFMGeneration

/// What a call answers: the typed form of every method's reply.
package enum CallReply: Hashable, Sendable {
  /// Generate, any number.
  case event(GenerationEvent)
  /// Generate: an event of a kind that this version does not know. To be ignored.
  case unknownEvent
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
  case health(HealthStatus)
}
