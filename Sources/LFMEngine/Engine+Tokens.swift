import Dispatch
import LFMGeneration
import LFMLanguage
import LFMModel
import LFMTokenizer

// Deals out tokens: to the text, to the caller, to the scheduler; and the masks that the next ones need.
extension Engine {
  /// Takes what a step gave a generation.
  func take(_ sampled: SampledTokens, for generation: Generation) {
    dispatchPrecondition(condition: .onQueue(queue))
    take(sampled.token, sampled.report, isAnswer: sampled.isAnswer, for: generation)
    for forced in sampled.forced where !generation.hasEnded {
      generation.forcedTokens += 1
      take(forced.token, nil, isAnswer: forced.isAnswer, for: generation)
    }
    if generation.hasEnded { return }
    if generation.gate?.isOver == true { return finish(generation, .stop) }
    prepareMask(of: generation)
  }

  private func take(
    _ token: TokenID, _ report: TokenLogProbability?, isAnswer: Bool, for generation: Generation
  ) {
    guard let stop = generation.stop else { return }
    if generation.firstToken == nil { generation.firstToken = .now }
    counters.generatedTokens += 1
    generation.tokens.append(token)
    let events =
      generation.text?.append(
        token, report: report, isSilent: stop.isEnd(token), isAnswer: isAnswer) ?? []
    for event in events { generation.tell(event) }
    let repeats = generation.repetition?.append(token) != nil
    let reason = stop.reason(
      after: token, generated: generation.generatedCount, total: generation.tokens.count,
      stopString: generation.text?.hasStopped ?? false,
      isThinking: generation.text?.isThinking ?? false)
    if let reason = reason ?? (repeats ? .repetition : nil) {
      finish(generation, reason)
    } else {
      scheduler.extend(generation.id)
    }
  }

  func finish(_ generation: Generation, _ reason: FinishReason) {
    for event in generation.text?.finish() ?? [] { generation.tell(event) }
    let called = reason == .stop && generation.text?.hasCalled == true
    end(generation, .finished(called ? .toolCalls : reason))
  }

  /// Begins to work out which tokens may come next, while the step computes that they are chosen after.
  func prepareMask(of generation: Generation) {
    dispatchPrecondition(condition: .onQueue(queue))
    generation.mask = generation.gate?.restriction.map {
      PendingMask($0, tokenizer.vocabulary, on: masks)
    }
  }

  /// Chooses once the mask is there, on the masks' queue: the others' steps go on meanwhile.
  func hold(_ generation: Generation, _ logits: [Float]) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let mask = generation.mask else { return }
    let top = generation.request?.topLogProbabilities ?? 0
    let held = HeldRow(
      logits: logits,
      tail: SamplingTail(
        sampler: generation.sampler.take(), gate: generation.gate.take(),
        topLogProbabilities: top > 0 ? top : nil,
        endsThinking: generation.endsThinking.isRaised))
    mask.whenReady { [self] mask in
      held.sample(allowed: mask)
      queue.async { [self] in release(held, of: generation) }
    }
  }

  private func release(_ held: HeldRow, of generation: Generation) {
    (generation.sampler, generation.gate) = (held.tail.sampler, held.tail.gate)
    guard !generation.hasEnded else { return }
    switch held.result {
    case .success(let sampled): take(sampled, for: generation)
    case .failure(let failure): end(generation, .failed(failure))
    }
    advance()
  }
}
