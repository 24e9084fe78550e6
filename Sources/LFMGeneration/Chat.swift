/// A conversation as callers give it; `LFMLanguage` renders it into the model's prompt.
///
/// The distinction between an absent and an empty field is kept everywhere, because chat templates make it.
public struct Chat: Hashable, Sendable {
  public var messages: [ChatMessage]
  /// One JSON text for each declared tool, as the caller wrote it (the order of keys is kept: it reaches the model).
  public var tools: [JSONText]
  /// Whether the prompt ends where the assistant begins to speak. Without effect if `continueFinalMessage`.
  public var addGenerationPrompt: Bool
  /// Whether thinking of turns before the last user message stays in the prompt.
  public var preserveThinking: Bool
  /// Whether the last message is left open, for the model to continue it: its content, or, if it has thinking and no
  /// content, its thinking.
  public var continueFinalMessage: Bool

  public init(
    messages: [ChatMessage], tools: [JSONText] = [], addGenerationPrompt: Bool = true,
    preserveThinking: Bool = false, continueFinalMessage: Bool = false
  ) {
    self.messages = messages
    self.tools = tools
    self.addGenerationPrompt = addGenerationPrompt
    self.preserveThinking = preserveThinking
    self.continueFinalMessage = continueFinalMessage
  }
}

/// A JSON value in its textual form, UTF-8. Parsed, and refused if malformed, where it is used.
public struct JSONText: Hashable, Sendable, ExpressibleByStringLiteral {
  public var text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral text: String) { self.text = text }
}

/// One turn of a conversation.
public struct ChatMessage: Hashable, Sendable {
  /// `system`, `user`, `assistant`, `tool`, or another word, which the template passes on.
  public var role: String
  /// `nil` if the message has no content at all (an assistant that only called tools).
  public var content: ChatContent?
  /// What the assistant thought in this turn, without its tags.
  public var thinking: String?
  /// `nil` if the message has no tool calls; an empty list is rendered as an empty call block.
  public var toolCalls: [ChatToolCall]?

  public init(
    role: String, content: ChatContent? = nil, thinking: String? = nil,
    toolCalls: [ChatToolCall]? = nil
  ) {
    self.role = role
    self.content = content
    self.thinking = thinking
    self.toolCalls = toolCalls
  }

  public init(role: String, text: String) {
    self.init(role: role, content: .text(text))
  }
}

/// The content of a message: text, or parts in OpenAI's manner.
public enum ChatContent: Hashable, Sendable {
  case text(String)
  case parts([ChatContentPart])
  /// Anything else that stood in the caller's JSON, such as `null`; the template decides what becomes of it.
  case json(JSONText)
}

/// One part of a message's content.
public enum ChatContentPart: Hashable, Sendable {
  case text(String)
  /// Anything else, as the caller's JSON object; the template decides what becomes of it.
  case json(JSONText)
}

/// A tool call that the assistant made earlier in the conversation.
public struct ChatToolCall: Hashable, Sendable {
  public var name: String
  /// The arguments, a JSON object. Templates that write calls refuse anything else.
  public var arguments: JSONText

  public init(name: String, arguments: JSONText) {
    self.name = name
    self.arguments = arguments
  }
}
