import Dispatch
import LFMModel
import Synchronization
import Testing

/// Several queues on one model: steps wait for each other, a cancel from outside takes hold.
@Suite struct ConcurrencyTests {
  @Test func stepsFromManyQueuesDoNotMix() throws {
    let reference = Reference.plainQ8
    let tokens = Array(try reference.tokens().prefix(60))
    let model = try makeModel(reference.checkpoint, rows: 64)
    let expected = try model.logits(model.freshSequence(), tokens)
    let pool = try model.makePool(positions: 64 * 16, poisonsFreedPages: true)
    let agreed = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      let state = model.makeSequence(in: pool)
      let found = try? model.logits(state, tokens, chunks: [index + 1, 7])
      if let found, same(found, expected) { agreed.withLock { $0 += 1 } }
    }
    #expect(agreed.withLock { $0 } == 8)
    #expect(pool.usedPages == 0)
  }

  /// A flag raised while a step runs: the step ends early or commits, and the state is whole either way.
  @Test func cancellingWhileItRuns() throws {
    let reference = Reference.plainQ8
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256)
    let expected = try model.logits(model.freshSequence(), tokens)
    let pool = try model.makePool(positions: 512, poisonsFreedPages: true)
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    var cancelled = 0
    for delay in 0..<40 {
      let state = model.makeSequence(in: pool)
      let flag = CancellationFlag()
      DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(delay * 100)) {
        flag.cancel()
      }
      let result = try model.forward(
        [Segment(state, tokens: tokens, logits: .last, cancellation: flag)], logits: buffer)[0]
      if result.committed {
        #expect(state.position == tokens.count)
        #expect(same([buffer.row(0)], [expected.last!]))
      } else {
        cancelled += 1
        #expect(state.position == 0 && buffer.rowCount == 0)
        #expect(same(try model.logits(state, tokens), expected))
      }
    }
    print("\(cancelled) of 40 steps were cancelled on the way")
  }
}
