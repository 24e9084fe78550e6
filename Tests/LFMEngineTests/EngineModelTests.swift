// The engine on a real model, a small random one: batches, chunks, preemption and freed memory change nothing.
import Foundation
import LFMCheckpoint
import LFMEngine
import LFMGeneration
import LFMLanguage
import LFMModel
import LFMTokenizer
import Testing

@Suite(.timeLimit(.minutes(5))) struct EngineModelTests {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..")
  static let demo = package.appending(path: "Models/demo.gguf").standardizedFileURL.path

  func engine(
    _ configure: (inout EngineConfiguration) -> Void = { _ in }
  ) throws -> Engine {
    let file = Self.package.appending(path: "Tests/LFMEngineTests/Fixtures/tiny.gguf")
    let checkpoint = try Checkpoint(path: file.standardizedFileURL.path)
    let model = try Model(checkpoint, options: Model.Options(threads: 2, maximumRows: 96))
    var configuration = EngineConfiguration()
    configuration.poisonsFreedState = true
    configuration.allowsLogits = true
    configure(&configuration)
    return try Engine(
      forwardPass: model, tokenizer: Tokenizer(checkpoint: checkpoint),
      template: .known(.lfm25MoE), description: .test, configuration: configuration,
      fatal: { _ in })
  }

  func start(_ engine: Engine, _ request: GenerationRequest) -> Listener {
    let listener = Listener()
    listener.control = engine.generate(request, deadline: nil) { listener.take($0) }
    return listener
  }

  func request(_ index: Int) -> GenerationRequest {
    var random = RandomSource(seed: UInt64(index))
    let tokens = (0..<(1 + index * 23)).map { _ in TokenID(random.next() % 258) }
    return GenerationRequest(
      prompt: .tokens(tokens),
      sampling: SamplingParameters(temperature: 1, topK: 30, seed: UInt64(index)),
      stop: StopParameters(ignoresEndOfGeneration: true), maxTokens: 30, reportsTokens: true)
  }

  func alone(_ count: Int) async throws -> [[TokenID]] {
    let engine = try engine()
    var all: [[TokenID]] = []
    for index in 0..<count { all.append(await start(engine, request(index)).end().tokens) }
    return all
  }

  /// With log probabilities asked for, all logits are made; without, only candidates.
  @Test func `From candidates the same tokens as from all logits`() async throws {
    let engine = try engine()
    for index in 1..<6 {
      var whole = request(index)
      whole.topLogProbabilities = 1
      let expected = await start(engine, whole).end().tokens
      #expect(expected.count == 30)
      #expect(await start(engine, request(index)).end().tokens == expected)
    }
  }

  @Test func `In company, in chunks, begun again: the same tokens`() async throws {
    let expected = try await alone(8)
    #expect(expected.allSatisfy { $0.count == 30 })
    let variants: [(inout EngineConfiguration) -> Void] = [
      { _ in },
      { $0.chunk = 5 },
      { $0.pages = 5 },
      {
        $0.maximumRunning = 2
        $0.chunk = 33
      },
    ]
    for variant in variants {
      let engine = try engine(variant)
      let listeners = (0..<8).map { start(engine, request($0)) }
      // Others come and go, and leave their freed memory behind, filled with NaN.
      let passing = (0..<6).map { start(engine, request(20 + $0 % 4)) }
      for listener in passing {
        await listener.until { !$0.isEmpty }
        listener.control?.cancel()
      }
      for (listener, tokens) in zip(listeners, expected) {
        #expect(await listener.end().tokens == tokens)
      }
      for listener in passing { #expect(await listener.end().terminalCount == 1) }
    }
  }

  @Test func `A chat, through the file's own template and vocabulary`() async throws {
    let engine = try engine()
    #expect(engine.model.chatTemplate == "lfm2.5-8b-a1b")
    #expect(engine.model.endOfGenerationTokens.count == 2)
    let chat = Chat(messages: [ChatMessage(role: "user", text: "the thing")])
    var request = GenerationRequest(prompt: .chat(chat), maxTokens: 60, reportsTokens: true)
    request.sampling = SamplingParameters(temperature: 1.5, topK: 0, seed: 3)
    let first = await start(engine, request).end()
    let summary = try #require(first.summary)
    // the four control tokens and letters, of which "the" is one token and "th" another
    let letters = "user\nthe thing\nassistant\n".utf8.count - 3
    #expect(summary.usage.promptTokens == letters + 4)
    #expect(summary.usage.thinkingTokens + summary.usage.answerTokens == first.tokens.count)
    let again = await start(engine, request).end()
    #expect(again.tokens == first.tokens && again.answer == first.answer)
  }

  @Test func `Logits are the same beside a generation as alone`() async throws {
    func rows(_ engine: Engine, _ tokens: [TokenID]) async -> [[Float]] {
      let rows = Mutex2<[[Float]]>([])
      await withCheckedContinuation { continuation in
        _ = engine.logits(tokens, deadline: nil) { event in
          if case .row(let row) = event {
            rows.withLock { $0.append(row) }
          } else {
            continuation.resume()
          }
        }
      }
      return rows.withLock { $0 }
    }
    let tokens = (0..<70).map { TokenID(($0 * 31) % 258) }
    let engine = try engine()
    let alone = await rows(engine, tokens)
    #expect(alone.count == 70 && alone.allSatisfy { $0.allSatisfy(\.isFinite) })
    let busy = (0..<3).map { start(engine, request($0 + 3)) }
    #expect(await rows(engine, tokens) == alone)
    for listener in busy { _ = await listener.end() }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: demo), "Models/demo.gguf is not in this checkout"))
  func `The demo model answers a chat and ends`() async throws {
    let checkpoint = try Checkpoint(path: Self.demo)
    let model = try Model(
      checkpoint, options: Model.Options(threads: 2, maximumRows: 128))
    let engine = try Engine(
      forwardPass: model, tokenizer: Tokenizer(checkpoint: checkpoint),
      template: .known(.lfm25MoE), description: .test, configuration: EngineConfiguration(),
      fatal: { _ in })
    let chat = Chat(messages: [ChatMessage(role: "user", text: "What is 2 plus 3?")])
    var request = GenerationRequest(prompt: .chat(chat), maxTokens: 200)
    request.sampling.seed = 1
    let first = await start(engine, request).end()
    let summary = try #require(first.summary)
    #expect(summary.usage.promptTokens > 5)
    #expect(summary.usage.thinkingTokens + summary.usage.answerTokens > 0)
    #expect(!(first.answer + first.thinking).isEmpty)
    // Same seed, same text, alone or not.
    let others = (0..<3).map { _ in start(engine, request) }
    for listener in others {
      let events = await listener.end()
      #expect(events.answer == first.answer && events.thinking == first.thinking)
    }
    await withCheckedContinuation { continuation in
      engine.shutdown { continuation.resume() }
    }
  }
}
