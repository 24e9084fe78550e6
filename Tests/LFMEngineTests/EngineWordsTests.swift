// The calls around generation: logits, tokens, bytes, templates.
import LFMGeneration
import LFMLanguage
import Synchronization
import Testing

@testable import LFMEngine

@Suite(.timeLimit(.minutes(2))) struct EngineWordsTests {
  func logits(
    _ harness: EngineHarness, _ tokens: [TokenID], deadline: ContinuousClock.Instant? = nil,
    cancels: Bool = false
  ) async -> [LogitsEvent] {
    let events = Mutex2<[LogitsEvent]>([])
    await withCheckedContinuation { continuation in
      let control = harness.engine.logits(tokens, deadline: deadline) { event in
        events.withLock { $0.append(event) }
        if case .row = event {} else { continuation.resume() }
      }
      if cancels { control.cancel() }
    }
    return events.withLock { $0 }
  }

  @Test func `Rows come in order, whatever the chunks`() async throws {
    let model = ScriptedModel { history in
      var row = [Float](repeating: 0, count: TestTokenizer.count)
      row[0] = Float(history.count)
      row[1] = Float(history[history.count - 1])
      return row
    }
    let harness = try EngineHarness(model) { $0.allowsLogits = true }
    let busy = harness.start(.greedy("meanwhile", maxTokens: 200))
    for count in [1, 2, 16, 17, 100, 512] {
      let tokens = (0..<count).map { TokenID($0 % 200) }
      let events = await logits(harness, tokens)
      #expect(events.count == count + 1)
      #expect(events.last == .finished)
      for (index, event) in events.dropLast().enumerated() {
        guard case .row(let row) = event else { return #expect(Bool(false)) }
        #expect(row.count == TestTokenizer.count)
        #expect(row[0] == Float(index + 1) && row[1] == Float(tokens[index]))
      }
    }
    _ = await busy.end()
    await harness.idle()
    #expect(await harness.activity().finished == 7)
  }

  @Test func `Logits have their limits`() async throws {
    func failure(
      _ tokens: [TokenID], allowed: Bool = true, cancels: Bool = false,
      deadline: ContinuousClock.Instant? = nil
    ) async throws -> GenerationFailure? {
      let harness = try EngineHarness(ScriptedModel.hashing()) { $0.allowsLogits = allowed }
      if cancels { harness.model.gate.close() }
      let last = await logits(harness, tokens, deadline: deadline, cancels: cancels).last
      harness.model.gate.open()
      if case .failed(let failure)? = last { return failure }
      return nil
    }
    #expect(try await failure([1], allowed: false)?.code == .failedPrecondition)
    #expect(try await failure([])?.code == .invalidArgument)
    let strange = try await failure([1, -5])
    #expect(strange?.code == .invalidArgument && strange?.message.contains("-5") == true)
    let long = try await failure(.init(repeating: 1, count: 513))
    #expect(long?.code == .outOfRange)
    #expect(long?.message.contains("513") == true && long?.message.contains("512") == true)
    #expect(try await failure([1, 2], cancels: true)?.code == .cancelled)
    let late = try await failure([1], deadline: .now - .seconds(1))
    #expect(late?.code == .deadlineExceeded)
  }

  @Test func `Tokens and bytes, there and back`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    func tokenize(_ text: String, special: Bool) async throws -> [TokenID] {
      try await withCheckedContinuation { continuation in
        _ = harness.engine.tokenize(text, parsesSpecialTokens: special) {
          continuation.resume(returning: $0)
        }
      }.get()
    }
    func bytes(
      _ tokens: [TokenID], skips: Bool = false
    ) async -> Result<[UInt8], GenerationFailure> {
      await withCheckedContinuation { continuation in
        _ = harness.engine.detokenize(tokens, skipsSpecialTokens: skips) {
          continuation.resume(returning: $0)
        }
      }
    }
    let text = "<|im_start|>héllo"
    let parsed = try await tokenize(text, special: true)
    #expect(parsed == [TestTokenizer.turnStart] + TestTokenizer.tokens("héllo"))
    #expect(try await tokenize(text, special: false) == TestTokenizer.tokens(text))
    #expect(try await tokenize("", special: true) == [])
    #expect(try await bytes(parsed).get() == Array(text.utf8))
    #expect(try await bytes(parsed, skips: true).get() == Array("héllo".utf8))
    guard case .failure(let failure) = await bytes([1, 99_999]) else {
      return #expect(Bool(false))
    }
    #expect(failure.code == .invalidArgument && failure.message.contains("99999"))
    let long = String(repeating: "words and more of them. ", count: 40_000)
    #expect(try await tokenize(long, special: true).count == long.utf8.count)
  }

  /// What a caller is told of a text that nobody waits for.
  @Test func `Texts can be cancelled at any time`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.template = .lfm25MoE }
    let ends = Mutex2<[Result<Int, GenerationFailure>]>([])
    @Sendable func take(_ count: Result<Int, GenerationFailure>) {
      ends.withLock { $0.append(count) }
    }
    let text = String(repeating: "words and more of them. ", count: 40_000)
    let tokens = TestTokenizer.tokens(text)
    let chat = Chat(messages: [ChatMessage(role: "user", text: text)])
    func startAll() -> [any GenerationControl] {
      [
        harness.engine.tokenize(text, parsesSpecialTokens: true) { take($0.map(\.count)) },
        harness.engine.detokenize(tokens, skipsSpecialTokens: false) { take($0.map(\.count)) },
        harness.engine.render(chat, asSent: false) { take($0.map(\.count)) },
      ]
    }
    // While the threads are busy with others: none of them begins.
    let gate = Gate()
    gate.close()
    let busy = (0..<2).map { _ in
      harness.engine.texts.submit(
        bytes: 1,
        step: {
          gate.pass()
          return true
        })
    }
    for control in startAll() {
      control.pause()
      control.cancel()
      control.cancel()
      control.resume()
    }
    while ends.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(ends.withLock { $0 }.allSatisfy { $0 == .failure(.cancelled) })
    gate.open()
    for job in busy { job.cancel() }
    // Whenever it comes, each has one end.
    for pause in 0..<20 {
      let controls = startAll()
      try await Task.sleep(for: .microseconds(pause * 200))
      for control in controls { control.cancel() }
    }
    while ends.withLock({ $0.count }) < 63 { try await Task.sleep(for: .milliseconds(1)) }
    while harness.engine.texts.count > 0 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(ends.withLock { $0.count } == 63)
    let wrong = ends.withLock { ends in
      ends.count { end in
        if case .failure(let failure) = end { failure != .cancelled } else { false }
      }
    }
    #expect(wrong == 0)
  }

  @Test func `Tokens are not more text than a message can have`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.detokenizedBytes = 1_000_000 }
    func bytes(_ tokens: [TokenID]) async -> Result<[UInt8], GenerationFailure> {
      await withCheckedContinuation { continuation in
        _ = harness.engine.detokenize(tokens, skipsSpecialTokens: false) {
          continuation.resume(returning: $0)
        }
      }
    }
    let most = [TokenID](repeating: 65, count: 1_000_000)
    #expect(try await bytes(most).get().count == 1_000_000)
    guard case .failure(let failure) = await bytes(most + [65]) else {
      return #expect(Bool(false))
    }
    #expect(failure.code == .resourceExhausted && failure.message.contains("1000000"))
    guard case .failure(let strange) = await bytes(most.dropLast() + [-7]) else {
      return #expect(Bool(false))
    }
    #expect(strange.message.contains("999999") && strange.message.contains("-7"))
  }

  @Test func `Renders, or says why not`() async throws {
    func render(
      _ chat: Chat, with template: ChatTemplate?
    ) async throws -> Result<String, GenerationFailure> {
      let harness = try EngineHarness(ScriptedModel.hashing()) { $0.template = template }
      return await withCheckedContinuation { continuation in
        _ = harness.engine.render(chat, asSent: false) { continuation.resume(returning: $0) }
      }
    }
    let chat = Chat(messages: [ChatMessage(role: "user", text: "hi")])
    let text = try await render(chat, with: .lfm25MoE).get()
    #expect(
      text == "<|startoftext|><|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n")
    guard case .failure(let failure) = try await render(chat, with: nil) else {
      return #expect(Bool(false))
    }
    #expect(failure.code == .failedPrecondition)
    guard case .failure(let empty) = try await render(Chat(messages: []), with: .lfm25MoE)
    else { return #expect(Bool(false)) }
    #expect(empty.code == .invalidArgument)
  }
}
