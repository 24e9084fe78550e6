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
    for forced in sampled.forced where !generation.isOver {
      generation.forcedTokens += 1
      take(forced.token, nil, isAnswer: forced.isAnswer, for: generation)
    }
    if generation.isOver { return }
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
    let reason = called ? .toolCalls : reason
    guard let run = continuation(of: generation) else { return end(generation, .finished(reason)) }
    generation.finishing = reason
    // Its room is others' from now on.
    scheduler.remove(generation.id)
    generation.state = nil
    generation.preparation = texts.submit(
      bytes: generation.request?.prompt.textBytes ?? 0, step: { run.step() })
  }

  /// What finds out how the conversation goes on; `nil` if nobody asked or there is no conversation.
  private func continuation(of generation: Generation) -> ContinuationRun? {
    guard let turn = generation.text?.turn, case .chat(let chat)? = generation.request?.prompt,
      let template = try? preparation.template.get()
    else { return nil }
    return ContinuationRun(
      template, tokenizer, chat: chat, turn: turn, tokens: generation.tokens
    ) { [self] count in
      queue.async { [self] in
        guard !generation.hasEnded, let reason = generation.finishing else { return }
        generation.preparation = nil
        generation.continuedTokens = count
        end(generation, .finished(reason))
        advance()
      }
    }
  }

  /// Begins to work out which tokens may come next, while the step computes that they are chosen after.
  func prepareMask(of generation: Generation) {
    dispatchPrecondition(condition: .onQueue(queue))
    if generation.mask?.isSlow == true { generation.hasSlowMasks = true }
    let queue = generation.hasSlowMasks ? slowMasks : masks
    generation.mask = generation.gate?.restriction.map {
      PendingMask($0, tokenizer.vocabulary, on: queue)
    }
  }

  /// Chooses once the mask is there, on the masks' queue: the others' steps go on meanwhile.
  func hold(_ generation: Generation, _ logits: [Float]) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard let mask = generation.mask, let sampler = generation.sampler.take() else { return }
    let top = generation.request?.topLogProbabilities ?? 0
    let held = HeldRow(
      logits: logits,
      tail: SamplingTail(
        sampler: sampler, gate: generation.gate.take(),
        topLogProbabilities: top > 0 ? top : nil,
        endsThinking: generation.endsThinking.isRaised))
    mask.whenReady { [self] mask in
      held.sample(allowed: mask)
      queue.async { [self] in release(held, of: generation) }
    }
  }

  private func release(_ held: HeldRow, of generation: Generation) {
    (generation.sampler, generation.gate) = (held.tail.sampler, held.tail.gate)
    guard !generation.isOver else { return }
    switch held.result {
    case .success(let sampled): take(sampled, for: generation)
    case .failure(let failure): end(generation, .failed(failure))
    }
    advance()
  }
}
