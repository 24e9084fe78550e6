import LFMGeneration

// The events of a generation on the wire: GenerateEvent in generation.proto.

extension GenerationEvent {
  func write(_ message: MessageWriter) {
    switch self {
    case .queued(let ahead): message.message("queued").set("ahead", count: ahead)
    case .prefill(let done, let total):
      let prefill = message.message("prefill")
      prefill.set("done", count: done)
      prefill.set("total", count: total)
    case .thinking(let delta): delta.write(message.message("thinking"))
    case .answer(let delta): delta.write(message.message("answer"))
    case .toolCallBegun(let begun): begun.write(message.message("tool_call_begun"))
    case .toolCallArguments(let more): more.write(message.message("tool_call_arguments"))
    case .toolCall(let call): call.write(message.message("tool_call"))
    case .finished(let summary): summary.write(message.message("finished"))
    case .failed(let failure): failure.write(message.message("failed"))
    }
  }

  /// `nil` if it is an event that this version does not know.
  init?(_ message: MessageReader) throws(WireError) {
    if let queued = message.message("queued") {
      self = .queued(ahead: try queued.count("ahead"))
    } else if let prefill = message.message("prefill") {
      self = .prefill(done: try prefill.count("done"), total: try prefill.count("total"))
    } else if let delta = message.message("thinking") {
      self = .thinking(try TextDelta(delta))
    } else if let delta = message.message("answer") {
      self = .answer(try TextDelta(delta))
    } else if let begun = message.message("tool_call_begun") {
      self = .toolCallBegun(try ToolCallBegun(begun))
    } else if let more = message.message("tool_call_arguments") {
      self = .toolCallArguments(try ToolCallArguments(more))
    } else if let call = message.message("tool_call") {
      self = .toolCall(try GeneratedToolCall(call))
    } else if let summary = message.message("finished") {
      self = .finished(try GenerationSummary(summary))
    } else if let failure = message.message("failed") {
      self = .failed(try GenerationFailure(failure))
    } else {
      return nil
    }
  }
}

extension TextDelta {
  fileprivate func write(_ message: MessageWriter) {
    message.set("text", text)
    message.set("tokens", tokens)
    message.messages("log_probabilities", logProbabilities) { message, entry in
      entry.chosen.write(message.message("chosen"))
      message.messages("top", entry.top) { $1.write($0) }
    }
    if let problem { message.set("problem", problem) }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    var logProbabilities: [TokenLogProbability] = []
    for entry in message.messages("log_probabilities") {
      guard let chosen = entry.message("chosen") else {
        throw .invalid("\(entry.label("chosen")) is missing")
      }
      var top: [TokenLogProbability.Candidate] = []
      for candidate in entry.messages("top") {
        top.append(try TokenLogProbability.Candidate(candidate))
      }
      logProbabilities.append(
        TokenLogProbability(chosen: try TokenLogProbability.Candidate(chosen), top: top))
    }
    self.init(
      text: try message.text("text"), tokens: try message.tokens("tokens"),
      logProbabilities: logProbabilities,
      problem: try message.optional("problem", message.text))
  }
}

extension TokenLogProbability.Candidate {
  fileprivate func write(_ message: MessageWriter) {
    message.set("token", token)
    message.set("log_probability", logProbability)
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(token: try message.token("token"), logProbability: message.float("log_probability"))
  }
}

extension GenerationSummary {
  fileprivate func write(_ message: MessageWriter) {
    message.set("reason", enumeration: reason.wireNumber)
    usage.write(message.message("usage"))
    message.set("seed", seed)
    message.set("thinking_end", enumeration: thinkingEnd.wireNumber)
    if let continuedTokens { message.set("continued_tokens", count: continuedTokens) }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(
      reason: FinishReason(wireNumber: message.enumeration("reason")),
      usage: try message.message("usage").map(GenerationUsage.init) ?? GenerationUsage(),
      seed: message.uint64("seed"),
      thinkingEnd: ThinkingEnd(wireNumber: message.enumeration("thinking_end")),
      continuedTokens: try message.optional("continued_tokens", message.count))
  }
}

extension GenerationUsage {
  fileprivate func write(_ message: MessageWriter) {
    message.set("prompt_tokens", count: promptTokens)
    message.set("cached_tokens", count: cachedTokens)
    message.set("thinking_tokens", count: thinkingTokens)
    message.set("answer_tokens", count: answerTokens)
    message.set("forced_tokens", count: forcedTokens)
    message.set("queue_nanoseconds", queueTime)
    message.set("prefill_nanoseconds", prefillTime)
    message.set("decode_nanoseconds", decodeTime)
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(
      promptTokens: try message.count("prompt_tokens"),
      cachedTokens: try message.count("cached_tokens"),
      thinkingTokens: try message.count("thinking_tokens"),
      answerTokens: try message.count("answer_tokens"),
      forcedTokens: try message.count("forced_tokens"),
      queueTime: try message.duration("queue_nanoseconds"),
      prefillTime: try message.duration("prefill_nanoseconds"),
      decodeTime: try message.duration("decode_nanoseconds"))
  }
}

extension GenerationFailure {
  fileprivate func write(_ message: MessageWriter) {
    message.set("code", code.rawValue)
    message.set("sentence", self.message)
    message.set("retryable", isRetryable)
    if let retryAfter { message.set("retry_after_nanoseconds", retryAfter) }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(
      StatusCode(rawValue: message.uint32("code")), try message.text("sentence"),
      isRetryable: message.bool("retryable"),
      retryAfter: try message.optional("retry_after_nanoseconds", message.duration))
  }
}
