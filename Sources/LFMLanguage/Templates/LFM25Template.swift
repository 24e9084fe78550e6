import LFMGeneration
import LFMTokenizer

/// The chat templates of LFM2.5-8B-A1B (of launch day, and as it is since) and Liquid's leap-finetune for LFM2.5: thinking is
/// written before the content, tool calls as Python calls, tools are listed in the system message.
///
/// Owns every byte of these families' prompts, and their refusals: where the original raises, this fails. One thing is
/// faithful on purpose although it is a trap: in the template's own form, string arguments are not escaped (`ToolCallText`).
/// One thing is not: calls without `function` around them, which leap-finetune takes, are refused for all when a chat is read.
struct LFM25Template {
  /// What differs between the families.
  struct Rules {
    enum ToolBlock {
      /// `List of tools: [a, b]`.
      case list
      /// Today's date before it.
      case datedList
    }
    enum KeptThinking {
      case afterLastUser
      case lastAssistant
    }
    var tools = ToolBlock.list
    var keptThinking = KeptThinking.afterLastUser
    var quoting = ToolCallText.StringQuoting.bare
    /// Whether content may be null, arguments and calls absent or null, and an empty list of calls writes nothing.
    var forgivesNothing = true

    static let today = Rules()
    static let launchDay = Rules(tools: .datedList)
    static let leapFinetune = Rules(
      tools: .datedList, keptThinking: .lastAssistant, quoting: .json, forgivesNothing: false)
  }

  static func render(
    _ chat: Chat, _ rules: Rules, _ form: PromptForm
  ) throws(GenerationFailure) -> [PromptSegment] {
    var renderer = Renderer(
      chat: chat, rules: rules, form: form,
      callText: ToolCallText(quoting: rules.quoting, escapes: form.escapesArguments))
    return try renderer.render()
  }

  private struct Renderer {
    let chat: Chat
    let rules: Rules
    let form: PromptForm
    let callText: ToolCallText
    var prompt = PromptBuilder()

    mutating func render() throws(GenerationFailure) -> [PromptSegment] {
      let (system, turns) = try TemplateInput.split(chat)
      prompt.special("<|startoftext|>")
      try renderSystem(system, isFinal: turns.isEmpty)
      let keepsFrom = firstKept(turns.map(\.message.role))
      for (index, turn) in turns.enumerated() {
        let isFinal = index == turns.count - 1
        prompt.special("<|im_start|>")
        prompt.text(turn.message.role + "\n")
        if turn.message.role == "assistant" {
          let keeps = chat.preserveThinking || index >= keepsFrom
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

    /// The first turn whose thinking is kept in any case.
    private func firstKept(_ roles: [String]) -> Int {
      switch rules.keptThinking {
      case .afterLastUser: (roles.lastIndex(of: "user") ?? -1) + 1
      case .lastAssistant: roles.lastIndex(of: "assistant") ?? roles.count
      }
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
      let tools = try toolBlock()
      if content.isEmpty && tools == nil { return }
      prompt.special("<|im_start|>")
      prompt.text("system\n")
      content.write(to: &prompt)
      if let tools {
        prompt.text((content.isEmpty ? "" : tools.separator) + tools.text)
      }
      prompt.special("<|im_end|>")
      prompt.text("\n")
    }

    private func toolBlock() throws(GenerationFailure) -> (separator: String, text: String)? {
      switch rules.tools {
      case .list:
        guard let tools = try TemplateInput.toolList(chat) else { return nil }
        return ("\n", "List of tools: [" + tools + "]")
      case .datedList:
        guard let tools = try TemplateInput.toolArray(chat) else { return nil }
        let date = form.date ?? .today()
        return ("\n\n", "Today's date: \(date)\n\nList of tools: " + tools.serialized)
      }
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
      guard let calls = message.toolCalls, rules.forgivesNothing || !calls.isEmpty else {
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
      if value == .null && !rules.forgivesNothing && !continues { return nil }
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
        prompt.text(callText.text(of: call, try arguments(of: call, place)))
      }
      prompt.text("]")
      prompt.special("<|tool_call_end|>")
    }

    private func arguments(
      of call: ChatToolCall, _ place: JSONPointer
    ) throws(GenerationFailure) -> JSONObject {
      if call.arguments.text.isEmpty {
        if !rules.forgivesNothing { return JSONObject() }
        throw TemplateInput.failure(place, "should be an object, but there is none")
      }
      let value = try TemplateInput.parse(call.arguments, place)
      switch value {
      case .object(let arguments): return arguments
      case .null where !rules.forgivesNothing: return JSONObject()
      default:
        let hint = if case .string = value { "; parse the JSON text first" } else { "" }
        throw TemplateInput.failure(
          place, "the arguments of a tool call are an object, not \(value.kind)\(hint)")
      }
    }
  }
}
