import LFMGeneration

// A request for text on the wire: GenerateRequest in generation.proto. Parameters that are not sent get the
// defaults of LFMGeneration's initialisers; ranges are left to `GenerationRequest.validated`.

extension GenerationRequest {
  func write(_ message: MessageWriter) {
    prompt.write(message)
    sampling.write(message.message("sampling"))
    stop.write(message.message("stop"))
    if let maxTokens { message.set("max_tokens", Int64(maxTokens)) }
    message.set("top_log_probabilities", Int64(topLogProbabilities))
    message.set("report_tokens", reportsTokens)
    thinking.write(message.message("thinking"))
    toolUse.write(message.message("tool_use"))
    constraint?.write(message.message("constraint"))
    message.set("report_continuation", reportsContinuation)
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(
      prompt: try Prompt(message),
      sampling: message.message("sampling").map { SamplingParameters($0) } ?? SamplingParameters(),
      stop: try StopParameters(message.message("stop")),
      maxTokens: message.optional("max_tokens", message.int),
      topLogProbabilities: message.int("top_log_probabilities"),
      reportsTokens: message.bool("report_tokens"),
      thinking: message.message("thinking").map { ThinkingParameters($0) } ?? ThinkingParameters(),
      toolUse: try ToolUse(message.message("tool_use")),
      constraint: try message.message("constraint").map(OutputConstraint.init),
      reportsContinuation: message.bool("report_continuation"))
  }
}

extension Prompt {
  fileprivate func write(_ message: MessageWriter) {
    switch self {
    case .chat(let chat): chat.write(message.message("chat"))
    case .text(let text, let parsesSpecialTokens):
      let raw = message.message("text")
      raw.set("text", text)
      raw.set("parse_special_tokens", parsesSpecialTokens)
    case .tokens(let tokens): message.message("tokens").set("ids", tokens)
    }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    if let chat = message.message("chat") {
      self = .chat(try Chat(chat))
    } else if let raw = message.message("text") {
      self = .text(
        try raw.text("text"), parsesSpecialTokens: raw.bool("parse_special_tokens"))
    } else if let tokens = message.message("tokens") {
      self = .tokens(try tokens.tokens("ids"))
    } else {
      throw .invalid("prompt is missing; expected one of chat, text and tokens")
    }
  }
}

extension SamplingParameters {
  fileprivate func write(_ message: MessageWriter) {
    message.set("temperature", temperature)
    message.set("top_k", Int64(topK))
    message.set("top_p", topP)
    message.set("min_p", minP)
    message.set("repetition_penalty", repetitionPenalty)
    if let seed { message.set("seed", seed) }
  }

  fileprivate init(_ message: MessageReader) {
    let standard = SamplingParameters()
    self.init(
      temperature: message.optional("temperature", message.float) ?? standard.temperature,
      topK: message.optional("top_k", message.int) ?? standard.topK,
      topP: message.optional("top_p", message.float) ?? standard.topP,
      minP: message.optional("min_p", message.float) ?? standard.minP,
      repetitionPenalty: message.optional("repetition_penalty", message.float)
        ?? standard.repetitionPenalty,
      seed: message.optional("seed", message.uint64))
  }
}

extension StopParameters {
  fileprivate func write(_ message: MessageWriter) {
    message.set("strings", strings)
    message.set("tokens", tokens)
    message.set("ignore_end_of_generation", ignoresEndOfGeneration)
    message.set("end_on_repetition", endsOnRepetition)
  }

  fileprivate init(_ message: MessageReader?) throws(WireError) {
    guard let message else {
      self.init()
      return
    }
    self.init(
      strings: try message.texts("strings"), tokens: try message.tokens("tokens"),
      ignoresEndOfGeneration: message.bool("ignore_end_of_generation"),
      endsOnRepetition: message.bool("end_on_repetition"))
  }
}
