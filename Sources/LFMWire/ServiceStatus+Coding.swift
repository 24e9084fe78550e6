import LFMGeneration

// What the daemon says of its model and of itself: ModelInfoReply and StatusReply in language_model.proto.

extension ModelDescription {
  func write(_ message: MessageWriter) {
    message.set("name", name)
    message.set("architecture", architecture)
    message.set("parameter_count", parameterCount)
    message.set("file_size", fileSize)
    message.set("quantization", quantization)
    message.set("vocabulary_size", count: vocabularySize)
    message.set("context_length", count: contextLength)
    if let chatTemplate { message.set("chat_template", chatTemplate) }
    message.set("end_of_generation_tokens", endOfGenerationTokens)
    message.set("allows_logits", allowsLogits)
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(
      name: try message.text("name"), architecture: try message.text("architecture"),
      parameterCount: message.uint64("parameter_count"), fileSize: message.uint64("file_size"),
      quantization: try message.text("quantization"),
      vocabularySize: try message.count("vocabulary_size"),
      contextLength: try message.count("context_length"),
      chatTemplate: try message.optional("chat_template", message.text),
      endOfGenerationTokens: try message.tokens("end_of_generation_tokens"),
      allowsLogits: message.bool("allows_logits"))
  }
}

extension ServiceStatus {
  func write(_ message: MessageWriter) {
    message.set("version", version)
    message.set("uptime_nanoseconds", uptime)
    message.set("socket", socket)
    message.set("draining", isDraining)
    activity.write(message.message("activity"))
    message.set("connections", count: connections)
    message.set("calls", count: calls)
    weights?.write(message.message("weights"))
  }

  init(_ message: MessageReader) throws(WireError) {
    self.init(
      version: try message.identifier("version"),
      uptime: try message.duration("uptime_nanoseconds"),
      socket: try message.identifier("socket"), isDraining: message.bool("draining"),
      activity: try message.message("activity").map(GeneratorActivity.init)
        ?? GeneratorActivity(),
      connections: try message.count("connections"), calls: try message.count("calls"),
      weights: try message.message("weights").map(WeightsDescription.init))
  }
}

extension GeneratorActivity {
  fileprivate func write(_ message: MessageWriter) {
    message.set("waiting", count: waiting)
    message.set("running", count: running)
    message.set("finished", finished)
    message.set("failed", failed)
    message.set("prompt_tokens", promptTokens)
    message.set("generated_tokens", generatedTokens)
    message.set("pages_in_use", count: pagesInUse)
    message.set("page_capacity", count: pageCapacity)
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(
      waiting: try message.count("waiting"), running: try message.count("running"),
      finished: message.uint64("finished"), failed: message.uint64("failed"),
      promptTokens: message.uint64("prompt_tokens"),
      generatedTokens: message.uint64("generated_tokens"),
      pagesInUse: try message.count("pages_in_use"),
      pageCapacity: try message.count("page_capacity"))
  }
}

extension WeightsDescription {
  fileprivate func write(_ message: MessageWriter) {
    if let preparedPath { message.set("prepared_path", preparedPath) }
    message.set("layout", layout)
    message.set("pages", pages)
    message.set("note", note)
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    self.init(
      preparedPath: try message.optional("prepared_path", message.text),
      layout: try message.text("layout"), pages: try message.text("pages"),
      note: try message.text("note"))
  }
}
