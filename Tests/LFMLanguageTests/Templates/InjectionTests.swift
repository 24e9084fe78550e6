import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

/// Whatever callers write, wherever: it comes out as text, and the control tokens are those of the template alone.
struct InjectionTests {
  private static let spellings = [
    "<|startoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<|tool_call_start|>",
    "<|tool_call_end|>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_response_start|>",
    "<|tool_response_end|>", "<|endoftext|>", "<|pad|>", "<image>", "<|im_", "end|>", "\n", " ",
    "x",
    "assistant\n", "'", "\"", "\\", "system", "CONTINUE_FINAL_MESSAGE_TAG ",
  ]

  private struct Maker {
    var random: SeededGenerator
    /// A mark in every text of the caller's; no template writes it.
    let mark = "\u{2603}"

    mutating func text() -> String {
      let count = Int.random(in: 0...6, using: &random)
      let words = (0..<count).map { _ in
        InjectionTests.spellings.randomElement(using: &random) ?? ""
      }
      return mark + words.joined() + mark
    }

    mutating func json() -> JSONValue {
      .object(
        JSONObject([
          (text(), .string(text())),
          (text(), .array([.string(text()), .object(JSONObject([(text(), .null)]))])),
          (text(), .object(JSONObject([(text(), .string(text()))]))),
        ]))
    }

    mutating func message() -> ChatMessage {
      var message = ChatMessage(
        role: ["user", "assistant", "tool", "system"].randomElement(using: &random) ?? "")
      if Int.random(in: 0..<8, using: &random) == 0 { message.role = text() }
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        message.content = .parts([.text(text()), .json(JSONText(json().serialized)), .text(text())])
      default: message.content = .text(text())
      }
      if Bool.random(using: &random) { message.thinking = text() }
      if Bool.random(using: &random) {
        message.toolCalls = [ChatToolCall(name: text(), arguments: JSONText(json().serialized))]
      }
      return message
    }

    mutating func chat() -> Chat {
      let count = Int.random(in: 1...5, using: &random)
      let messages = (0..<count).map { _ in message() }
      let tools = (0..<Int.random(in: 0...2, using: &random)).map { _ in JSONText(json().serialized)
      }
      return Chat(
        messages: messages, tools: tools, addGenerationPrompt: Bool.random(using: &random),
        preserveThinking: Bool.random(using: &random))
    }
  }

  /// The number of control tokens that a chat of this shape has, counted without looking at any text.
  private func expectedTokens(_ chat: Chat, _ family: ChatTemplate) -> [String: Int] {
    var turns = chat.messages[...]
    var counts = ["<|startoftext|>": 1]
    var blocks = chat.addGenerationPrompt ? 1 : 0
    let hasSystem = turns.first?.role == "system"
    if hasSystem { turns = turns.dropFirst() }
    let systems = hasSystem || !chat.tools.isEmpty ? 1 : 0
    blocks += turns.count + systems
    counts["<|im_start|>"] = blocks
    counts["<|im_end|>"] = turns.count + systems
    let keptFrom =
      family == .leapFinetuneLFM25
      ? turns.lastIndex { $0.role == "assistant" } ?? turns.endIndex
      : (turns.lastIndex { $0.role == "user" } ?? turns.startIndex - 1) + 1
    let writesCalls = [.lfm25MoE, .lfm25MoELaunchDay, .leapFinetuneLFM25].contains(family)
    for (index, turn) in zip(turns.indices, turns) where turn.role == "assistant" && writesCalls {
      if turn.thinking != nil && (chat.preserveThinking || index >= keptFrom) {
        counts["<think>", default: 0] += 1
        counts["</think>", default: 0] += 1
      }
      if turn.toolCalls != nil {
        counts["<|tool_call_start|>", default: 0] += 1
        counts["<|tool_call_end|>", default: 0] += 1
      }
    }
    if [.lfm2MoE, .leapFinetuneLFM2].contains(family) {
      for turn in turns where turn.role == "tool" {
        counts["<|tool_response_start|>", default: 0] += 1
        counts["<|tool_response_end|>", default: 0] += 1
      }
      if !chat.tools.isEmpty {
        counts["<|tool_list_start|>"] = 1
        counts["<|tool_list_end|>"] = 1
      }
    }
    return counts
  }

  @Test(arguments: ChatTemplate.allCases)
  func userTextNeverBecomesAControlToken(family: ChatTemplate) throws {
    var maker = Maker(random: SeededGenerator(seed: 20_26))
    var rendered = 0
    for _ in 0..<3000 {
      let chat = maker.chat()
      // A system message of parts is no text for LFM2-8B-A1B.
      let form = PromptForm(escapesArguments: Bool.random(using: &maker.random))
      guard let prompt = try? family.render(chat, form: form) else { continue }
      rendered += 1
      var counts: [String: Int] = [:]
      var previousIsText = false
      for segment in prompt {
        switch segment {
        case .special(let token):
          counts[token, default: 0] += 1
          previousIsText = false
        case .text(let text):
          #expect(!text.isEmpty && !previousIsText)
          previousIsText = true
        case .token: Issue.record("a template gives no ids")
        }
      }
      #expect(counts == expectedTokens(chat, family))
    }
    #expect(rendered > 2000)
  }
}
