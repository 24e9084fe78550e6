import Dispatch
import LFMGeneration
import LFMLanguage
import LFMModel
import LFMTokenizer

/// Many generations on one model.
///
/// Owns four queues and what lives on the first: the engine queue has the scheduler, the generations in flight and
/// the KV pool, and never computes; texts are tokenized on a queue of their own, in pieces; steps run on the
/// prefill queue (with a chunk) or the decode queue (without), one at a time. This file holds the state and the calls;
/// `Engine+Steps` makes steps, `Engine+Ends` ends generations and the engine.
///
/// `@unchecked Sendable`: every `var` is touched on the engine queue only, which each function that does checks
/// (`dispatchPrecondition`); the rest is immutable.
package final class Engine: TextGenerator, @unchecked Sendable {
  package let model: ModelDescription
  let configuration: EngineConfiguration
  let stepModel: any StepModel
  let tokenizer: Tokenizer
  let preparation: Preparation
  let pool: KVPool
  /// Pages of the calls for logits, which are computed exactly. The scheduler counts them with the others.
  let exactPool: KVPool
  let tools: StepTools
  /// Called once, on the engine queue, when the engine cannot go on: the process is to end.
  let fatal: @Sendable (GenerationFailure) -> Void

  let queue = DispatchQueue(label: "lfmd.engine")
  let texts: TokenizationQueue
  let prefillQueue = DispatchQueue(label: "lfmd.prefill")
  let decodeQueue = DispatchQueue(label: "lfmd.decode")
  /// Which tokens a constraint allows is worked out here, while steps compute; for constraints that took long once, apart.
  let masks = DispatchQueue(label: "lfmd.masks")
  let slowMasks = DispatchQueue(label: "lfmd.masks.slow")
  /// Constraints are compiled here: prompts without one do not wait for it.
  let compiling = DispatchQueue(label: "lfmd.constraints")

  // On the engine queue.
  var scheduler: Scheduler
  var generations: [GenerationID: Generation] = [:]
  var stepInFlight: StepRun?
  var failedStepsInARow = 0
  var counters = GeneratorActivity()
  let deadlines: DeadlineTimer
  var beat: (any DispatchSourceTimer)?
  var shutdown = ShutdownState.serving
  private var lastID: GenerationID = 0

  enum ShutdownState {
    case serving
    /// What runs may end by itself; nothing new is taken.
    case draining([@Sendable () -> Void])
    /// Everything was told to stop.
    case stopping([@Sendable () -> Void])
    case stopped
  }

  /// - Parameters:
  ///   - template: what the file's chat template turned out to be.
  ///   - description: of the file; the engine fills in vocabulary, context, template, ends and `allowsLogits`.
  ///   - fatal: ends the process. Called at most once.
  /// - Throws: `failedPrecondition` if vocabulary and model do not belong together or a number of the
  ///   configuration is out of its range; `resourceExhausted` if there is no memory for the pool.
  package init(
    forwardPass stepModel: any StepModel, tokenizer: Tokenizer, template: ChatTemplate.Recognition,
    description: ModelDescription, configuration: EngineConfiguration = EngineConfiguration(),
    fatal: @escaping @Sendable (GenerationFailure) -> Void
  ) throws(GenerationFailure) {
    let size = try EngineSize(configuration, stepModel, tokenizer)
    do {
      let positions = size.pages * KVLayout.positionsPerPage
      pool = try stepModel.makePool(
        positions: positions,
        element: configuration.pageElement ?? stepModel.element,
        poisonsFreedPages: configuration.poisonsFreedState)
      exactPool = try stepModel.makePool(
        positions: positions, element: .float32,
        poisonsFreedPages: configuration.poisonsFreedState)
    } catch {
      throw GenerationFailure(.resourceExhausted, error.sentence)
    }
    let template = configuration.template.map { .success($0) } ?? template.result
    self.configuration = configuration
    self.stepModel = stepModel
    self.tokenizer = tokenizer
    self.fatal = fatal
    texts = TokenizationQueue(width: configuration.tokenizations)
    deadlines = DeadlineTimer(queue: queue)
    tools = StepTools(vocabularyCount: stepModel.vocabularyCount)
    preparation = Preparation(
      tokenizer: tokenizer, template: template, contextLength: size.contextLength,
      defaultMaxTokens: configuration.defaultMaxTokens,
      outputs: OutputCompiler(tokenizer: tokenizer))
    scheduler = Scheduler(
      limits: SchedulerLimits(
        waiting: configuration.maximumWaiting, running: configuration.maximumRunning,
        chunk: configuration.chunk, rows: stepModel.maximumRows, pages: size.pages,
        pageSize: KVLayout.positionsPerPage, interTokenBudget: configuration.interTokenBudget,
        chunkBudget: configuration.chunkBudget))
    var description = description
    description.vocabularySize = tokenizer.vocabulary.count
    description.contextLength = size.contextLength
    description.chatTemplate = (try? template.get())?.rawValue
    description.endOfGenerationTokens = tokenizer.vocabulary.endOfGeneration
    description.allowsLogits = configuration.allowsLogits
    model = description
    deadlines.onExpiry { [weak self] in self?.endOverdue() }
  }

  // MARK: - Calls

  package func generate(
    _ request: GenerationRequest, deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) -> any GenerationControl {
    let control = EngineControl(engine: self)
    queue.async { [self] in
      let generation = Generation(
        id: nextID(), request: request, deadline: deadline, deliver: deliver)
      guard admit(generation, control) else { return }
      guard request.hasConstraint else { return prepare(generation, request) }
      compiling.async { [self] in
        if generation.cancellation.isCancelled { return }
        let refusal = preparation.refusal(of: request)
        queue.async { [self] in
          guard !generation.hasEnded else { return }
          if let refusal { fail(generation, refusal) } else { prepare(generation, request) }
        }
      }
    }
    return control
  }

  private func prepare(_ generation: Generation, _ request: GenerationRequest) {
    dispatchPrecondition(condition: .onQueue(queue))
    generation.preparation = preparation.prepare(request, on: texts) { [self] result in
      queue.async { [self] in prepared(generation, result) }
    }
  }

  package func logits(
    _ tokens: [TokenID], deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (LogitsEvent) -> Void
  ) -> any GenerationControl {
    let control = EngineControl(engine: self)
    queue.async { [self] in
      let generation = Generation(
        id: nextID(), logitsOf: tokens, deadline: deadline, deliver: deliver)
      guard admit(generation, control) else { return }
      if let failure = refusal(ofLogits: tokens) { return fail(generation, failure) }
      generation.promptCount = tokens.count
      enqueue(generation, rowLimit: EngineConfiguration.logitsRows)
    }
    return control
  }

  package func activity(complete: @escaping @Sendable (GeneratorActivity) -> Void) {
    queue.async { [self] in
      var activity = counters
      activity.waiting = scheduler.waitingCount
      activity.running = scheduler.runningCount
      activity.pagesInUse = pool.usedPages + exactPool.usedPages
      activity.pageCapacity = pool.capacity
      complete(activity)
    }
  }

  /// Changes how many generations may wait and run. Those in flight stay; raising a number starts those that wait.
  package func setLimits(waiting: Int, running: Int) {
    queue.async { [self] in
      scheduler.setLimits(waiting: waiting, running: running)
      advance()
    }
  }

  /// Counts from nothing again: what a daemon tried out by itself is no activity.
  package func resetActivity() {
    queue.async { self.counters = GeneratorActivity() }
  }

  // MARK: - On the engine queue

  private func nextID() -> GenerationID {
    lastID += 1
    return lastID
  }

  /// Takes a call in, or ends it at once. True if it is in.
  private func admit(_ generation: Generation, _ control: EngineControl) -> Bool {
    dispatchPrecondition(condition: .onQueue(queue))
    generations[generation.id] = generation
    let asked = control.attach(generation)
    if asked.isCancelled {
      cancel(generation)
      return false
    }
    guard case .serving = shutdown else {
      fail(generation, .shuttingDown(isRetryable: true))
      return false
    }
    if let deadline = generation.deadline, deadline <= .now {
      fail(generation, .deadlineExceeded)
      return false
    }
    guard scheduler.accept(generation.id) else {
      let waiting = scheduler.waitingCount
      fail(
        generation,
        GenerationFailure(
          .resourceExhausted, "\(waiting) generations wait already; try again later",
          isRetryable: true, retryAfter: .seconds(min(30, max(1, waiting / 8)))))
      return false
    }
    if asked.isPaused { scheduler.setPaused(generation.id, true) }
    if let deadline = generation.deadline { deadlines.arm(deadline) }
    return true
  }

  private func refusal(ofLogits tokens: [TokenID]) -> GenerationFailure? {
    guard configuration.allowsLogits else {
      return GenerationFailure(
        .failedPrecondition,
        "logits are not served here; the daemon's configuration does not allow them")
    }
    let limit = min(configuration.logitsPositions, model.contextLength)
    guard !tokens.isEmpty else {
      return GenerationFailure(.invalidArgument, "tokens is empty; give at least one token id")
    }
    guard tokens.count <= limit else {
      return GenerationFailure(
        .outOfRange, "\(tokens.count) tokens were given; logits are served for at most \(limit)")
    }
    return TokenCheck.refusal(of: tokens, vocabularySize: model.vocabularySize)
  }

  private func prepared(
    _ generation: Generation, _ result: Result<Preparation.Prepared, GenerationFailure>
  ) {
    dispatchPrecondition(condition: .onQueue(queue))
    generation.preparation = nil
    guard !generation.hasEnded else { return }
    switch result {
    case .failure(let failure):
      fail(generation, failure)
    case .success(let prepared):
      generation.tokens = prepared.tokens
      generation.promptCount = prepared.tokens.count
      generation.sampler = prepared.sampler
      generation.gate = prepared.gate
      prepareMask(of: generation)
      generation.text = prepared.text
      generation.text?.callPrefix = "call_\(generation.id)"
      generation.stop = prepared.stop
      if generation.request?.stop.endsOnRepetition == true {
        generation.repetition = RepetitionDetector()
      }
      enqueue(generation, rowLimit: nil)
    }
  }

  private func enqueue(_ generation: Generation, rowLimit: Int?) {
    scheduler.enqueue(generation.id, tokens: generation.promptCount, rowLimit: rowLimit)
    advance()
  }
}
