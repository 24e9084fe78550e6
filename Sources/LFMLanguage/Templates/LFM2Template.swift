import LFMGeneration
import LFMTokenizer

/// The chat templates of LFM2 (LFM2-8B-A1B, sha256 2294f49b…, and the others of LFM2), LFM2.5 instruct, and Liquid's
/// leap-finetune for LFM2: no tool calls, and content that is no text written as JSON.
///
/// Owns every byte of these families' prompts, and their refusals: where the original raises, this fails.
struct LFM2Template {
  /// What differs between the families.
  struct Rules {
    /// Whether tools stand between tool list markers, and tools' results between tool response markers.
    var hasToolMarkers = true
    /// Whether what stands before the last `</think>` of a content is dropped, in all answers but the last.
    var stripsPastThinking = false
    /// Whether a turn without content, or with null, is an empty one.
    var forgivesNoContent = false

    static let lfm2 = Rules()
    static let instruct = Rules(hasToolMarkers: false, stripsPastThinking: true)
    static let leapFinetune = Rules(forgivesNoContent: true)
  }

  let rules: Rules

  func render(_ chat: Chat) throws(GenerationFailure) -> [PromptSegment] {
    let (system, turns) = try TemplateInput.split(chat)
    var prompt = PromptBuilder()
    prompt.special("<|startoftext|>")
    let isSystemFinal = turns.isEmpty && chat.continueFinalMessage
    try renderSystem(system, chat, continues: isSystemFinal, &prompt)
    let lastAnswer = turns.lastIndex { $0.message.role == "assistant" }
    for (index, turn) in turns.enumerated() {
      let continues = chat.continueFinalMessage && index == turns.count - 1
      let strips =
        rules.stripsPastThinking && !chat.preserveThinking && turn.message.role == "assistant"
        && index != lastAnswer
      try renderTurn(
        turn.message, turn.pointer, continues: continues, stripsThinking: strips, &prompt)
    }
    if chat.addGenerationPrompt && !chat.continueFinalMessage {
      prompt.special("<|im_start|>")
      prompt.text("assistant\n")
    }
    return prompt.finish()
  }

  private func renderSystem(
    _ message: ChatMessage?, _ chat: Chat, continues: Bool, _ prompt: inout PromptBuilder
  ) throws(GenerationFailure) {
    let pointer = JSONPointer("/messages/0/content")
    let tools = try TemplateInput.toolList(chat)
    var text = ""
    if let message {
      let value = try TemplateInput.value(of: message.content, pointer)
      if case .string(let string) = value {
        text = string
      } else if rules.forgivesNoContent, !continues, let value {
        text = value == .null ? "" : value.serialized
      } else if rules.forgivesNoContent || tools != nil || continues || value?.isTruthy == true {
        let found = value.map { "is \($0.kind)" } ?? "is missing"
        throw TemplateInput.failure(pointer, "the system message's content is a text, but \(found)")
      }
    }
    if text.utf8.isEmpty && tools == nil && !continues { return }
    prompt.special("<|im_start|>")
    prompt.text("system\n" + text)
    if continues { prompt.cut() }
    if let tools {
      prompt.text((text.utf8.isEmpty ? "" : "\n") + "List of tools: ")
      if rules.hasToolMarkers { prompt.special("<|tool_list_start|>") }
      prompt.text("[" + tools + "]")
      if rules.hasToolMarkers { prompt.special("<|tool_list_end|>") }
    }
    prompt.special("<|im_end|>")
    prompt.text("\n")
  }

  private func renderTurn(
    _ message: ChatMessage, _ pointer: JSONPointer, continues: Bool, stripsThinking: Bool,
    _ prompt: inout PromptBuilder
  ) throws(GenerationFailure) {
    let text = try text(of: message, pointer.appending("content"), continues: continues)
    let isResult = message.role == "tool" && rules.hasToolMarkers
    prompt.special("<|im_start|>")
    prompt.text(message.role + "\n")
    if isResult { prompt.special("<|tool_response_start|>") }
    if stripsThinking, let end = text.utf8.endOfLast("</think>") {
      prompt.text(PythonText.strip(String(text.utf8[end...]) ?? ""))
    } else {
      prompt.text(text)
    }
    if continues { prompt.cut() }
    if isResult { prompt.special("<|tool_response_end|>") }
    prompt.special("<|im_end|>")
    prompt.text("\n")
  }

  private func text(
    of message: ChatMessage, _ pointer: JSONPointer, continues: Bool
  ) throws(GenerationFailure) -> String {
    let value = try TemplateInput.value(of: message.content, pointer)
    switch value {
    case .string(let text): return text
    case .some(let value) where continues:
      throw TemplateInput.failure(pointer, "only a text can be continued, not \(value.kind)")
    case nil where continues:
      throw TemplateInput.failure(
        pointer, "the last message has no content to continue; this template writes no thinking")
    case nil where !rules.forgivesNoContent:
      throw TemplateInput.failure(
        pointer, "this model's template needs a content in every message; give an empty text")
    case nil: return ""
    case .null where rules.forgivesNoContent: return ""
    case .some(let value): return value.serialized
    }
  }
}
