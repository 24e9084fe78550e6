import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

struct PromptPartingTests {
  @Test func tokensAreCompared() {
    #expect(PromptParting.between([1, 2, 3], [1, 2, 3, 4]) == .none)
    #expect(PromptParting.between([1, 2, 3], [1, 2, 3]) == .none)
    #expect(PromptParting.between([] as [TokenID], []) == .none)
    #expect(PromptParting.between([1, 2, 3], [1, 2]) == .at(2))
    #expect(PromptParting.between([1, 2, 3], [1, 5, 3, 4]) == .at(1))
  }

  @Test func segmentsAreComparedByKindToo() {
    let previous: [PromptSegment] = [.special("<a>"), .text("xy")]
    #expect(PromptParting.between(previous, [.special("<a>"), .text("xyz")]) == .none)
    #expect(PromptParting.between(previous, [.special("<a>"), .text("xz")]) == .at(4))
    #expect(PromptParting.between(previous, [.text("<a>xy")]) == .at(0))
  }

  private struct Maker {
    var random: SeededGenerator

    mutating func text() -> String {
      ["a", "b c", "", "\n", "</think> d", "<think>x</think>y", "é"].randomElement(using: &random)
        ?? ""
    }

    mutating func message(_ role: String) -> ChatMessage {
      var message = ChatMessage(role: role, text: text())
      guard role == "assistant" else { return message }
      if Bool.random(using: &random) { message.thinking = text() }
      if Int.random(in: 0..<4, using: &random) == 0 {
        message.toolCalls = [ChatToolCall(name: "f", arguments: #"{"a": "it's"}"#)]
      }
      return message
    }

    mutating func chat() -> Chat {
      var messages = [message("system"), message("user")]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        messages.append(message("assistant"))
        messages.append(message(Bool.random(using: &random) ? "user" : "tool"))
      }
      let hasTools = Bool.random(using: &random)
      return Chat(messages: messages, tools: hasTools ? ["{\"name\": \"f\"}"] : [])
    }
  }

  /// The prompt of every turn begins with that of the turn before, unless the template drops thinking; then they part behind the
  /// messages before the first that loses some.
  @Test(arguments: ChatTemplate.allCases)
  func promptsExtendEachOther(family: ChatTemplate) throws {
    var maker = Maker(random: SeededGenerator(seed: 31))
    var parted = 0
    let form = PromptForm(
      escapesArguments: true, date: CalendarDate(year: 2026, month: 1, day: 15))
    for _ in 0..<400 {
      var chat = maker.chat()
      chat.preserveThinking = Bool.random(using: &maker.random)
      var previous = chat
      previous.messages.removeLast(2)
      let before = try family.render(previous, form: form)
      let after = try family.render(chat, form: form)
      let lost = family.firstMessageLosingThinking(in: chat)
      switch PromptParting.between(before, after) {
      case .none: continue
      case .at(let position):
        parted += 1
        let index = try #require(lost, "\(chat)")
        var start = previous
        start.messages.removeSubrange(index...)
        start.addGenerationPrompt = false
        #expect(try position >= family.render(start, form: form).renderedText.utf8.count)
      }
    }
    let neverDrops = [.lfm2MoE, .leapFinetuneLFM2].contains(family)
    #expect((parted == 0) == neverDrops, "\(parted)")
  }

  @Test func itSaysWhichMessageLosesItsThinking() {
    let messages = [
      ChatMessage(role: "user", text: "q"), ChatMessage(role: "assistant", text: "a"),
      ChatMessage(role: "user", text: "q"),
      ChatMessage(role: "assistant", content: .text("a"), thinking: "t"),
      ChatMessage(role: "user", text: "q"),
    ]
    var chat = Chat(messages: messages)
    #expect(ChatTemplate.lfm25MoE.firstMessageLosingThinking(in: chat) == 3)
    #expect(ChatTemplate.leapFinetuneLFM25.firstMessageLosingThinking(in: chat) == nil)
    #expect(ChatTemplate.lfm2MoE.firstMessageLosingThinking(in: chat) == nil)
    chat.preserveThinking = true
    #expect(ChatTemplate.lfm25MoE.firstMessageLosingThinking(in: chat) == nil)
    chat = Chat(messages: Array(messages.prefix(4)))
    #expect(ChatTemplate.lfm25MoE.firstMessageLosingThinking(in: chat) == nil)
  }
}
