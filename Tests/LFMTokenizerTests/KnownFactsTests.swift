// What is known of LFM2.5-8B-A1B's tokenizer without its file: as much of its 128,000 rows as the facts give, rebuilt from LFM2's.
import Foundation
import LFMCheckpoint
import Testing

@testable import LFMTokenizer

@Suite(.enabled(if: Shared.isPresent, Shared.absent))
struct KnownFactsTests {
  private struct Facts: Decodable {
    struct Golden: Decodable {
      var text: String
      var ids: [TokenID]
    }
    struct Shift: Decodable {
      var lfm2Offset: Int
    }
    var vocabSize: Int
    var specialIds: [String: String]
    var baseShift: Shift
    var newTokensInferredByAlignment: [String: String]
    var golden: Golden
  }

  private func facts() throws -> Facts {
    try snakeCaseDecoder.decode(
      Facts.self, from: Shared.read("tokenizers/lfm25-8b-a1b/known_facts_and_golden_ids.json"))
  }

  /// A text as the vocabulary's file spells it.
  private func spelling(_ text: String) -> [UInt8] { text.utf8.flatMap { byteTexts[Int($0)] } }

  /// The rows that are known, at their ids; the others unused, LFM2's merges with all that they make.
  private func tokenizer(_ facts: Facts) throws -> Tokenizer {
    let lfm2 = try Checkpoint(path: Shared.vocabularyPath, requiring: .metadata).metadata
    let old = try lfm2.strings("tokenizer.ggml.tokens").map(\.array)
    // The only one of the new merges that the golden text needs; all other new tokens in it are whole pieces.
    let merges =
      try lfm2.strings("tokenizer.ggml.merges").map(\.array)
      + [spelling("\"]") + [UInt8(ascii: " ")] + spelling("}}")]
    var texts = (0..<facts.vocabSize).map { Array("[PAD\($0)]".utf8) }
    var kinds = [Int32](repeating: 5, count: facts.vocabSize)
    for id in 0...63_892 {
      texts[id] = old[id + facts.baseShift.lfm2Offset]
      kinds[id] = 1
    }
    for (id, text) in facts.newTokensInferredByAlignment {
      let row = try #require(Int(id))
      (texts[row], kinds[row]) = (spelling(text), 1)
    }
    for (id, text) in facts.specialIds {
      let row = try #require(Int(id))
      let name = text.prefix { $0 != " " }
      (texts[row], kinds[row]) = (Array(name.utf8), name.hasPrefix("<|") ? 3 : 4)
    }
    let vocabulary = try Vocabulary(
      texts: ByteStrings(texts), kinds: kinds,
      ids: VocabularyIDs(beginningOfText: 124_894, endOfText: 124_900, padding: 124_893))
    return try Tokenizer(vocabulary: vocabulary, merges: ByteStrings(merges))
  }

  @Test func theGoldenSequenceBothWays() throws {
    let facts = try facts()
    let tokenizer = try tokenizer(facts)
    #expect(tokenizer.vocabulary.count == 128_000)
    #expect(try tokenizer.bytes(of: facts.golden.ids) == Array(facts.golden.text.utf8))
    #expect(
      tokenizer.encode(facts.golden.text, parsesSpecialTokens: true) == facts.golden.ids)
  }

  @Test func specialTokensAreWhereTheyShouldBe() throws {
    let vocabulary = try tokenizer(facts()).vocabulary
    #expect(vocabulary.specialToken("<|im_start|>") == 124_899)
    #expect(vocabulary.specialToken("<think>") == 124_901)
    #expect(vocabulary.isSpecial(124_902))
    #expect(vocabulary.endOfGeneration == [124_895, 124_900])
  }
}
