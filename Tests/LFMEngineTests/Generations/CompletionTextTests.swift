import LFMGeneration
import LFMLanguage
import Testing

@testable import LFMEngine

@Suite struct CompletionTextTests {
  typealias T = TestTokenizer

  func make(
    _ start: ThinkingSplitter.Start = .turn, stops: [String] = [], reports: Bool = true
  ) throws -> CompletionText {
    let request = GenerationRequest(
      prompt: .tokens([1]), stop: StopParameters(strings: stops), reportsTokens: reports)
    return try CompletionText(tokenizer: T.make(), request: request, start: start)
  }

  func events(_ text: inout CompletionText, _ tokens: [TokenID]) -> [GenerationEvent] {
    tokens.flatMap { text.append($0, report: nil, isSilent: false) } + text.finish()
  }

  @Test func `A character cut short is replaced, by a special token or by the end`() throws {
    let half = Array("é".utf8).prefix(1).map { TokenID($0) }
    var text = try make()
    #expect(
      events(&text, [97] + half + [T.beginning, 98] + half).answer
        == "a\u{FFFD}<|startoftext|>b\u{FFFD}")
  }

  @Test func `Every token is reported once, whatever is held back`() throws {
    for stops in [[], ["abcdef"], ["cd"], ["</think>"]] {
      var text = try make(stops: stops)
      let tokens = [T.think] + T.tokens("abc") + [T.thinkEnd] + T.tokens("\n abcd é") + [T.turnEnd]
      #expect(events(&text, tokens).tokens == tokens)
      #expect(text.thinkingTokens + text.answerTokens == tokens.count)
    }
  }

  @Test func `Nothing is reported that was not asked for`() throws {
    var text = try make(reports: false)
    #expect(
      events(&text, T.tokens("ab") + [T.turnEnd]) == [
        .answer(TextDelta(text: "a")), .answer(TextDelta(text: "b")),
      ])
  }

  @Test func `A stop string in the thinking stops too`() throws {
    var text = try make(stops: ["</think>"])
    let events = events(&text, [T.think] + T.tokens("ab") + [T.thinkEnd])
    #expect(text.hasStopped)
    #expect(events.thinking == "ab" && events.answer == "")
  }

  @Test func `Where the turn stands when the prompt ends`() throws {
    let tokenizer = try T.make()
    func start(_ tokens: [TokenID]) -> ThinkingSplitter.Start {
      TurnStart.find(in: tokens, tokenizer)
    }
    let head = [T.turnStart] + T.tokens("assistant\n")
    #expect(start(head) == .turn)
    #expect(start(head + [T.think]) == .thinking(hasBegun: false))
    #expect(start(head + [T.think] + T.tokens("so")) == .thinking(hasBegun: true))
    #expect(start(head + [T.think, 97, T.thinkEnd]) == .behindThinking)
    #expect(start(head + [T.think, 97, T.thinkEnd, 98]) == .answer)
    #expect(start(head + [98]) == .answer)
    // A turn before it does not count, and raw text has no turns.
    #expect(start(head + [T.think, T.turnEnd] + head) == .turn)
    #expect(start(T.tokens("anything")) == .turn)
    #expect(TurnStart.find(in: head + [T.think], try T.make(thinks: false)) == .answer)
  }
}
