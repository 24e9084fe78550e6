import Testing

@testable import LFMTokenizer

struct PromptSegmentTests {
  /// The property that keeps users' text from speaking as the system does.
  @Test func textNeverBecomesASpecialToken() throws {
    let tokenizer = try Fixture.tokenizer.get()
    let specials = (0..<TokenID(tokenizer.vocabulary.count)).filter {
      tokenizer.vocabulary.isSpecial($0)
    }
    #expect(specials.count == 10)
    let spellings = try specials.map {
      String(decoding: try tokenizer.bytes(of: [$0]), as: UTF8.self)
    }
    var generator = SplitMix(state: 9)
    for _ in 0..<2000 {
      var text = randomText(&generator)
      text += spellings.randomElement(using: &generator) ?? ""
      text += randomText(&generator, pieces: 3)
      // Cut anywhere, so that pieces of special tokens meet at borders.
      let segments = cut(text, &generator)
      #expect(!tokenizer.encode(segments).contains { tokenizer.vocabulary.isSpecial($0) })
      let plain = tokenizer.encode(text, parsesSpecialTokens: false)
      #expect(!plain.contains { tokenizer.vocabulary.isSpecial($0) })
    }
  }

  @Test func bordersOfTextMakeNoDifference() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var generator = SplitMix(state: 10)
    for _ in 0..<500 {
      let text = randomText(&generator)
      #expect(
        tokenizer.encode(cut(text, &generator))
          == tokenizer.encode(text, parsesSpecialTokens: false))
    }
  }

  /// Where no user text holds a special token, a prompt of segments is the reference's encoding of its text.
  @Test func segmentsEqualTheParsedText() throws {
    let tokenizer = try Fixture.tokenizer.get()
    let segments: [PromptSegment] = [
      .special("<|startoftext|>"), .special("<|im_start|>"), .text("us"), .text("er"), .text("\n"),
      .text(" The river's"), .text(""), .text("  "), .special("<|im_end|>"), .text("\n"),
      .special("<think>"), .token(65), .text("\n  x "), .special("</think>"),
    ]
    let parts: [[TokenID]] = [
      tokenizer.encode(
        "<|startoftext|><|im_start|>user\n The river's  <|im_end|>\n<think>",
        parsesSpecialTokens: true),
      [65], tokenizer.encode("\n  x </think>", parsesSpecialTokens: true),
    ]
    #expect(tokenizer.encode(segments) == parts.flatMap { $0 })
  }

  @Test func aSpecialTokenThatIsMissingIsText() throws {
    let tokenizer = try smallTokenizer(control: ["<|x|>"])
    #expect(tokenizer.encode([.special("<|x|>"), .special("<|y|>")]).count == 6)
    #expect(tokenizer.encode([.special("a"), .text("b"), .special("<|x|>")]) == [97, 98, 256])
    #expect(tokenizer.encode([]) == [])
  }

  private func cut(_ text: String, _ generator: inout SplitMix) -> [PromptSegment] {
    var segments: [PromptSegment] = []
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...8, using: &generator)
      segments.append(.text(String(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    return segments
  }
}
