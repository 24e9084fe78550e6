import LFMGeneration

/// The logits of one generation whose mask was not there when its step ended, and what is chosen from them later.
///
/// `@unchecked Sendable`: made by the engine queue, handed to the masks' queue, and handed back.
final class HeldRow: @unchecked Sendable {
  private let logits: [Float]
  private(set) var tail: SamplingTail
  private(set) var result: Result<SampledTokens, GenerationFailure>

  init(logits: [Float], tail: SamplingTail) {
    self.logits = logits
    self.tail = tail
    result = .failure(GenerationFailure(.internalError, "nothing was chosen from a held row"))
  }

  /// On the masks' queue.
  func sample(allowed outcome: PendingMask.Outcome) {
    // A row is held seldom: the buffers are not worth keeping.
    var pool = CandidatePool(vocabularySize: logits.count)
    let logits = logits
    do throws(GenerationFailure) {
      let allowed = try outcome.get()
      result = .success(try tail.sample(logits.span, allowed: allowed, &pool))
    } catch {
      result = .failure(error)
    }
  }
}
