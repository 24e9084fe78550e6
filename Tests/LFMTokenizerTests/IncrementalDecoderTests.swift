import Testing

@testable import LFMTokenizer

struct IncrementalDecoderTests {
  @Test func streamsWhatTheWholeDecodes() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var generator = SplitMix(state: 5)
    for _ in 0..<500 {
      // Any ids: also cut characters, special tokens, unused rows.
      let ids = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        TokenID.random(in: 0..<TokenID(tokenizer.vocabulary.count), using: &generator)
      }
      for skips in [true, false] {
        var decoder = IncrementalDecoder(tokenizer: tokenizer, skipsSpecialTokens: skips)
        let text = ids.map { decoder.append($0) }.joined() + decoder.finish()
        let whole = try tokenizer.bytes(of: ids, skipsSpecialTokens: skips)
        #expect(
          Array(text.unicodeScalars)
            == Array(String(decoding: whole, as: UTF8.self).unicodeScalars))
      }
    }
  }

  @Test func aSpecialTokenDoesNotPartACharacter() throws {
    let tokenizer = try smallTokenizer(control: ["<|x|>"])
    var decoder = IncrementalDecoder(tokenizer: tokenizer)
    #expect(decoder.append(0xC3) == "")
    #expect(decoder.append(256) == "")
    #expect(decoder.append(0xA9) == "é")
    #expect(decoder.append(0xC3) == "")
    #expect(decoder.append(99_999) == "")
    #expect(decoder.append(-1) == "")
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(decoder.append(0x41) == "A")
    #expect(decoder.finish() == "")
  }

  @Test func showsSpecialTokensIfAsked() throws {
    let tokenizer = try smallTokenizer(control: ["<|x|>"])
    var decoder = IncrementalDecoder(tokenizer: tokenizer, skipsSpecialTokens: false)
    #expect(decoder.append(256) == "<|x|>")
  }
}
