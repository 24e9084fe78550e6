import Testing

@testable import LFMTokenizer

struct VocabularyTests {
  private func vocabulary(
    _ extra: [(String, Int32)] = [], ids: VocabularyIDs = VocabularyIDs(), dropping: Int? = nil
  ) throws -> Vocabulary {
    var texts = byteTexts
    if let dropping { texts[dropping] = Array("Ġdropped".utf8) }
    return try Vocabulary(
      texts: ByteStrings(texts + extra.map { Array($0.0.utf8) }),
      kinds: [Int32](repeating: 1, count: 256) + extra.map(\.1), ids: ids)
  }

  @Test func knowsBytesKindsAndSpecialTokens() throws {
    let vocabulary = try vocabulary([
      ("<|im_end|>", 3), ("<think>", 4), ("marmot", 4), ("Ġriver", 1), ("[PAD260]", 5), ("水", 1),
      ("<unk>", 2),
    ])
    #expect(vocabulary.count == 263)
    #expect(vocabulary.specialToken("<|im_end|>") == 256)
    #expect(vocabulary.specialToken("<think>") == 257)
    #expect(vocabulary.specialToken("marmot") == nil)
    #expect(vocabulary.token(Array("marmot".utf8)) == 258)
    #expect(vocabulary.token(Array(" river".utf8)) == 259)
    #expect(vocabulary.token(Array("<|im_end|>".utf8)) == nil)
    #expect(vocabulary.token(Array("<think>".utf8)) == nil)
    #expect((0..<264).filter { vocabulary.isSpecial($0) } == [256, 257, 262])
    #expect(Array(vocabulary.bytes(of: 259)) == Array(" river".utf8))
    #expect(vocabulary.bytes(of: 260).isEmpty)
    #expect(vocabulary.kind(of: 260) == .unused)
    #expect(vocabulary.bytes(of: 262).isEmpty)
    // Not of the alphabet: it stands for its own text, and no text becomes it.
    #expect(Array(vocabulary.bytes(of: 261)) == Array("水".utf8))
    #expect(vocabulary.token(Array("水".utf8)) == nil)
    for id: TokenID in [-1, 263, .min, .max] {
      #expect(!vocabulary.contains(id))
      #expect(vocabulary.bytes(of: id).isEmpty)
    }
  }

  @Test func endOfGenerationIsTheEndTokenAndTheTwoThatAreControl() throws {
    let ids = VocabularyIDs(beginningOfText: 1, endOfText: 9, endOfTurn: 12, padding: 0)
    let both = try vocabulary([("<|endoftext|>", 3), ("<|im_end|>", 3)], ids: ids)
    #expect(both.endOfGeneration == [9, 12, 256, 257])
    #expect(both.isEndOfGeneration(257))
    #expect(!both.isEndOfGeneration(1))
    #expect(both.beginningOfText == 1 && both.endOfText == 9 && both.padding == 0)
    let text = try vocabulary([("<|im_end|>", 1)])
    #expect(text.endOfGeneration.isEmpty)
    #expect(text.beginningOfText == nil)
  }

  private func refusal(_ make: () throws -> Vocabulary) -> String {
    do {
      _ = try make()
      return "accepted"
    } catch let error as TokenizerError {
      return "\(error.code): \(error)"
    } catch { return "\(error)" }
  }

  @Test func refusalsNameKeyAndEntry() {
    let cases: [(String, () throws -> Vocabulary)] = [
      ("tokens[257] repeats entry 256", { try vocabulary([("ab", 1), ("ab", 1)]) }),
      ("tokens[257] repeats entry 256", { try vocabulary([("<|x|>", 3), ("<|x|>", 3)]) }),
      ("token_type[256] is 9", { try vocabulary([("ab", 9)]) }),
      ("token_type[256] is -1", { try vocabulary([("ab", -1)]) }),
      ("token_type[256] is 6", { try vocabulary([("<0x0A>", 6)]) }),
      ("no normal token for byte 65", { try vocabulary(dropping: 65) }),
      ("eos_token_id is 256", { try vocabulary(ids: VocabularyIDs(endOfText: 256)) }),
      ("bos_token_id is -1", { try vocabulary(ids: VocabularyIDs(beginningOfText: -1)) }),
      (
        "padding_token_id is 9223372036854775807",
        { try vocabulary(ids: VocabularyIDs(padding: .max)) }
      ),
      ("tokens has 0 entries", { try Vocabulary(texts: ByteStrings(), kinds: []) }),
      (
        "token_type has 2 entries; expected 1",
        { try Vocabulary(texts: ByteStrings([[65]]), kinds: [1, 1]) }
      ),
      (
        "tokens[256], a control token, has 1025 bytes",
        { try vocabulary([(String(repeating: "x", count: 1025), 3)]) }
      ),
    ]
    for (expected, make) in cases {
      let message = refusal(make)
      #expect(message.contains(expected) && message.hasPrefix("malformedVocabulary"), "\(message)")
    }
  }

  @Test func addedTokensMustBeUTF8() {
    let message = refusal {
      try Vocabulary(
        texts: ByteStrings(byteTexts + [[0x3C, 0xE2, 0x82]]),
        kinds: [Int32](repeating: 1, count: 256) + [3])
    }
    #expect(message.contains("tokens[256]"), "\(message)")
  }

  @Test func bytesThatUTF8NeverUsesMayBeMissing() throws {
    #expect(try vocabulary(dropping: 0xC0).token([0xC0]) == nil)
    #expect(try vocabulary(dropping: 0xFF).count == 256)
  }
}
