// A generator that does what the prompt says, so that tests can make anything happen. `LFMClientTests` shares this file
// by a link.

import Dispatch
import LFMGeneration
import Synchronization

/// Understands prompts of one word and a number (`.text`), and counts what is asked of it:
///
/// - `hello`: every kind of event, two thinking deltas, three answer deltas.
/// - `forever`: answer deltas without end, until it is cancelled; rests while paused.
/// - `burst n`: n answer deltas of 1 KiB; rests while paused.
/// - `flood n`: the same, but half way it waits for its first pause, if there was none: for callers that do not read, so
///   that the pause is never missed.
/// - `silent`: nothing, until it is cancelled.
/// - `deaf`: nothing, and cancelling does not end it.
/// - `fail`: one delta, then `resourceExhausted`.
///
/// A text that begins with `never` is tokenized when it is cancelled, or by `wake`; one that begins with `never ever` only
/// by `wake`.
final class FakeGenerator: TextGenerator {
  struct Counts: Sendable {
    var started = 0
    var ended = 0
    var cancelled = 0
    var paused = 0
    var resumed = 0
    /// Deltas of `forever` and `burst` that were delivered.
    var deltas = 0
    var thinkingEnded = 0
    /// Texts to be tokenized, chats to be rendered and so on.
    var texts = 0
    var textsEnded = 0
    var textsCancelled = 0
  }

  let model: ModelDescription
  let tally = Mutex(Counts())
  /// Deadlines that were handed over, in order.
  let deadlinesGiven = Mutex<[ContinuousClock.Instant?]>([])
  var counts: Counts { tally.withLock { $0 } }
  var deadlines: [ContinuousClock.Instant?] { deadlinesGiven.withLock { $0 } }
  private let queue = DispatchQueue(label: "fake.generator")
  private let deaf = Mutex<[FakeRun]>([])

  init(allowsLogits: Bool = true) {
    model = ModelDescription(
      name: "fake", architecture: "lfm2moe", parameterCount: 8_467_856_128, fileSize: 5 << 30,
      quantization: "Q4_0", vocabularySize: 1000, contextLength: 4096, chatTemplate: "lfm2.5",
      endOfGenerationTokens: [7], allowsLogits: allowsLogits)
  }

  static let summary = GenerationSummary(
    reason: .stop,
    usage: GenerationUsage(
      promptTokens: 12, cachedTokens: 3, thinkingTokens: 2, answerTokens: 4,
      queueTime: .milliseconds(1), prefillTime: .milliseconds(2), decodeTime: .milliseconds(3)),
    seed: 99)

  static let helloEvents: [GenerationEvent] = [
    .queued(ahead: 2), .prefill(done: 3, total: 12), .thinking(TextDelta(text: "hm")),
    .thinking(TextDelta(text: "…")), .answer(TextDelta(text: "Grüß ", tokens: [1, 2])),
    .answer(TextDelta(text: "dich")), .answer(TextDelta(text: "!")), .finished(summary),
  ]

  func generate(
    _ request: GenerationRequest, deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) -> any GenerationControl {
    deadlinesGiven.withLock { $0.append(deadline) }
    guard case .text(let text, _) = request.prompt else {
      return start(["hello"], deliver)
    }
    return start(text.split(separator: " ").map(String.init), deliver)
  }

  private func start(
    _ words: [String], _ deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) -> any GenerationControl {
    tally.withLock { $0.started += 1 }
    let run = FakeRun(self, queue, isDeaf: words.first == "deaf", deliver: deliver)
    switch words.first {
    case "hello": run.say(Self.helloEvents)
    case "forever": run.babble(.max, of: "word ")
    case "burst", "flood":
      let count = words.dropFirst().first.flatMap { Int($0) } ?? 1
      run.babble(
        count, of: String(repeating: "x", count: 1024),
        restingAt: words.first == "flood" ? count / 2 : nil)
    case "fail":
      run.say([
        .answer(TextDelta(text: "so far")),
        .failed(
          GenerationFailure(
            .resourceExhausted, "no room", isRetryable: true, retryAfter: .seconds(3))),
      ])
    default: break
    }
    return run
  }

  func logits(
    _ tokens: [TokenID], deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (LogitsEvent) -> Void
  ) -> any GenerationControl {
    tally.withLock { $0.started += 1 }
    let run = FakeRun(self, queue, isDeaf: false) { _ in }
    run.rows(tokens, width: model.vocabularySize, deliver)
    return run
  }

  func tokenize(
    _ text: String, parsesSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  ) -> any GenerationControl {
    answer(complete, isNever: text.hasPrefix("never"), isDeaf: text.hasPrefix("never ever")) {
      .success(text.utf8.map { TokenID($0) + (parsesSpecialTokens ? 0 : 256) })
    }
  }

  func detokenize(
    _ tokens: [TokenID], skipsSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  ) -> any GenerationControl {
    answer(complete) {
      if let bad = tokens.first(where: { $0 >= 1000 }) {
        return .failure(GenerationFailure(.invalidArgument, "no token \(bad)"))
      }
      return .success(tokens.map { UInt8(truncatingIfNeeded: $0) })
    }
  }

