import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

struct ThinkingStartTests {
  private func start(_ turn: PromptSegment...) -> ThinkingSplitter.Start {
    let head: [PromptSegment] = [
      .special("<|im_start|>"), .text("user\n<think>"), .special("<|im_end|>"), .text("\n"),
      .special("<|im_start|>"),
      .text("assistant\n"),
    ]
    return ThinkingSplitter.start(after: head + turn)
  }

  @Test func theOpenTurnDecides() {
    #expect(start() == .turn)
    #expect(start(.text(" \n")) == .turn)
    #expect(start(.special("<think>")) == .thinking(hasBegun: false))
    #expect(
      start(.text("\n"), .special("<think>"), .text("\n")) == .thinking(hasBegun: false))
    #expect(start(.special("<think>"), .text("so")) == .thinking(hasBegun: true))
    #expect(
      start(.special("<think>"), .text("so"), .special("</think>"), .text("\n\n"))
        == .behindThinking)
    #expect(start(.special("<think>"), .special("</think>"), .text("Sure, ")) == .answer)
    #expect(
      start(
        .special("<think>"), .text("a"), .special("</think>"), .text("\n"), .special("<think>"))
        == .thinking(hasBegun: false))
    #expect(start(.text("Sure, "), .special("<think>")) == .answer)
    #expect(start(.special("</think>")) == .answer)
    #expect(start(.special("<think>"), .special("<think>")) == .thinking(hasBegun: true))
  }

  @Test func lettersOfATagAreNoTag() {
    #expect(start(.text("<think>")) == .answer)
    #expect(
      start(.special("<think>"), .text("a</think>\n")) == .thinking(hasBegun: true))
    #expect(ThinkingSplitter.start(after: [PromptSegment.text("x <think>\n")]) == .turn)
  }

  @Test func rawTextCountsAtItsEnd() {
    #expect(
      ThinkingSplitter.start(after: [.text("x "), PromptSegment.special("<think>"), .text("\n")])
        == .thinking(hasBegun: false))
    #expect(
      ThinkingSplitter.start(after: [PromptSegment.special("<think>"), .text(" x")]) == .turn)
    #expect(ThinkingSplitter.start(after: [PromptSegment]()) == .turn)
    #expect(
      ThinkingSplitter.start(after: [PromptSegment.special("<|im_start|>"), .text("assistant")])
        == .turn)
  }

  @Test func continuedMessagesTellTheirStart() throws {
    func start(_ message: ChatMessage) throws -> ThinkingSplitter.Start {
      let chat = Chat(
        messages: [ChatMessage(role: "user", text: "q"), message], continueFinalMessage: true)
      return ThinkingSplitter.start(after: try ChatTemplate.lfm25MoE.render(chat))
    }
    #expect(try start(ChatMessage(role: "assistant", text: "Sure, ")) == .answer)
    #expect(try start(ChatMessage(role: "assistant", text: "")) == .turn)
    #expect(
      try start(ChatMessage(role: "assistant", text: "<think>Well")) == .answer)
    #expect(try start(ChatMessage(role: "assistant", thinking: "")) == .thinking(hasBegun: false))
    #expect(
      try start(ChatMessage(role: "assistant", thinking: "Well")) == .thinking(hasBegun: true))
    #expect(
      try start(ChatMessage(role: "assistant", content: .text(""), thinking: "t"))
        == .behindThinking)
    #expect(
      try start(ChatMessage(role: "assistant", content: .text("a"), thinking: "t")) == .answer)
  }
}
