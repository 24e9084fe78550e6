// The turns of a conversation, and what may be done to them. No input, no output, no daemon.

import LFMGeneration
import LFMLanguage

/// A conversation between a person and the model.
struct Conversation: Equatable {
  /// What is put before everything; nil is nothing.
  var system: String?
  /// All turns but the system's.
  private(set) var messages: [ChatMessage] = []
  /// Tools and other fields of a conversation that was read.
  private var rest = Chat(messages: [])

  init() {}

  /// A conversation that was saved or made elsewhere. A system message in front becomes `system`, if it is plain text.
  init(_ chat: Chat) {
    rest = chat
    rest.messages = []
    messages = chat.messages
    if let first = messages.first, first.role == "system", case .text(let text)? = first.content {
      system = text
      messages.removeFirst()
    }
  }

  /// What is sent.
  var chat: Chat {
    var chat = rest
    chat.messages = (system.map { [ChatMessage(role: "system", text: $0)] } ?? []) + messages
    chat.addGenerationPrompt = true
    chat.continueFinalMessage = false
    return chat
  }

  /// Whether the last turn is the person's: it waits for an answer.
  var awaitsAnswer: Bool { messages.last?.role == "user" }

  mutating func say(_ text: String) { messages.append(ChatMessage(role: "user", text: text)) }

  mutating func answer(_ text: String, thinking: String) {
    messages.append(
      ChatMessage(
        role: "assistant", content: .text(text), thinking: thinking.isEmpty ? nil : thinking))
  }

  /// Takes back the last question and all that came after it.
  ///
  /// - Returns: the question, or nil if there is none.
  @discardableResult
  mutating func undo() -> String? {
    guard let index = messages.lastIndex(where: { $0.role == "user" }) else { return nil }
    defer { messages.removeSubrange(index...) }
    guard case .text(let text)? = messages[index].content else { return "" }
    return text
  }

  /// Takes back what came after the last question, so that it waits for an answer again.
  ///
  /// - Returns: whether there is a question.
  mutating func takeBackAnswer() -> Bool {
    guard let index = messages.lastIndex(where: { $0.role == "user" }) else { return false }
    messages.removeSubrange((index + 1)...)
    return true
  }

  mutating func begin() { messages = [] }

  /// As `lfmctl generate --messages` and `/load` read it.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("messages", .array(chat.messages.map(Self.json)))
    ]
    let tools = rest.tools.compactMap { try? JSONParser.parse($0.text) }
    if !tools.isEmpty { members.append(("tools", .array(tools))) }
    return JSONValue(members: members)
  }

  private static func json(_ message: ChatMessage) -> JSONValue {
    var members: [(String, JSONValue)] = [("role", .string(message.role))]
    switch message.content {
    case .text(let text)?: members.append(("content", .string(text)))
    case .json(let json)?:
      members.append(("content", (try? JSONParser.parse(json.text)) ?? .null))
    case .parts(let parts)?: members.append(("content", .array(parts.map(Self.json))))
    case nil: break
    }
    if let thinking = message.thinking { members.append(("thinking", .string(thinking))) }
    if let calls = message.toolCalls {
      members.append(("tool_calls", .array(calls.map(Self.json))))
    }
    return JSONValue(members: members)
  }

  private static func json(_ part: ChatContentPart) -> JSONValue {
    switch part {
    case .text(let text): JSONValue(members: [("type", .string("text")), ("text", .string(text))])
    case .json(let json): (try? JSONParser.parse(json.text)) ?? .null
    }
  }

  private static func json(_ call: ChatToolCall) -> JSONValue {
    let arguments = (try? JSONParser.parse(call.arguments.text)) ?? .null
    let function = JSONValue(members: [("name", .string(call.name)), ("arguments", arguments)])
    return JSONValue(members: [("type", .string("function")), ("function", function)])
  }
}