  func render(
    _ chat: Chat, asSent: Bool,
    complete: @escaping @Sendable (Result<String, GenerationFailure>) -> Void
  ) -> any GenerationControl {
    answer(complete) {
      .success(chat.messages.map { "<\($0.role)>" }.joined() + (asSent ? "!" : ""))
    }
  }

  /// One answer soon, or none until it is cancelled.
  private func answer<Value: Sendable>(
    _ complete: @escaping @Sendable (Result<Value, GenerationFailure>) -> Void,
    isNever: Bool = false, isDeaf: Bool = false,
    _ value: @escaping @Sendable () -> Result<Value, GenerationFailure>
  ) -> any GenerationControl {
    tally.withLock { $0.texts += 1 }
    let run = FakeRun(self, queue, isDeaf: isDeaf, isText: true) { event in
      guard case .failed(let failure) = event else { return complete(value()) }
      complete(.failure(failure))
    }
    if isNever { deaf.withLock { $0.append(run) } } else { run.say([.finished(Self.summary)]) }
    return run
  }

  /// Ends what nobody could end.
  func wake() {
    for run in deaf.withLock({ runs in
      defer { runs = [] }
      return runs
    }) { run.say([.finished(Self.summary)]) }
  }

  func activity(complete: @escaping @Sendable (GeneratorActivity) -> Void) {
    let counts = counts
    queue.async {
      complete(
        GeneratorActivity(
          waiting: 0, running: counts.started - counts.ended, finished: UInt64(counts.ended)))
    }
  }
}

/// One running call of a `FakeGenerator`.
private final class FakeRun: GenerationControl {
  private struct State: Sendable {
    var deliver: (@Sendable (GenerationEvent) -> Void)?
    var isPaused = false
    var wasPaused = false
    var more: (@Sendable () -> Void)?
  }

  private let generator: FakeGenerator
  private let queue: DispatchQueue
  private let isDeaf: Bool
  private let isText: Bool
  private let state: Mutex<State>

  init(
    _ generator: FakeGenerator, _ queue: DispatchQueue, isDeaf: Bool, isText: Bool = false,
    deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) {
    self.generator = generator
    self.queue = queue
    self.isDeaf = isDeaf
    self.isText = isText
    state = Mutex(State(deliver: deliver))
  }

  func say(_ events: [GenerationEvent]) {
    queue.async { for event in events { self.deliver(event) } }
  }

  /// Delivers deltas until there are `count`, one turn of the queue each, and then finishes.
  func babble(_ count: Int, of text: String, restingAt rest: Int? = nil) {
    step { [self] in
      if count == rest { state.withLock { $0.isPaused = $0.isPaused || !$0.wasPaused } }
      generator.tally.withLock { $0.deltas += 1 }
      deliver(.answer(TextDelta(text: text)))
      if count > 1 {
        babble(count - 1, of: text, restingAt: rest)
      } else {
        deliver(.finished(FakeGenerator.summary))
      }
    }
  }

  func rows(_ tokens: [TokenID], width: Int, _ deliver: @escaping @Sendable (LogitsEvent) -> Void) {
    step { [self] in
      guard let token = tokens.first else {
        end { $0.ended += 1 }
        return deliver(.finished)
      }
      guard token != 666 else {
        end { $0.ended += 1 }
        return deliver(.failed(GenerationFailure(.outOfRange, "too long")))
      }
      deliver(.row([Float](repeating: Float(token), count: width)))
      rows(Array(tokens.dropFirst()), width: width, deliver)
    }
  }

  /// Does something on the queue soon, unless the run has ended; later, if it is paused. Not at once: no
  /// generator is so fast that a server cannot ask it to rest.
  private func step(_ body: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .microseconds(200)) { [self] in
      let mayRun = state.withLock { state in
        guard state.deliver != nil else { return false }
        if state.isPaused { state.more = body }
        return !state.isPaused
      }
      if mayRun { body() }
    }
  }

  private func deliver(_ event: GenerationEvent) {
    state.withLock { $0.deliver }?(event)
    if event.isTerminal {
      end { [isText] in if isText { $0.textsEnded += 1 } else { $0.ended += 1 } }
    }
  }

  private func end(_ count: (inout FakeGenerator.Counts) -> Void) {
    let isNew = state.withLock { state in
      defer { state = State(deliver: nil) }
      return state.deliver != nil
    }
    if isNew { generator.tally.withLock { count(&$0) } }
  }

  func cancel() {
    queue.async { [self] in
      guard state.withLock({ $0.deliver != nil }) else { return }
      generator.tally.withLock { [isText] in
        if isText { $0.textsCancelled += 1 } else { $0.cancelled += 1 }
      }
      guard !isDeaf else { return }
      deliver(.failed(GenerationFailure(.cancelled, "cancelled")))
    }
  }

  func pause() {
    generator.tally.withLock { $0.paused += 1 }
    state.withLock { state in
      state.isPaused = true
      state.wasPaused = true
    }
  }

  func endThinking() { generator.tally.withLock { $0.thinkingEnded += 1 } }

  func resume() {
    generator.tally.withLock { $0.resumed += 1 }
    let more = state.withLock { state in
      defer { state.more = nil }
      state.isPaused = false
      return state.more
    }
    if let more { step(more) }
  }
}
