import LFMGeneration
import LFMLanguage
import LFMModel

/// One call in flight, from its acceptance to its terminal event: a text to generate, or logits to compute.
///
/// `@unchecked Sendable`: what is `let` is immutable or a flag; everything else belongs to the engine queue. A step
/// computes on copies and on the sampler that it was lent.
final class Generation: @unchecked Sendable {
  enum Purpose {
    case text(GenerationRequest)
    case logits
  }

  let id: GenerationID
  let purpose: Purpose
  let deadline: ContinuousClock.Instant?
  let cancellation = CancellationFlag()
  /// Whether the caller wants no more thinking.
  let endsThinking = AskedFlag()
  let submitted = ContinuousClock.now

  /// Takes events until the terminal one, then is released.
  private var deliver: (@Sendable (GenerationEvent) -> Void)?
  private var deliverLogits: (@Sendable (LogitsEvent) -> Void)?

  /// The tokenizing of its prompt, while that goes on.
  var preparation: TextJob?
  /// The prompt's tokens, then those generated.
  var tokens: [TokenID] = []
  var promptCount = 0
  /// `nil` until it runs, and while it is preempted.
  var state: SequenceState?
  var sampler: Sampler?
  /// `nil` where nothing is asked of the output.
  var gate: OutputGate?
  /// Which tokens may come next; `nil`: any.
  var mask: PendingMask?
  var hasSlowMasks = false
  var forcedTokens = 0
  /// Why it ends, while it is found out how the conversation goes on.
  var finishing: FinishReason?
  var continuedTokens: Int?
  var text: CompletionText?
  var stop: StopCondition?
  /// `nil` where a tail that repeats itself is no reason to end.
  var repetition: RepetitionDetector?
  /// When it began to hold pages, and when its first token came.
  var started: ContinuousClock.Instant?
  var firstToken: ContinuousClock.Instant?
  /// Prompt tokens of which the caller knows that they are computed.
  var reportedPrefill = 0
  /// The place in the queue of which the caller knows.
  var reportedAhead: Int?

  var hasEnded: Bool { deliver == nil && deliverLogits == nil }
  /// Whether it generates no more.
  var isOver: Bool { hasEnded || finishing != nil }
  var generatedCount: Int { tokens.count - promptCount }
  /// Whether any work was begun: sending the call again might then do it twice.
  var hasStarted: Bool { started != nil }

  init(
    id: GenerationID, request: GenerationRequest, deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) {
    self.id = id
    purpose = .text(request)
    self.deadline = deadline
    self.deliver = deliver
  }

  init(
    id: GenerationID, logitsOf tokens: [TokenID], deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (LogitsEvent) -> Void
  ) {
    self.id = id
    purpose = .logits
    self.tokens = tokens
    self.deadline = deadline
    deliverLogits = deliver
  }

  var request: GenerationRequest? {
    if case .text(let request) = purpose { request } else { nil }
  }

  /// Tells the caller something that is not the end.
  func tell(_ event: GenerationEvent) { deliver?(event) }
  func tell(row: [Float]) { deliverLogits?(.row(row)) }

  /// The one terminal event; the handlers are gone afterwards, and with them what they hold.
  func fail(_ failure: GenerationFailure) {
    let (deliver, deliverLogits) = takeHandlers()
    deliver?(.failed(failure))
    deliverLogits?(.failed(failure))
  }

  func finish(_ reason: FinishReason) {
    let usage = usage(now: .now)
    let seed = sampler?.seed ?? 0
    let (deliver, deliverLogits) = takeHandlers()
    let summary = GenerationSummary(
      reason: reason, usage: usage, seed: seed, thinkingEnd: gate?.thinkingEnd ?? .none,
      continuedTokens: continuedTokens)
    deliver?(.finished(summary))
    deliverLogits?(.finished)
  }

  private func takeHandlers() -> (
    (@Sendable (GenerationEvent) -> Void)?, (@Sendable (LogitsEvent) -> Void)?
  ) {
    defer { (deliver, deliverLogits) = (nil, nil) }
    return (deliver, deliverLogits)
  }

  private func usage(now: ContinuousClock.Instant) -> GenerationUsage {
    let started = started ?? now
    let firstToken = firstToken ?? now
    return GenerationUsage(
      promptTokens: promptCount, cachedTokens: 0,
      thinkingTokens: text?.thinkingTokens ?? 0, answerTokens: text?.answerTokens ?? 0,
      forcedTokens: forcedTokens,
      queueTime: started - submitted, prefillTime: firstToken - started,
      decodeTime: now - firstToken)
  }
}
