import LFMGeneration

// A conversation on the wire: chat.proto. Absent and empty stay apart, both ways.

extension Chat {
  func write(_ message: MessageWriter) {
    message.messages("messages", messages) { $1.write($0) }
    message.set("tools", tools.map(\.text))
    message.set("add_generation_prompt", addGenerationPrompt)
    message.set("preserve_thinking", preserveThinking)
    message.set("continue_final_message", continueFinalMessage)
  }

  init(_ message: MessageReader) throws(WireError) {
    var messages: [ChatMessage] = []
    for turn in message.messages("messages") { messages.append(try ChatMessage(turn)) }
    self.init(
      messages: messages, tools: try message.texts("tools").map { JSONText($0) },
      addGenerationPrompt: message.optional("add_generation_prompt", message.bool) ?? true,
      preserveThinking: message.bool("preserve_thinking"),
      continueFinalMessage: message.bool("continue_final_message"))
  }
}

extension ChatMessage {
  fileprivate func write(_ message: MessageWriter) {
    message.set("role", role)
    switch content {
    case .text(let text): message.set("text", text)
    case .parts(let parts):
      message.message("parts").messages("parts", parts) { $1.write($0) }
    case .json(let json): message.set("json", json.text)
    case nil: break
    }
    if let thinking { message.set("thinking", thinking) }
    if let toolCalls {
      message.message("tool_calls").messages("calls", toolCalls) { message, call in
        message.set("name", call.name)
        message.set("arguments", call.arguments.text)
      }
    }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    var content = try message.optional("text", message.text).map { ChatContent.text($0) }
    if let parts = message.message("parts") {
      var list: [ChatContentPart] = []
      for part in parts.messages("parts") { list.append(try ChatContentPart(part)) }
      content = .parts(list)
    } else if let json = try message.optional("json", message.text) {
      content = .json(JSONText(json))
    }
    var toolCalls: [ChatToolCall]?
    if let calls = message.message("tool_calls") {
      var list: [ChatToolCall] = []
      for call in calls.messages("calls") {
        list.append(
          ChatToolCall(
            name: try call.text("name"), arguments: JSONText(try call.text("arguments"))))
      }
      toolCalls = list
    }
    self.init(
      role: try message.text("role"), content: content,
      thinking: try message.optional("thinking", message.text), toolCalls: toolCalls)
  }
}

extension ChatContentPart {
  fileprivate func write(_ message: MessageWriter) {
    switch self {
    case .text(let text): message.set("text", text)
    case .json(let json): message.set("json", json.text)
    }
  }

  fileprivate init(_ message: MessageReader) throws(WireError) {
    if let text = try message.optional("text", message.text) {
      self = .text(text)
    } else if let json = try message.optional("json", message.text) {
      self = .json(JSONText(json))
    } else {
      throw .invalid(
        "\(message.label("text")) and json are missing: a content part needs one of them")
    }
  }
}
