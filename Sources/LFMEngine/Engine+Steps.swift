import Dispatch
import LFMGeneration
import LFMModel

// Makes steps: asks the scheduler, hands the step to its queue, and deals out what came of it.
extension Engine {
  /// Starts whoever has room, and the next step if none is in flight.
  func advance() {
    dispatchPrecondition(condition: .onQueue(queue))
    startThoseWithRoom()
    guard stepInFlight == nil else { return }
    let decision = scheduler.next()
    for id in decision.preempted { generations[id]?.state = nil }
    guard let step = decision.step, let run = makeRun(step) else { return }
    stepInFlight = run
    let (model, tools) = (stepModel, tools)
    let begun = ContinuousClock.now
    (step.chunk == nil ? decodeQueue : prefillQueue).async { [self] in
      run.compute(model, tools: tools)
      let took = begun.duration(to: .now)
      queue.async { [self] in finished(run, took: took) }
    }
  }

  private func startThoseWithRoom() {
    for id in scheduler.promote() {
      guard let generation = generations[id], generation.started == nil else { continue }
      generation.started = .now
    }
    for (ahead, id) in scheduler.waitingOrder.enumerated() {
      guard let generation = generations[id], generation.started == nil,
        generation.reportedAhead != ahead
      else { continue }
      generation.reportedAhead = ahead
      generation.tell(.queued(ahead: ahead))
    }
  }

  /// Binds a step to states and tokens. `nil` if a state could not be had, which ends its generation.
  private func makeRun(_ step: Step) -> StepRun? {
    var shares = step.rows.map { (id: $0, count: 1) }
    if let chunk = step.chunk { shares.insert((chunk.id, chunk.count), at: 0) }
    var parts: [StepRun.Part] = []
    var refused: [(Generation, GenerationFailure)] = []
    for share in shares {
      guard let generation = generations[share.id] else {
        scheduler.remove(share.id)
        continue
      }
      do throws(ModelError) {
        parts.append(try makePart(generation, count: share.count))
      } catch {
        refused.append((generation, GenerationFailure(.internalError, error.sentence)))
      }
    }
    if refused.isEmpty, parts.count == shares.count { return StepRun(step: step, parts: parts) }
    // Scheduler and pool disagree: end those that it concerns, and let the others have another step.
    for part in parts { giveBack(part) }
    scheduler.finish(step, committed: [], took: .zero)
    for (generation, failure) in refused { end(generation, .failed(failure)) }
    queue.async { [self] in advance() }
    return nil
  }

  private func makePart(
    _ generation: Generation, count: Int
  ) throws(ModelError) -> StepRun.Part {
    let state =
      generation.state
      ?? stepModel.makeSequence(in: generation.request == nil ? exactPool : pool)
    generation.state = state
    try state.reserve(count)
    let end = min(state.position + count, generation.tokens.count)
    let isLast = end == generation.tokens.count
    let wanted: Segment.Logits =
      generation.request == nil ? .all : isLast ? .last : .none
    let top = generation.request?.topLogProbabilities ?? 0
    // What is reported is the log-softmax of all logits.
    let isOpen = top == 0 && generation.mask == nil
    let screening = isLast && isOpen ? generation.sampler?.screening : nil
    let segment = Segment(
      state, tokens: Array(generation.tokens[min(state.position, end)..<end]), logits: wanted,
      screening: screening, cancellation: generation.cancellation)
    // Lent, not copied: the set of tokens that occurred stays in one place.
    let sampler = isLast ? generation.sampler.take() : nil
    let gate = isLast ? generation.gate.take() : nil
    return StepRun.Part(
      generation: generation, segment: segment, sampler: sampler, gate: gate,
      mask: isLast ? generation.mask : nil, topLogProbabilities: top > 0 ? top : nil)
  }

  private func finished(_ run: StepRun, took: Duration) {
    dispatchPrecondition(condition: .onQueue(queue))
    stepInFlight = nil
    var committed: Set<GenerationID> = []
    for part in run.parts {
      giveBack(part)
      switch part.outcome {
      case .dropped: break
      case .committed, .sampled, .held, .rows, .failed: committed.insert(part.generation.id)
      }
    }
    scheduler.finish(run.step, committed: committed, took: took)
    if let failure = run.failure {
      stepFailed(run, failure)
    } else {
      failedStepsInARow = 0
      for part in run.parts { take(part) }
    }
    // The run may live on for a moment on the queue that computed it; the states' pages must not.
    run.parts = []
    finishShutdownIfIdle()
    advance()
  }

  private func giveBack(_ part: StepRun.Part) {
    if let sampler = part.sampler { part.generation.sampler = sampler }
    if let gate = part.gate { part.generation.gate = gate }
  }

  /// Nothing of the step was computed: those in it end, and the engine too if this is how it goes.
  private func stepFailed(_ run: StepRun, _ failure: GenerationFailure) {
    failedStepsInARow += 1
    for part in run.parts { end(part.generation, .failed(failure)) }
    if failedStepsInARow == Self.failedStepsAllowed { fatal(failure) }
  }

  /// So many steps may fail one after the other; then it is not the callers' doing.
  private static let failedStepsAllowed = 3

  private func take(_ part: StepRun.Part) {
    let generation = part.generation
    guard !generation.hasEnded else {
      generation.state = nil
      return
    }
    if case .dropped = part.outcome { return }
    reportPrefill(generation, done: part.segment.state.position)
    switch part.outcome {
    case .dropped, .committed: break
    case .sampled(let sampled): take(sampled, for: generation)
    case .held(let logits): hold(generation, logits)
    case .rows(let rows):
      for row in rows { generation.tell(row: row) }
      if part.segment.state.position >= generation.tokens.count { finish(generation, .stop) }
    case .failed(let failure): end(generation, .failed(failure))
    }
  }

  private func reportPrefill(_ generation: Generation, done: Int) {
    let done = min(done, generation.promptCount)
    guard done > generation.reportedPrefill else { return }
    counters.promptTokens += UInt64(done - generation.reportedPrefill)
    generation.reportedPrefill = done
    generation.tell(.prefill(done: done, total: generation.promptCount))
  }
}
