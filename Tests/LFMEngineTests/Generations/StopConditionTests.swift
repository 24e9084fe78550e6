import LFMGeneration
import Testing

@testable import LFMEngine

@Suite struct StopConditionTests {
  func reason(
    _ stop: StopCondition, _ token: TokenID = 1, generated: Int = 1, total: Int = 10,
    stopString: Bool = false, isThinking: Bool = false
  ) -> FinishReason? {
    stop.reason(
      after: token, generated: generated, total: total, stopString: stopString,
      isThinking: isThinking)
  }

  @Test func `The first reason that holds, in a fixed order`() {
    let stop = StopCondition(
      stop: StopParameters(tokens: [5]), maxTokens: 3, endOfGeneration: [7], contextLength: 20)
    #expect(reason(stop) == nil)
    #expect(reason(stop, 5) == .stop && reason(stop, 7) == .stop)
    #expect(reason(stop, 7, generated: 3, total: 20, stopString: true) == .stop)
    #expect(reason(stop, generated: 3, total: 20, stopString: true) == .stopString)
    #expect(reason(stop, generated: 3, total: 20) == .length)
    #expect(reason(stop, generated: 3, isThinking: true) == .lengthInThinking)
    #expect(reason(stop, generated: 2, total: 20, isThinking: true) == .contextFull)
    #expect(stop.isEnd(5) && stop.isEnd(7) && !stop.isEnd(1))
  }

  @Test func `The model's own ends can be ignored, stop tokens cannot`() {
    let stop = StopCondition(
      stop: StopParameters(tokens: [5], ignoresEndOfGeneration: true), maxTokens: nil,
      endOfGeneration: [7], contextLength: 20)
    #expect(reason(stop, 7, generated: 1_000_000) == nil)
    #expect(reason(stop, 5) == .stop)
  }
}
