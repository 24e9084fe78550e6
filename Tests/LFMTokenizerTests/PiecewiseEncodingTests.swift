import Testing

@testable import LFMTokenizer

struct PiecewiseEncodingTests {
  private func steps(_ encoding: PiecewiseEncoding, budget: Int) -> (ids: [TokenID], count: Int) {
    var encoding = encoding
    var count = 1
    while !encoding.step(budget: budget) { count += 1 }
    #expect(encoding.bytesDone == encoding.byteCount)
    return (encoding.ids, count)
  }

  @Test func theCutIntoStepsMakesNoDifference() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var generator = SplitMix(state: 13)
    for _ in 0..<300 {
      let text = randomText(&generator)
      for parses in [true, false] {
        let whole = tokenizer.encode(text, parsesSpecialTokens: parses)
        for budget in [1, 7, 64, 1000] {
          let encoding = PiecewiseEncoding(
            text, parsesSpecialTokens: parses, tokenizer: tokenizer)
          #expect(steps(encoding, budget: budget).ids == whole)
        }
      }
    }
  }

  /// A piece of any length is worked on in steps: the number of steps grows with the text, not with its pieces.
  @Test(arguments: ["a", "\n", "é", "🚀", "river", " ", "<|im_start|>"])
  func oneLongPieceIsManySteps(_ unit: String) throws {
    let tokenizer = try Fixture.tokenizer.get()
    let text = String(repeating: unit, count: 4000)
    let encoding = PiecewiseEncoding(text, parsesSpecialTokens: true, tokenizer: tokenizer)
    let (ids, count) = steps(encoding, budget: 256)
    #expect(ids == tokenizer.encode(text, parsesSpecialTokens: true))
    #expect(count >= text.utf8.count / 256)
    #expect(try tokenizer.bytes(of: ids) == Array(text.utf8))
  }

  @Test func anEmptyTextIsDoneAtOnce() throws {
    let tokenizer = try smallTokenizer()
    #expect(
      steps(PiecewiseEncoding("", parsesSpecialTokens: true, tokenizer: tokenizer), budget: 0).ids
        == [])
    #expect(steps(PiecewiseEncoding([], tokenizer: tokenizer), budget: -5).count == 1)
  }

  @Test func aCopyGoesItsOwnWay() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var first = PiecewiseEncoding(
      "the river's stone", parsesSpecialTokens: false, tokenizer: tokenizer)
    _ = first.step(budget: 20)
    let second = first
    #expect(steps(first, budget: 1).ids == steps(second, budget: 100).ids)
  }

  /// What a prompt is refused by before it is tokenized: never more than the truth, never less than before.
  @Test func theLeastCountGrowsToTheCount() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var generator = SplitMix(state: 31)
    let long = ["river", " ", "\n", "<|im_start|>", "🚀"].map { String(repeating: $0, count: 3000) }
    for text in (0..<100).map({ _ in randomText(&generator) }) + long {
      var encoding = PiecewiseEncoding(text, parsesSpecialTokens: true, tokenizer: tokenizer)
      var counts = [encoding.leastCount]
      while !encoding.step(budget: 200) { counts.append(encoding.leastCount) }
      counts.append(encoding.leastCount)
      #expect(counts == counts.sorted())
      #expect(counts.last == encoding.ids.count)
      #expect(text.isEmpty || counts[0] > 0)
    }
  }
}
