import LFMGeneration
import LFMTokenizer

/// The chat template of LFM2.5-8B-A1B (sha256 6d65c880…): thinking is kept from the last user message on, tool calls
/// are written as Python calls, tools are listed in the system message.
///
/// Owns every byte of that family's prompts, and its refusals: where the original raises, this fails. One thing is
/// faithful on purpose although it is a trap: string arguments are put in single quotes without any escaping.
enum LFM25MoETemplate {
  static func render(_ chat: Chat) throws(GenerationFailure) -> [PromptSegment] {
    var renderer = Renderer(chat: chat)
    return try renderer.render()
  }

  private struct Renderer {
    let chat: Chat
    var prompt = PromptBuilder()

    mutating func render() throws(GenerationFailure) -> [PromptSegment] {
      let (system, turns) = try TemplateInput.split(chat)
      prompt.special("<|startoftext|>")
      try renderSystem(system, isFinal: turns.isEmpty)
      let lastUser = turns.lastIndex { $0.message.role == "user" } ?? -1
      for (index, turn) in turns.enumerated() {
        let isFinal = index == turns.count - 1
        prompt.special("<|im_start|>")
        prompt.text(turn.message.role + "\n")
        if turn.message.role == "assistant" {
          let keeps = chat.preserveThinking || index > lastUser
          try renderAssistant(turn.message, turn.pointer, keepsThinking: keeps, isFinal: isFinal)
        } else {
          try renderOther(turn.message, turn.pointer, isFinal: isFinal)
        }
        prompt.special("<|im_end|>")
        prompt.text("\n")
      }
      if chat.addGenerationPrompt && !chat.continueFinalMessage {
        prompt.special("<|im_start|>")
        prompt.text("assistant\n")
      }
      return prompt.finish()
    }

    /// The system message: what the caller says, then the tools. Nothing at all if both are empty.
    private mutating func renderSystem(
      _ message: ChatMessage?, isFinal: Bool
    ) throws(GenerationFailure) {
      var content = RenderedContent()
      if let message {
        let pointer = JSONPointer("/messages/0")
        let continues = isFinal && chat.continueFinalMessage
        content =
          try self.content(
            of: message, pointer, isOptional: true, continues: continues) ?? content
      }
      let tools = try TemplateInput.toolList(chat)
      if content.isEmpty && tools == nil { return }
      prompt.special("<|im_start|>")
      prompt.text("system\n")
      content.write(to: &prompt)
      if let tools {
        prompt.text((content.isEmpty ? "" : "\n") + "List of tools: [" + tools + "]")
      }
      prompt.special("<|im_end|>")
      prompt.text("\n")
    }

    /// A user's, a tool's or any other message: its content, if it is not empty.
    private mutating func renderOther(
      _ message: ChatMessage, _ pointer: JSONPointer, isFinal: Bool
    ) throws(GenerationFailure) {
      let continues = isFinal && chat.continueFinalMessage
      let content = try content(of: message, pointer, isOptional: true, continues: continues)
      content?.write(to: &prompt)
    }

    private mutating func renderAssistant(
      _ message: ChatMessage, _ pointer: JSONPointer, keepsThinking: Bool, isFinal: Bool
    ) throws(GenerationFailure) {
      let continues = isFinal && chat.continueFinalMessage
      if let thinking = message.thinking, keepsThinking {
        prompt.special("<think>")
        prompt.text(thinking)
        // A message that has thinking and nothing else is continued in its thinking.
        if continues && message.content == nil { prompt.cut() }
        prompt.special("</think>")
      }
      var content = try self.content(
        of: message, pointer, isOptional: false, continues: continues)
      if !keepsThinking { content?.dropThinking() }
      guard let calls = message.toolCalls else {
        content?.write(to: &prompt)
        return
      }
      let tag = content?.takeTag() ?? ""
      let cutsAfterCalls = content?.takeFinalCut() ?? false
      content?.write(to: &prompt)
      try renderCalls(calls, pointer.appending("tool_calls"))
      if cutsAfterCalls { prompt.cut() }
      prompt.text(tag)
    }

    private func content(
      of message: ChatMessage, _ pointer: JSONPointer, isOptional: Bool, continues: Bool
    ) throws(GenerationFailure) -> RenderedContent? {
      let pointer = pointer.appending("content")
      guard let value = try TemplateInput.value(of: message.content, pointer) else {
        if continues && (message.role != "assistant" || message.thinking == nil) {
          throw TemplateInput.failure(pointer, "the last message has no content to continue")
        }
        return nil
      }
      if isOptional && !value.isTruthy && !continues { return nil }
      return try RenderedContent(value, pointer, continues: continues)
    }

    private mutating func renderCalls(
      _ calls: [ChatToolCall], _ pointer: JSONPointer
    ) throws(GenerationFailure) {
      prompt.special("<|tool_call_start|>")
      prompt.text("[")
      for (index, call) in calls.enumerated() {
        if index > 0 { prompt.text(", ") }
        let place = pointer.appending(index).appending("function").appending("arguments")
        let value = try TemplateInput.parse(call.arguments, place)
        guard case .object(let arguments) = value else {
          let hint = if case .string = value { "; parse the JSON text first" } else { "" }
          throw TemplateInput.failure(
            place, "the arguments of a tool call are an object, not \(value.kind)\(hint)")
        }
        let list = arguments.members.map { $0.key + "=" + Self.argument($0.value) }
        prompt.text(call.name + "(" + list.joined(separator: ", ") + ")")
      }
      prompt.text("]")
      prompt.special("<|tool_call_end|>")
    }

    private static func argument(_ value: JSONValue) -> String {
      switch value {
      case .string(let text): "'" + text + "'"
      case .object: value.serialized
      default: value.pythonRepr
      }
    }
  }
}
