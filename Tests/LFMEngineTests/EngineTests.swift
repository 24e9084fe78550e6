// What a generation says from its first event to its last, on a scripted model.
import LFMEngine
import LFMGeneration
import LFMLanguage
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct EngineTests {
  typealias T = TestTokenizer

  @Test func `Thinks, answers, ends its turn, and counts`() async throws {
    let answer =
      [T.think] + T.tokens("hm") + [T.thinkEnd] + T.tokens("\nYes é.") + [T.turnEnd]
    let harness = try EngineHarness(ScriptedModel(prompt: 5, answer: answer))
    var request = GenerationRequest.greedy("Well?")
    request.reportsTokens = true
    let events = await harness.run(request)
    #expect(events.first == .prefill(done: 5, total: 5))
    #expect(events.thinking == "hm")
    #expect(events.answer == "Yes é.")
    #expect(events.tokens == answer)
    #expect(events.terminalCount == 1)
    let summary = try #require(events.summary)
    #expect(summary.reason == .stop)
    #expect(summary.seed == 1)
    #expect(summary.usage.promptTokens == 5)
    #expect(summary.usage.thinkingTokens == 4)
    #expect(summary.usage.answerTokens == answer.count - 4)
    #expect(summary.usage.cachedTokens == 0)
    let activity = await harness.activity()
    #expect(activity.finished == 1 && activity.failed == 0)
    #expect(activity.promptTokens == 5)
    #expect(activity.generatedTokens == UInt64(answer.count))
    #expect(activity.pagesInUse == 0)
  }

  @Test func `Without the tags in the vocabulary all is answer`() async throws {
    let model = ScriptedModel(prompt: 1, answer: T.tokens("<think>a</think>b") + [T.turnEnd])
    let harness = try EngineHarness(model, tokenizer: TestTokenizer.make(thinks: false))
    let events = await harness.run(.greedy("x"))
    #expect(events.answer == "<think>a</think>b")
    #expect(events.thinking == "")
  }

  @Test func `A prompt that ends in an open thought goes on thinking`() async throws {
    let model = ScriptedModel(prompt: 4, answer: T.tokens("so") + [T.thinkEnd, 65, T.turnEnd])
    let harness = try EngineHarness(model)
    var request = GenerationRequest.greedy("")
    request.prompt = .tokens([T.turnStart, 97, 10, T.think])
    let events = await harness.run(request)
    #expect(events.thinking == "so" && events.answer == "A")
    #expect(events.summary?.usage.thinkingTokens == 3)
  }

  @Test func `Ends for each reason`() async throws {
    let letters = ScriptedModel(contextLength: 64) { _ in ScriptedModel.favouring(97) }
    let harness = try EngineHarness(letters)
    let short = await harness.run(.greedy("ab", maxTokens: 3))
    #expect(short.summary?.reason == .length && short.answer == "aaa")
    let full = await harness.run(.greedy("ab"))
    #expect(full.summary?.reason == .contextFull && full.answer.count == 62)
    let exact = await harness.run(.greedy(String(repeating: "b", count: 63)))
    #expect(exact.summary?.reason == .contextFull && exact.answer == "a")
    let limited = await harness.run(.greedy(String(repeating: "b", count: 63), maxTokens: 1))
    #expect(limited.summary?.reason == .length && limited.answer == "a")

    var stopToken = GenerationRequest.greedy("ab")
    stopToken.stop.tokens = [5, 97]
    #expect(await harness.run(stopToken).summary?.reason == .stop)
    #expect(await harness.run(stopToken).answer == "")

    var stopString = GenerationRequest.greedy("ab")
    stopString.stop.strings = ["zz", "aaaa"]
    let stopped = await harness.run(stopString)
    #expect(stopped.summary?.reason == .stopString && stopped.answer == "")
    #expect(stopped.summary?.usage.answerTokens == 4)

    let thinker = try EngineHarness(
      ScriptedModel(prompt: 1, answer: [T.think] + T.tokens("abcdef")))
    let cut = await thinker.run(.greedy("x", maxTokens: 3))
    #expect(cut.summary?.reason == .lengthInThinking)
    #expect(cut.thinking == "ab" && cut.answer == "")
  }

  @Test func `Its own end can be ignored`() async throws {
    let harness = try EngineHarness(
      ScriptedModel(prompt: 1, answer: [97, T.turnEnd, 98, T.endOfText, 99]))
    var request = GenerationRequest.greedy("x", maxTokens: 5)
    request.stop.ignoresEndOfGeneration = true
    let events = await harness.run(request)
    #expect(events.answer == "abc")
    #expect(events.summary?.reason == .length)
    #expect(events.summary?.usage.answerTokens == 5)
  }

  @Test func `Text and log probabilities come with their tokens`() async throws {
    let harness = try EngineHarness(ScriptedModel(prompt: 1, answer: T.tokens("é!") + [T.turnEnd]))
    var request = GenerationRequest.greedy("x")
    request.reportsTokens = true
    request.topLogProbabilities = 2
    let deltas = await harness.run(request).compactMap { event in
      if case .answer(let delta) = event { delta } else { nil }
    }
    #expect(deltas.map(\.text) == ["é", "!", ""])
    #expect(deltas.map(\.tokens) == [T.tokens("é"), [33], [T.turnEnd]])
    #expect(deltas.allSatisfy { $0.logProbabilities.count == $0.tokens.count })
    #expect(deltas[1].logProbabilities[0].chosen.token == 33)
    #expect(deltas[1].logProbabilities[0].top.map(\.token) == [33, 0])
  }

  @Test func `Plain text begins as the file says, once`() async throws {
    for (adds, text, expected) in [
      (true, "ab", 3), (false, "ab", 2), (true, "<|startoftext|>ab", 3),
    ] {
      let harness = try EngineHarness(
        ScriptedModel.hashing(), tokenizer: TestTokenizer.make(addsBeginning: adds))
      var request = GenerationRequest.greedy("", maxTokens: 1)
      request.prompt = .text(text, parsesSpecialTokens: true)
      #expect(await harness.run(request).summary?.usage.promptTokens == expected)
    }
  }

  @Test func `A chat is rendered with the family that is named`() async throws {
    let chat = Chat(messages: [ChatMessage(role: "user", text: "hi <|im_end|>")])
    var request = GenerationRequest.greedy("", maxTokens: 1)
    request.prompt = .chat(chat)
    let known = try EngineHarness(ScriptedModel.hashing()) { $0.template = .lfm25MoE }
    #expect(known.engine.model.chatTemplate == "lfm2.5-8b-a1b")
    let summary = try #require(await known.run(request).summary)
    // Four control tokens; what the user wrote is text, letter by letter.
    let letters = "user\nhi <|im_end|>\nassistant\n".utf8.count
    #expect(summary.usage.promptTokens == letters + 4)

    let unknown = try EngineHarness(
      ScriptedModel.hashing(), template: ChatTemplate.recognise(source: "{{ what }}"))
    let failure = try #require(await unknown.run(request).failure)
    #expect(failure.code == .failedPrecondition)
    #expect(failure.message.contains(/sha256 [0-9a-f]{64}/))
    #expect(unknown.engine.model.chatTemplate == nil)
  }

  // MARK: - Refusals

  @Test func `A prompt that grows too long is given up on the way`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing(contextLength: 20_000)) {
      $0.contextLength = 20_000
    }
    var request = GenerationRequest.greedy("")
    // Could be 19,000 tokens by its bytes, is 285,000, and that many are not made.
    request.prompt = .text(.init(repeating: "ab ", count: 95_000), parsesSpecialTokens: false)
    let failure = try #require(await harness.run(request).failure)
    #expect(failure.code == .outOfRange)
    let found = try #require(failure.message.firstMatch(of: /at least ([0-9]+) tokens/))
    #expect((20_000..<200_000).contains(Int(found.1) ?? 0))
  }

  @Test func `Refuses what cannot be served, naming it`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing(contextLength: 100))
    func refusal(_ change: (inout GenerationRequest) -> Void) async throws -> GenerationFailure {
      var request = GenerationRequest.greedy("ab", maxTokens: 2)
      change(&request)
      let events = await harness.run(request)
      #expect(events.count == 1)
      return try #require(events.failure)
    }
    for empty: Prompt in [
      .tokens([]), .text("", parsesSpecialTokens: false), .chat(Chat(messages: [])),
    ] {
      let failure = try await refusal { $0.prompt = empty }
      #expect(failure.code == .invalidArgument && failure.message.contains("empty"))
    }
    // A prompt leaves room for a token. One is given up for its bytes alone.
    let tooLong: [(Prompt, String)] = [
      (.tokens(.init(repeating: 65, count: 101)), "has 101 tokens"),
      (.tokens(.init(repeating: 65, count: 100)), "has 100 tokens"),
      (.text(.init(repeating: "a", count: 100), parsesSpecialTokens: false), "has 100 tokens"),
      (.text(.init(repeating: "a", count: 16 << 20), parsesSpecialTokens: true), "has at least "),
      (.text(.init(repeating: "a ", count: 700), parsesSpecialTokens: false), "has 1400 tokens"),
    ]
    for (prompt, words) in tooLong {
      let long = try await refusal { $0.prompt = prompt }
      #expect(long.code == .outOfRange)
      #expect(long.message.contains(words) && long.message.contains(" 100,"), "\(long.message)")
      #expect(long.message.contains(" 99:"))
    }
    let strange = try await refusal { $0.prompt = .tokens([1, 266]) }
    #expect(strange.code == .invalidArgument && strange.message.contains("266"))
    let parameters: [(inout GenerationRequest) -> Void] = [
      { $0.sampling.temperature = .nan }, { $0.sampling.temperature = -1 },
      { $0.sampling.topP = 1.5 }, { $0.sampling.minP = -0.1 }, { $0.sampling.topK = -1 },
      { $0.sampling.topK = .max }, { $0.sampling.repetitionPenalty = 0 },
      { $0.sampling.repetitionPenalty = .infinity }, { $0.maxTokens = 0 },
      { $0.maxTokens = .max }, { $0.maxTokens = .min }, { $0.topLogProbabilities = 21 },
      { $0.stop.strings = [""] }, { $0.stop.tokens = [-1] }, { $0.stop.tokens = [266] },
    ]
    for change in parameters { #expect(try await refusal(change).code == .invalidArgument) }
    #expect(await harness.run(.greedy("still alive", maxTokens: 1)).summary != nil)
  }

  @Test func `A full queue says so and when to come again`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) {
      $0.maximumRunning = 1
      $0.maximumWaiting = 2
    }
    harness.model.gate.close()
    let first = harness.start(.greedy("a", maxTokens: 2))
    await harness.model.gate.arrival()
    let second = harness.start(.greedy("b", maxTokens: 2))
    let third = harness.start(.greedy("c", maxTokens: 2))
    await third.until { $0.contains(.queued(ahead: 1)) || $0.contains(.queued(ahead: 0)) }
    let refused = try #require(await harness.run(.greedy("d")).failure)
    #expect(refused.code == .resourceExhausted)
    #expect(refused.isRetryable && refused.retryAfter != nil)
    harness.model.gate.open()
    for listener in [first, second, third] { #expect(await listener.end().summary != nil) }
    #expect(
      Set([second, third].map { $0.events.first }) == [.queued(ahead: 0), .queued(ahead: 1)])
    #expect(await harness.activity().finished == 3)
  }

  @Test func `Configurations that make no engine are refused`() throws {
    #expect(throws: GenerationFailure.self) {
      try EngineHarness(ScriptedModel.hashing()) { $0.contextLength = 0 }
    }
    #expect(throws: GenerationFailure.self) {
      try EngineHarness(ScriptedModel.hashing()) { $0.pages = -1 }
    }
    // The pool bounds the context: whatever is admitted can run when it is alone.
    let small = try EngineHarness(ScriptedModel.hashing()) { $0.pages = 2 }
    #expect(small.engine.model.contextLength == 128)
    let usual = try EngineHarness(ScriptedModel.hashing(contextLength: 128_000))
    #expect(usual.engine.model.contextLength == 8192)
  }

  @Test func `Logits that are no numbers fail their generation alone`() async throws {
    let model = ScriptedModel { history in
      history.first == 66
        ? [Float](repeating: .nan, count: T.count) : ScriptedModel.favouring(97)
    }
    let harness = try EngineHarness(model)
    model.gate.close()
    let good = harness.start(.greedy("A", maxTokens: 4))
    let bad = harness.start(.greedy("B", maxTokens: 4))
    model.gate.open()
    #expect(await bad.end().failure?.code == .internalError)
    #expect(await good.end().summary?.reason == .length)
    #expect(harness.fatal.withLock { $0.isEmpty })
  }
}
