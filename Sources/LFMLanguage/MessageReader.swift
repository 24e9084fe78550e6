import LFMGeneration

/// Reads the messages of a chat from JSON. The fields around them are `ChatReader`'s.
enum MessageReader {
  static func read(
    _ value: JSONValue?, preservesThinking: Bool, continued: ContinuedField?
  ) throws(GenerationFailure) -> [ChatMessage] {
    let pointer = JSONPointer("/messages")
    guard case .array(let items) = value else {
      let found = value.map { "not \($0.kind)" } ?? "but there are none"
      throw TemplateInput.failure(pointer, "should be a list of messages, \(found)")
    }
    var objects: [JSONObject] = []
    for (index, item) in items.enumerated() {
      guard case .object(let object) = item else {
        throw TemplateInput.failure(
          pointer.appending(index), "a message is an object, not \(item.kind)")
      }
      objects.append(object)
    }
    guard !objects.isEmpty else {
      throw TemplateInput.failure(pointer, "there are no messages; give at least one")
    }
    let lastUser = objects.lastIndex { $0["role"] == .string("user") } ?? -1
    var messages: [ChatMessage] = []
    for (index, object) in objects.enumerated() {
      messages.append(
        try message(
          object, pointer.appending(index), keepsThinking: preservesThinking || index > lastUser,
          continued: index == objects.count - 1 ? continued : nil))
    }
    return messages
  }

  private static func message(
    _ object: JSONObject, _ pointer: JSONPointer, keepsThinking: Bool, continued: ContinuedField?
  ) throws(GenerationFailure) -> ChatMessage {
    guard case .string(let role) = object["role"] else {
      let found = object["role"].map { "not \($0.kind)" } ?? "but there is none"
      throw TemplateInput.failure(pointer.appending("role"), "should be a text, \(found)")
    }
    var message = ChatMessage(role: role, content: content(object["content"]))
    if role == "assistant" {
      message.thinking = try thinking(object, pointer, isKept: keepsThinking)
      message.toolCalls = try toolCalls(object["tool_calls"], pointer.appending("tool_calls"))
    }
    switch continued {
    case nil: break
    case .content:
      if message.content == nil || object["content"] == .null {
        throw TemplateInput.failure(
          pointer.appending("content"), "the last message has no content to continue")
      }
    case .thinking:
      if message.thinking == nil {
        throw TemplateInput.failure(
          pointer.appending("thinking"), "the last message has no thinking to continue")
      }
      // What would stand behind the thinking is cut off with it.
      message.content = nil
      message.toolCalls = nil
    }
    return message
  }

  private static func content(_ value: JSONValue?) -> ChatContent? {
    switch value {
    case nil: nil
    case .string(let text): .text(text)
    case .array(let items): .parts(items.map(part))
    case .some(let value): .json(JSONText(value.serialized))
    }
  }

  /// A text part in its plain form; everything else, also a text part with more in it, stays JSON.
  private static func part(_ value: JSONValue) -> ChatContentPart {
    if case .object(let object) = value, object.members.map(\.key) == ["type", "text"],
      object["type"] == .string("text"), case .string(let text) = object["text"]
    {
      return .text(text)
    }
    return .json(JSONText(value.serialized))
  }

  /// Thinking that the template would drop may be anything, as there; thinking that it would write must be a text.
  private static func thinking(
    _ object: JSONObject, _ pointer: JSONPointer, isKept: Bool
  ) throws(GenerationFailure) -> String? {
    let names = ["thinking", "reasoning_content", "reasoning"]
    let name =
      names.first { $0 == "thinking" ? object[$0] != nil : (object[$0] ?? .null) != .null }
    guard let name, let value = object[name] else { return nil }
    if case .string(let text) = value { return text }
    guard isKept else { return nil }
    throw TemplateInput.failure(
      pointer.appending(name), "should be a text, not \(value.kind); leave it out if there is none")
  }

  private static func toolCalls(
    _ value: JSONValue?, _ pointer: JSONPointer
  ) throws(GenerationFailure) -> [ChatToolCall]? {
    guard let value else { return nil }
    guard case .array(let items) = value else {
      throw TemplateInput.failure(
        pointer, "should be a list of calls, not \(value.kind); leave it out if there are none")
    }
    var calls: [ChatToolCall] = []
    for (index, item) in items.enumerated() {
      let place = pointer.appending(index).appending("function")
      guard case .object(let call) = item, case .object(let function) = call["function"] else {
        throw TemplateInput.failure(place, "a tool call has a function, an object")
      }
      guard case .string(let name) = function["name"] else {
        throw TemplateInput.failure(place.appending("name"), "should be a text")
      }
      // What it means that there are none is the template's.
      let arguments = function["arguments"]?.serialized ?? ""
      calls.append(ChatToolCall(name: name, arguments: JSONText(arguments)))
    }
    return calls
  }
}
