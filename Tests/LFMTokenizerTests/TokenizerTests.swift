import Testing

@testable import LFMTokenizer

struct TokenizerTests {
  @Test func equalsTheReference() throws {
    let tokenizer = try Fixture.tokenizer.get()
    for line in try Fixture.golden() {
      #expect(tokenizer.encode(line.text, parsesSpecialTokens: true) == line.ids, "\(line.text)")
      #expect(
        tokenizer.encode(line.text, parsesSpecialTokens: false) == line.plain, "\(line.text)")
    }
  }

  @Test func decodingUndoesEncoding() throws {
    let tokenizer = try Fixture.tokenizer.get()
    var generator = SplitMix(state: 7)
    for _ in 0..<2000 {
      let text = randomText(&generator)
      for parses in [true, false] {
        let ids = tokenizer.encode(text, parsesSpecialTokens: parses)
        #expect(try tokenizer.bytes(of: ids) == Array(text.utf8))
      }
    }
  }

  @Test func aTokenThatNoMergesMakeIsTakenWhole() throws {
    let tokenizer = try smallTokenizer(["abc"])
    #expect(tokenizer.encode("abc abc", parsesSpecialTokens: false) == [256, 32, 97, 98, 99])
  }

  @Test func bytesSkipsControlTokensOnly() throws {
    let tokenizer = try smallTokenizer(control: ["<|x|>"], userDefined: ["<t>"])
    let ids: [TokenID] = [65, 256, 257, 66]
    #expect(try tokenizer.bytes(of: ids) == Array("A<|x|><t>B".utf8))
    #expect(try tokenizer.bytes(of: ids, skipsSpecialTokens: true) == Array("A<t>B".utf8))
  }

  @Test func idsOutsideTheVocabularyAreNamed() throws {
    let tokenizer = try smallTokenizer()
    for id: TokenID in [-1, 256, .min, .max] {
      #expect {
        try tokenizer.bytes(of: [65, id])
      } throws: { error in
        (error as? TokenizerError)?.code == .tokenOutOfRange
          && "\(error)".contains("token 1 is \(id); this vocabulary has ids 0 to 255")
      }
    }
  }

  @Test func manyQueuesMayUseOneTokenizer() async throws {
    let tokenizer = try Fixture.tokenizer.get()
    let lines = try Fixture.golden()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          lines.allSatisfy { tokenizer.encode($0.text, parsesSpecialTokens: true) == $0.ids }
        }
      }
      for await isEqual in group { #expect(isEqual) }
    }
  }
}
