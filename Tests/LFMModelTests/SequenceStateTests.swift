import LFMModel
import Testing

/// Saving, restoring, cutting back, running out of pages, cancelling.
@Suite struct SequenceStateTests {
  @Test(arguments: SamenessTests.references)
  func savedAndRestored(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256)
    let expected = try model.logits(model.freshSequence(), tokens)
    for cut in [1, 2, 31, 64, 65] where cut < tokens.count {
      let state = try model.freshSequence()
      _ = try model.logits(state, Array(tokens.prefix(cut)))
      let snapshot = state.snapshot()
      // The original goes another way, and is then gone, before the copies are used.
      _ = try model.logits(state, tokens.reversed().prefix(30) + [])
      for _ in 0..<2 {
        let restored = SequenceState(restoring: snapshot)
        #expect(restored.position == cut)
        let rest = try model.logits(restored, Array(tokens.dropFirst(cut)))
        #expect(same(rest, Array(expected.dropFirst(cut))), "restored at \(cut)")
      }
      // And the original was not disturbed by them.
      let again = try model.freshSequence()
      _ = try model.logits(again, Array(tokens.prefix(cut)) + tokens.reversed().prefix(30))
      let next = try model.logits(state, [3, 1])
      #expect(same(next, try model.logits(again, [3, 1])))
    }
  }

  @Test func restoredSequencesShareFullPages() throws {
    let reference = Reference.plainQ8
    let model = try makeModel(reference.checkpoint, rows: 256)
    let pool = try model.makePool(positions: 1024)
    let state = model.makeSequence(in: pool)
    _ = try model.logits(state, Array(try reference.tokens().prefix(130)))
    #expect(pool.usedPages == 3)
    let snapshot = state.snapshot()
    let copies = (0..<4).map { _ in SequenceState(restoring: snapshot) }
    #expect(pool.usedPages == 3)
    for copy in copies { _ = try model.logits(copy, [1]) }
    #expect(pool.usedPages == 7, "each copied its tail page and no other")
    #expect(copies.allSatisfy { $0.position == 131 })
  }

  /// At every kind of position: the cut sequence goes on like one that was prefilled to there.
  @Test(arguments: SamenessTests.references, [256, 5])
  func cutBackAnywhere(_ reference: Reference, rows: Int) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: rows)
    let expected = try model.logits(model.freshSequence(), tokens, chunks: [rows])
    let length = model.hyperparameters.rewindLength
    for cut in [0, 1, 2, length - 1, length, length + 1, 40, 63, 64, 65]
    where tokens.indices.contains(cut) {
      let state = try model.freshSequence()
      _ = try model.logits(state, tokens, chunks: [rows])
      let recent = Array(tokens[max(0, cut - length)..<cut])
      #expect(try model.rewind(state, to: cut, recentTokens: recent))
      #expect(state.position == cut)
      #expect(state.pageCount == KVLayout.pages(for: cut))
      let rest = try model.logits(state, Array(tokens.dropFirst(cut)), chunks: [rows])
      let truth = expected.dropFirst(cut).map { $0.map(Double.init) }
      #expect(relativeError(rest, truth) < 1e-5, "cut to \(cut)")
    }
  }

  @Test func aCutWithWrongTokensIsRefused() throws {
    let model = try makeModel(Reference.oddF32.checkpoint)
    let state = try model.freshSequence()
    _ = try model.logits(state, [1, 2, 3, 4, 5, 6, 7, 8])
    for (position, recent) in [(9, []), (-1, []), (3, [1, 2]), (3, [1, 2, -3])] as [(Int, [Int32])]
    {
      #expect(throws: ModelError.self) {
        try model.rewind(state, to: position, recentTokens: recent)
      }
    }
    #expect(state.position == 8)
  }

  @Test func anExhaustedPoolLeavesTheStateAsItWas() throws {
    let reference = Reference.oddF32
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256)
    let pool = try model.makePool(positions: 64)
    let state = model.makeSequence(in: pool)
    _ = try model.logits(state, Array(tokens.prefix(60)))
    #expect(state.pagesNeeded(for: 4) <= 1)
    let error = #expect(throws: ModelError.self) {
      try model.logits(state, Array(tokens[60..<70]))
    }
    #expect(error?.kind == .outOfPages)
    #expect(state.position == 60)
    let rest = try model.logits(state, Array(tokens[60..<64]))
    let expected = try model.logits(model.freshSequence(), Array(tokens.prefix(64)))
    #expect(same(rest, Array(expected.suffix(4))))
  }

  @Test func aCancelledSegmentDropsOutAndTheOthersFinish() throws {
    let reference = Reference.mixedQ4
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256)
    let expected = try model.logits(model.freshSequence(), tokens)
    let pool = try model.makePool(positions: 1024, poisonsFreedPages: true)
    let (kept, cancelled) = (model.makeSequence(in: pool), model.makeSequence(in: pool))
    _ = try model.logits(cancelled, Array(tokens.prefix(20)))
    let flag = CancellationFlag()
    flag.cancel()
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    let results = try model.forward(
      [
        Segment(cancelled, tokens: Array(tokens[20..<50]), logits: .all, cancellation: flag),
        Segment(kept, tokens: Array(tokens.prefix(70)), logits: .all),
      ], logits: buffer)
    #expect(!results[0].committed && results[0].logitsRows.isEmpty)
    #expect(results[1].committed && buffer.rowCount == 70)
    #expect(same(results[1].logitsRows.map { buffer.row($0) }, Array(expected.prefix(70))))
    #expect(cancelled.position == 20)
    let rest = try model.logits(cancelled, Array(tokens.dropFirst(20)))
    #expect(same(rest, Array(expected.dropFirst(20))))
  }

  @Test func stepsThatMakeNoSenseAreRefused() throws {
    let model = try makeModel(Reference.oddF32.checkpoint, rows: 8)
    let state = try model.freshSequence()
    let other = try makeModel(Reference.mixedQ4.checkpoint).freshSequence()
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    let steps: [[Segment]] = [
      [], [Segment(state, tokens: [])], [Segment(state, tokens: [-1])],
      [Segment(state, tokens: [97])], [Segment(state, tokens: [.max])],
      [Segment(state, tokens: [Int32](repeating: 1, count: 9))],
      [Segment(state, tokens: [1]), Segment(state, tokens: [2])], [Segment(other, tokens: [1])],
    ]
    for step in steps {
      let error = #expect(throws: ModelError.self) { try model.forward(step, logits: buffer) }
      #expect(error?.kind == .badStep)
    }
    #expect(state.position == 0)
    #expect(try model.logits(state, [1]).count == 1, "the state is still of use")
  }

  @Test func theContextEnds() throws {
    let model = try makeModel(Reference.oddF32.checkpoint, rows: 512)
    let state = try model.freshSequence(positions: 5000)
    let tokens = [Int32](repeating: 5, count: 512)
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    for _ in 0..<8 {
      _ = try model.forward([Segment(state, tokens: tokens, logits: .none)], logits: buffer)
    }
    #expect(state.position == 4096)
    let error = #expect(throws: ModelError.self) {
      try model.forward([Segment(state, tokens: [1])], logits: buffer)
    }
    #expect(error?.kind == .contextExceeded)
  }

  @Test func layersAreCounted() throws {
    let model = try makeModel(Reference.oddF32.checkpoint)
    let before = model.layersFinished
    _ = try model.logits(model.freshSequence(), [1, 2])
    #expect(model.layersFinished == before + UInt64(model.hyperparameters.layers))
  }
}
