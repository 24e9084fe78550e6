import LFMCheckpoint
import LFMModel
import Testing

/// Candidates of a step against the logits of the same step.
@Suite struct ScreeningTests {
  static func expect(_ found: ScreenedRow?, in logits: [Float], largest: Int) throws {
    let found = try #require(found)
    let edge = logits.sorted(by: >)[min(largest, logits.count) - 1]
    let tokens = (0..<found.count).map { Int(found[$0].token) }
    #expect(found.unsound == nil)
    #expect(Set(tokens).isSuperset(of: logits.indices.filter { logits[$0] >= edge }))
    #expect(tokens.count < largest + 4)
    #expect((0..<found.count).allSatisfy { logits[tokens[$0]] == found[$0].score })
  }

  /// Rows with and without a screening in one step: the same bits as logits alone.
  @Test(arguments: [Reference.plainQ8, .mixedQ4, .kQuants], ["exact", "fast"])
  func candidatesAreTheLogits(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256, instructionSet: family)
    let prompts = [5, 9, 1, 30].map { Array(tokens.prefix($0)) }
    let expected = try prompts.map { try model.logits(model.freshSequence(), $0).last ?? [] }
    let pool = try model.makePool(positions: 1024, poisonsFreedPages: true)
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    // The buffer is used again, with other rows screened.
    for screens in [
      [true, false, true, true], [false, true, false, false], [true, true, true, true],
    ] {
      let results = try model.forward(
        prompts.indices.map { index in
          Segment(
            model.makeSequence(in: pool), tokens: prompts[index],
            screening: screens[index] ? Screening(largest: index * 3 + 1) : nil)
        }, logits: buffer)
      for (index, result) in results.enumerated() {
        let row = result.logitsRows.lowerBound
        if screens[index] {
          try Self.expect(buffer.screened(row), in: expected[index], largest: index * 3 + 1)
        } else {
          #expect(buffer.screened(row) == nil)
          #expect(same([buffer.row(row)], [expected[index]]))
        }
      }
    }
  }

  /// The penalty falls on the tokens that are marked.
  @Test func penaltyIsApplied() throws {
    let tokens = try Reference.plainQ8.tokens()
    let model = try makeModel(Reference.plainQ8.checkpoint)
    let logits = try #require(model.logits(model.freshSequence(), Array(tokens.prefix(8))).last)
    let best = try #require(logits.indices.max { logits[$0] < logits[$1] })
    var bits = [UInt64](repeating: 0, count: (logits.count + 63) / 64)
    bits[best / 64] = 1 << UInt64(best % 64)
    let buffer = LogitsBuffer(vocabularyCount: logits.count)
    _ = try model.forward(
      [
        Segment(
          model.freshSequence(), tokens: Array(tokens.prefix(8)),
          screening: Screening(largest: logits.count / 2, penalty: 2, penalized: bits))
      ], logits: buffer)
    var penalized = logits
    penalized[best] = logits[best] < 0 ? logits[best] * 2 : logits[best] / 2
    try Self.expect(buffer.screened(0), in: penalized, largest: logits.count / 2)
  }

  /// A head that says the same of thousands of tokens: there the row is made whole.
  @Test func tooManyEqualsAreGivenWhole() throws {
    var file = TestCheckpoint()
    file.metadata["lfm2moe.vocab_size"] = .integer(9000)
    file.tensors["token_embd.weight"] = .init(shape: [8, 9000])
    let model = try Model(file.open(), options: .init(threads: 2, maximumRows: 4))
    let buffer = LogitsBuffer(vocabularyCount: 9000)
    let results = try model.forward(
      [
        Segment(model.freshSequence(positions: 64), tokens: [1, 2], logits: .all),
        Segment(
          model.freshSequence(positions: 64), tokens: [1, 2], screening: Screening(largest: 3)),
      ], logits: buffer)
    let row = results[1].logitsRows.lowerBound
    #expect(row == 2 && buffer.screened(row) == nil)
    #expect(same([buffer.row(row)], [buffer.row(1)]))
  }
}
