import LFMModel
import Testing

/// A row's result depends on its own sequence alone, to the bit: however a prompt is cut, whoever is beside it, however
/// many threads compute. Unused pages are NaN throughout, so reading what is not there shows.
@Suite struct SamenessTests {
  static let references: [Reference] = [
    .oddF32, .untiedF16, .tapsBF16, .plainQ8, .mixedQ4, .kQuants, .lfm2Q8,
  ]
  static let families = ["exact", "fast"]

  @Test(arguments: references, families)
  func anySplitIntoChunks(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(
      reference.checkpoint, rows: 256, instructionSet: family)
    let whole = try model.logits(model.freshSequence(), tokens)
    for chunks in [[1], [2, 1, 7], [5], [13, 50], [63, 1, 1, 64], [64], [65, 3]] {
      let cut = try model.logits(model.freshSequence(), tokens, chunks: chunks)
      #expect(same(whole, cut), "chunks \(chunks)")
    }
  }

  @Test(arguments: references, families)
  func oneThreadAndMore(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let one = try makeModel(
      reference.checkpoint, threads: 1, rows: 256, instructionSet: family)
    let expected = try one.logits(one.freshSequence(), tokens, chunks: [40, 3, 1])
    for threads in [2, 3, 7] {
      let model = try makeModel(
        reference.checkpoint, threads: threads, rows: 256, instructionSet: family)
      #expect(same(expected, try model.logits(model.freshSequence(), tokens, chunks: [40, 3, 1])))
    }
  }

  /// Keys and values in 16 and 8 bits are read as they are stored, inside a chunk too.
  @Test(arguments: references, [KVLayout.Element.float16, .bytes, .int16])
  func anySplitOfWhatIsRounded(_ reference: Reference, _ element: KVLayout.Element) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(reference.checkpoint, rows: 256, instructionSet: "fast")
    let whole = try model.logits(model.freshSequence(element: element), tokens)
    for chunks in [[1], [2, 1, 7], [63, 1, 1, 64], [65, 3]] {
      let cut = try model.logits(model.freshSequence(element: element), tokens, chunks: chunks)
      #expect(same(whole, cut), "chunks \(chunks)")
    }
  }

  /// n sequences of different lengths in every step, against each alone.
  @Test(arguments: references, families)
  func batchEqualsSingles(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(
      reference.checkpoint, rows: 256, instructionSet: family)
    let lengths = [1, 9, 30, 61]
    let prompts = lengths.map { Array(tokens.suffix($0)) }
    let continuation = Array(tokens.prefix(6))
    let singles = try prompts.map { prompt in
      let state = try model.freshSequence()
      _ = try model.logits(state, prompt)
      return try model.logits(state, continuation, chunks: [1])
    }
    let pool = try model.makePool(positions: 1024, poisonsFreedPages: true)
    let states = prompts.map { _ in model.makeSequence(in: pool) }
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    _ = try model.forward(
      zip(states, prompts).map { Segment($0, tokens: $1, logits: .none) }, logits: buffer)
    for (step, token) in continuation.enumerated() {
      let results = try model.forward(
        states.map { Segment($0, tokens: [token]) }, logits: buffer)
      for (index, result) in results.enumerated() {
        #expect(result.committed && result.logitsRows.count == 1)
        #expect(same([buffer.row(result.logitsRows.lowerBound)], [singles[index][step]]))
      }
    }
  }

  /// A chunk of one prompt with decode rows of others riding on it.
  @Test(arguments: references, families)
  func mixedSegments(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(
      reference.checkpoint, rows: 256, instructionSet: family)
    let a = Array(tokens.prefix(40))
    let b = Array(tokens.suffix(20))
    let alone = try model.logits(model.freshSequence(), a)
    let other = try model.logits(model.freshSequence(), b)

    let pool = try model.makePool(positions: 1024, poisonsFreedPages: true)
    let first = model.makeSequence(in: pool)
    let second = model.makeSequence(in: pool)
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    _ = try model.forward(
      [Segment(first, tokens: Array(a.prefix(39)), logits: .none)], logits: buffer)
    let results = try model.forward(
      [
        Segment(second, tokens: Array(b.prefix(17)), logits: .all),
        Segment(first, tokens: [a[39]], logits: .last),
      ], logits: buffer)
    #expect(same(results[0].logitsRows.map { buffer.row($0) }, Array(other.prefix(17))))
    #expect(same(results[1].logitsRows.map { buffer.row($0) }, [alone[39]]))
  }

  @Test(arguments: references, families)
  func interleavedEqualsOneAfterTheOther(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(
      reference.checkpoint, rows: 256, instructionSet: family)
    let a = Array(tokens.prefix(33))
    let b = Array(tokens.suffix(33).reversed())
    let pool = try model.makePool(positions: 1024, poisonsFreedPages: true)
    let expectedA = try model.logits(model.makeSequence(in: pool), a)
    let expectedB = try model.logits(model.makeSequence(in: pool), b)
    let (first, second) = (model.makeSequence(in: pool), model.makeSequence(in: pool))
    var foundA: [[Float]] = []
    var foundB: [[Float]] = []
    for index in stride(from: 0, to: 33, by: 3) {
      foundA += try model.logits(first, Array(a[index..<index + 3]))
      foundB += try model.logits(second, Array(b[index..<index + 3]), chunks: [2, 1])
    }
    #expect(same(foundA, expectedA))
    #expect(same(foundB, expectedB))
  }

  /// Pages freed by one sequence and used by the next hold NaN in between.
  @Test(arguments: references, families)
  func reusedPagesLeakNothing(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let model = try makeModel(
      reference.checkpoint, rows: 256, instructionSet: family)
    let expected = try model.logits(model.freshSequence(), tokens)
    let pool = try model.makePool(positions: tokens.count + 63, poisonsFreedPages: true)
    for _ in 0..<3 {
      do {
        let other = model.makeSequence(in: pool)
        _ = try model.logits(other, tokens.reversed())
      }
      #expect(pool.usedPages == 0)
      #expect(same(expected, try model.logits(model.makeSequence(in: pool), tokens)))
    }
  }
}
