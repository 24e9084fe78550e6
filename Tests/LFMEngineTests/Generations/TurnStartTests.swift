import LFMGeneration
import LFMLanguage
import Testing

@testable import LFMEngine

struct TurnStartTests {
  typealias T = TestTokenizer

  private func start(_ tokens: [TokenID], thinks: Bool = true) throws -> ThinkingSplitter.Start {
    TurnStart.find(in: tokens, try T.make(thinks: thinks))
  }

  @Test func `Raw text thinks only behind the token`() throws {
    #expect(try start([97, T.think]) == .thinking(hasBegun: false))
    #expect(try start([97, T.think] + T.tokens(" \n")) == .thinking(hasBegun: false))
    #expect(try start(T.tokens("what is <think>")) == .turn)
    #expect(try start([T.think] + T.tokens("a<think>")) == .turn)
    #expect(try start([T.think, T.thinkEnd]) == .turn)
    #expect(try start(T.tokens("a")) == .turn)
    #expect(try start([]) == .turn)
  }

  @Test func `In a turn too the letters of a tag are text`() throws {
    let turn = [T.turnStart] + T.tokens("assistant\n")
    #expect(try start(turn) == .turn)
    #expect(try start(turn + [T.think] + T.tokens("so")) == .thinking(hasBegun: true))
    #expect(try start(turn + T.tokens("<think>")) == .answer)
    #expect(
      try start(turn + [T.think] + T.tokens("a</think>")) == .thinking(hasBegun: true))
    #expect(try start(turn + [T.think, 97, T.thinkEnd, 10]) == .behindThinking)
    #expect(try start([T.turnStart] + T.tokens("user\n") + [T.think] + turn) == .turn)
  }

  @Test func `A vocabulary without the tags never thinks`() throws {
    #expect(try start(T.tokens("<think>"), thinks: false) == .answer)
    #expect(try start([97, T.think], thinks: false) == .answer)
    #expect(try start([T.turnStart] + T.tokens("assistant\n"), thinks: false) == .answer)
  }
}
