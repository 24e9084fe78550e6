import LFMGeneration
import LFMTokenizer

/// The chat template of LFM2-8B-A1B (sha256 2294f49b…): tools between tool list markers, tool results between tool
/// response markers, neither thinking nor tool calls, and content that is no text written as JSON.
///
/// Owns every byte of that family's prompts, and its refusals: where the original raises, this fails.
enum LFM2MoETemplate {
  static func render(_ chat: Chat) throws(GenerationFailure) -> [PromptSegment] {
    let (system, turns) = try TemplateInput.split(chat)
    var prompt = PromptBuilder()
    prompt.special("<|startoftext|>")
    let isSystemFinal = turns.isEmpty && chat.continueFinalMessage
    try renderSystem(system, chat, continues: isSystemFinal, &prompt)
    for (index, turn) in turns.enumerated() {
      let continues = chat.continueFinalMessage && index == turns.count - 1
      try renderTurn(turn.message, turn.pointer, continues: continues, &prompt)
    }
    if chat.addGenerationPrompt && !chat.continueFinalMessage {
      prompt.special("<|im_start|>")
      prompt.text("assistant\n")
    }
    return prompt.finish()
  }

  private static func renderSystem(
    _ message: ChatMessage?, _ chat: Chat, continues: Bool, _ prompt: inout PromptBuilder
  ) throws(GenerationFailure) {
    let pointer = JSONPointer("/messages/0/content")
    let tools = try TemplateInput.toolList(chat)
    var text = ""
    if let message {
      let value = try TemplateInput.value(of: message.content, pointer)
      if case .string(let string) = value {
        text = string
      } else if tools != nil || continues || value?.isTruthy == true {
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
      prompt.special("<|tool_list_start|>")
      prompt.text("[" + tools + "]")
      prompt.special("<|tool_list_end|>")
    }
    prompt.special("<|im_end|>")
    prompt.text("\n")
  }

  private static func renderTurn(
    _ message: ChatMessage, _ pointer: JSONPointer, continues: Bool, _ prompt: inout PromptBuilder
  ) throws(GenerationFailure) {
    let pointer = pointer.appending("content")
    guard let value = try TemplateInput.value(of: message.content, pointer) else {
      throw TemplateInput.failure(
        pointer, "this model's template needs a content in every message; give an empty text")
    }
    let isTool = message.role == "tool"
    prompt.special("<|im_start|>")
    prompt.text(message.role + "\n")
    if isTool { prompt.special("<|tool_response_start|>") }
    if case .string(let text) = value {
      prompt.text(text)
    } else if continues {
      throw TemplateInput.failure(pointer, "only a text can be continued, not \(value.kind)")
    } else {
      prompt.text(value.serialized)
    }
    if continues { prompt.cut() }
    if isTool { prompt.special("<|tool_response_end|>") }
    prompt.special("<|im_end|>")
    prompt.text("\n")
  }
}
