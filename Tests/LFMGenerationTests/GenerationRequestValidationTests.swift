import LFMGeneration
import Testing

@Suite struct GenerationRequestValidationTests {
  private let good = GenerationRequest(prompt: .text("x", parsesSpecialTokens: false))

  /// The refusal of a request that is good but for one change.
  private func refusal(
    vocabularySize: Int? = nil, _ change: (inout GenerationRequest) -> Void
  ) -> GenerationFailure? {
    var request = good
    change(&request)
    let failure = #expect(throws: GenerationFailure.self) {
      try request.validated(vocabularySize: vocabularySize)
    }
    #expect(failure?.code == .invalidArgument && failure?.isRetryable == false)
    return failure
  }

  private func accepts(
    vocabularySize: Int? = nil, _ change: (inout GenerationRequest) -> Void
  ) throws {
    var request = good
    change(&request)
    #expect(try request.validated(vocabularySize: vocabularySize) == request)
  }

  @Test func theDefaultsAreGood() throws { try accepts { _ in } }

  @Test(arguments: [Float.nan, -.nan, .infinity, -.infinity, -0.001, 101, .greatestFiniteMagnitude])
  func badTemperatures(_ value: Float) {
    let failure = refusal { $0.sampling.temperature = value }
    #expect(failure?.message == "sampling.temperature is \(value); allowed: 0.0 to 100.0")
  }

  @Test(arguments: [Float.nan, -.leastNonzeroMagnitude, 1.0001, .infinity])
  func badProbabilities(_ value: Float) {
    #expect(refusal { $0.sampling.topP = value }?.message.hasPrefix("sampling.top_p is") == true)
    #expect(refusal { $0.sampling.minP = value }?.message.hasPrefix("sampling.min_p is") == true)
  }

  @Test(arguments: [Float.nan, 0, -1, 0.0099, 100.5, .infinity])
  func badPenalties(_ value: Float) {
    let failure = refusal { $0.sampling.repetitionPenalty = value }
    #expect(failure?.message.hasPrefix("sampling.repetition_penalty is \(value)") == true)
  }

  @Test(arguments: [Int.min, -1, 1 << 31, .max])
  func badIntegers(_ value: Int) {
    #expect(
      refusal { $0.sampling.topK = value }?.message
        == "sampling.top_k is \(value); allowed: 0 to 2147483647")
    #expect(
      refusal { $0.maxTokens = value }?.message
        == "max_tokens is \(value); allowed: 1 to 2147483647")
    #expect(
      refusal { $0.topLogProbabilities = value }?.message
        == "top_log_probabilities is \(value); allowed: 0 to 20")
  }

  @Test func theEndsOfTheRangesAreGood() throws {
    try accepts { $0.sampling.temperature = 0 }
    try accepts { $0.sampling.temperature = -0.0 }
    try accepts { $0.sampling.temperature = 100 }
    try accepts { $0.sampling.topK = 0 }
    try accepts { $0.sampling.topK = Int(Int32.max) }
    try accepts { $0.sampling.topP = 0 }
    try accepts { $0.sampling.minP = 1 }
    try accepts { $0.sampling.repetitionPenalty = 0.01 }
    try accepts { $0.sampling.seed = .max }
    try accepts { $0.maxTokens = 1 }
    try accepts { $0.topLogProbabilities = 20 }
    #expect(refusal { $0.maxTokens = 0 }?.message.hasPrefix("max_tokens is 0") == true)
    #expect(refusal { $0.topLogProbabilities = 21 } != nil)
  }

  @Test func emptyPrompts() {
    #expect(
      refusal { $0.prompt = .text("", parsesSpecialTokens: true) }?.message
        == "prompt.text is empty; allowed: at least one byte")
    #expect(
      refusal { $0.prompt = .tokens([]) }?.message
        == "prompt.tokens is empty; allowed: at least one token id")
    #expect(
      refusal { $0.prompt = .chat(Chat(messages: [])) }?.message
        == "prompt.chat.messages is empty; allowed: at least one message")
  }

  @Test func tokenIDs() throws {
    #expect(
      refusal { $0.prompt = .tokens([1, -7]) }?.message
        == "prompt.tokens[1] is -7; allowed: token ids from 0 to 2147483647")
    #expect(
      refusal(vocabularySize: 100) { $0.prompt = .tokens([99, 100]) }?.message
        == "prompt.tokens[1] is 100; allowed: token ids from 0 to 99")
    #expect(
      refusal(vocabularySize: 100) { $0.stop.tokens = [100] }?.message
        == "stop.tokens[0] is 100; allowed: token ids from 0 to 99")
    try accepts { $0.prompt = .tokens([.max]) }
    try accepts(vocabularySize: 100) { $0.prompt = .tokens([0, 99]) }
  }

  @Test func stopLists() throws {
    try accepts { $0.stop.strings = Array(repeating: "x", count: 64) }
    try accepts { $0.stop.strings = [String(repeating: "x", count: 1024)] }
    try accepts { $0.stop.tokens = Array(repeating: 1, count: 1024) }
    #expect(
      refusal { $0.stop.strings = Array(repeating: "x", count: 65) }?.message
        == "the number of stop.strings is 65; allowed: 0 to 64")
    #expect(
      refusal { $0.stop.strings = ["x", ""] }?.message
        == "the length in bytes of stop.strings[1] is 0; allowed: 1 to 1024")
    #expect(refusal { $0.stop.strings = [String(repeating: "é", count: 513)] } != nil)
    #expect(refusal { $0.stop.tokens = Array(repeating: 1, count: 1025) } != nil)
  }

  /// A sentence about a prompt never quotes it.
  @Test func noPromptTextInSentences() {
    let failure = refusal {
      $0.prompt = .text("my secret", parsesSpecialTokens: false)
      $0.stop.strings = ["secret" + String(repeating: "x", count: 2000)]
    }
    #expect(failure?.message.contains("secret") == false)
  }
}
