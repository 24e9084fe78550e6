// An engine on a scripted model, and ears for what it says.
import LFMEngine
import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Synchronization

struct EngineHarness {
  let model: ScriptedModel
  let engine: Engine
  let fatal = Mutex2<[GenerationFailure]>([])

  init(
    _ model: ScriptedModel, tokenizer: Tokenizer? = nil,
    template: ChatTemplate.Recognition = .missing,
    configure: (inout EngineConfiguration) -> Void = { _ in }
  ) throws {
    self.model = model
    var configuration = EngineConfiguration()
    configure(&configuration)
    let fatal = fatal
    engine = try Engine(
      forwardPass: model, tokenizer: tokenizer ?? TestTokenizer.make(), template: template,
      description: .test, configuration: configuration,
      fatal: { failure in fatal.withLock { $0.append(failure) } })
  }

  func start(
    _ request: GenerationRequest, deadline: ContinuousClock.Instant? = nil
  ) -> Listener {
    let listener = Listener()
    listener.control = engine.generate(request, deadline: deadline) { listener.take($0) }
    return listener
  }

  /// The events of a generation that is left alone.
  func run(
    _ request: GenerationRequest, deadline: ContinuousClock.Instant? = nil
  ) async -> [GenerationEvent] {
    await start(request, deadline: deadline).end()
  }

  func activity() async -> GeneratorActivity {
    await withCheckedContinuation { continuation in
      engine.activity { continuation.resume(returning: $0) }
    }
  }

  /// Returns once nothing waits, runs or holds a page.
  func idle() async {
    while true {
      let activity = await activity()
      if activity.waiting == 0, activity.running == 0, activity.pagesInUse == 0 { return }
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  func shutdown(within drain: Duration = .zero) async {
    await withCheckedContinuation { continuation in
      engine.shutdown(within: drain) { continuation.resume() }
    }
  }
}

/// A mutex that can be captured.
final class Mutex2<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>
  init(_ value: Value) { mutex = Mutex(value) }
  func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R {
    mutex.withLock { value in body(&value) }
  }
}

/// Takes a generation's events; knows if one came after the end.
final class Listener: @unchecked Sendable {
  /// Set once by the test's own thread before it is used.
  var control: (any GenerationControl)?
  private let state = Mutex<[GenerationEvent]>([])

  func take(_ event: GenerationEvent) { state.withLock { $0.append(event) } }

  var events: [GenerationEvent] { state.withLock { $0 } }

  /// All events, once the terminal one has come.
  func end() async -> [GenerationEvent] {
    await until { $0.contains(where: \.isTerminal) }
    return events
  }

  func until(_ condition: ([GenerationEvent]) -> Bool) async {
    while !condition(events) { try? await Task.sleep(for: .milliseconds(1)) }
  }
}

extension [GenerationEvent] {
  var answer: String {
    reduce("") { text, event in
      if case .answer(let delta) = event { text + delta.text } else { text }
    }
  }
  var thinking: String {
    reduce("") { text, event in
      if case .thinking(let delta) = event { text + delta.text } else { text }
    }
  }
  var tokens: [TokenID] {
    flatMap { (event) -> [TokenID] in
      switch event {
      case .answer(let delta), .thinking(let delta): delta.tokens
      default: []
      }
    }
  }
  var summary: GenerationSummary? {
    if case .finished(let summary) = last { summary } else { nil }
  }
  var failure: GenerationFailure? {
    if case .failed(let failure) = last { failure } else { nil }
  }
  var terminalCount: Int { count(where: \.isTerminal) }
}

extension ModelDescription {
  static let test = ModelDescription(
    name: "scripted", architecture: "none", parameterCount: 0, fileSize: 0, quantization: "F32",
    vocabularySize: 0, contextLength: 0, chatTemplate: nil, endOfGenerationTokens: [],
    allowsLogits: false)
}

extension GenerationRequest {
  /// Plain text, greedy, unpenalised.
  static func greedy(_ text: String, maxTokens: Int? = nil) -> GenerationRequest {
    GenerationRequest(
      prompt: .tokens(TestTokenizer.tokens(text)),
      sampling: SamplingParameters(temperature: 0, repetitionPenalty: 1, seed: 1),
      maxTokens: maxTokens)
  }

  static func sampled(_ text: String, seed: UInt64, maxTokens: Int) -> GenerationRequest {
    GenerationRequest(
      prompt: .tokens(TestTokenizer.tokens(text)),
      sampling: SamplingParameters(temperature: 1, topK: 20, repetitionPenalty: 1.1, seed: seed),
      maxTokens: maxTokens)
  }
}
