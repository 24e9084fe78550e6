import LFMGeneration

/// What the families have in common: how they read a chat's JSON, and how they fail.
///
/// Each failure names its place by a JSON pointer into the chat, and quotes nothing of it.
enum TemplateInput {
  /// What transformers puts behind a message that is to be continued; templates know the word.
  static let continuationTag = "CONTINUE_FINAL_MESSAGE_TAG "

  static func failure(_ pointer: JSONPointer, _ sentence: String) -> GenerationFailure {
    let place = pointer.text.isEmpty ? "chat" : "chat \(pointer.text)"
    return GenerationFailure(.invalidArgument, "\(place): \(sentence)")
  }

  static func parse(_ json: JSONText, _ pointer: JSONPointer) throws(GenerationFailure) -> JSONValue
  {
    do {
      return try JSONParser.parse(json.text)
    } catch {
      throw failure(pointer, "not valid JSON: \(error)")
    }
  }

  /// The conversation without the system message it may begin with, and each message with its pointer.
  static func split(_ chat: Chat) throws(GenerationFailure) -> (
    system: ChatMessage?, turns: [(message: ChatMessage, pointer: JSONPointer)]
  ) {
    guard let first = chat.messages.first else {
      throw failure(JSONPointer("/messages"), "there are no messages; give at least one")
    }
    let base = JSONPointer("/messages")
    let turns = chat.messages.enumerated().map { ($1, base.appending($0)) }
    return first.role == "system" ? (first, Array(turns.dropFirst())) : (nil, turns)
  }

  /// The tools as one JSON list. `nil` without tools.
  static func toolArray(_ chat: Chat) throws(GenerationFailure) -> JSONValue? {
    if chat.tools.isEmpty { return nil }
    var items: [JSONValue] = []
    for (index, tool) in chat.tools.enumerated() {
      let pointer = JSONPointer("/tools").appending(index)
      let value = try parse(tool, pointer)
      switch value {
      case .string, .object: items.append(value)
      default: throw failure(pointer, "a tool is an object, not \(value.kind)")
      }
    }
    return .array(items)
  }

  /// The list of tools as the model reads it: JSON, comma, JSON. `nil` without tools.
  static func toolList(_ chat: Chat) throws(GenerationFailure) -> String? {
    guard case .array(let items)? = try toolArray(chat) else { return nil }
    let list = items.map { item in
      if case .string(let text) = item { text } else { item.serialized }
    }
    return list.joined(separator: ", ")
  }

  /// The JSON value of a content, as the template would see it; `nil` if the message has none.
  static func value(
    of content: ChatContent?, _ pointer: JSONPointer
  ) throws(GenerationFailure) -> JSONValue? {
    switch content {
    case nil: return nil
    case .text(let text): return .string(text)
    case .json(let json): return try parse(json, pointer)
    case .parts(let parts):
      var items: [JSONValue] = []
      for (index, part) in parts.enumerated() {
        switch part {
        case .text(let text):
          items.append(.object(JSONObject([("type", .string("text")), ("text", .string(text))])))
        case .json(let json):
          items.append(try parse(json, pointer.appending(index)))
        }
      }
      return .array(items)
    }
  }
}
