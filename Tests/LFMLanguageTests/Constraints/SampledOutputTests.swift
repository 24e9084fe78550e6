import Foundation
import LFMCheckpoint
import LFMGeneration
import LFMTokenizer
import Testing

@testable import LFMLanguage

/// Outputs drawn from masks, as a model without any sense would write them.
@Suite struct SampledOutputTests {
  /// Every output that ends is a text of the grammar, and no output comes to a place where nothing may follow.
  @Test func whatEndsIsValid() throws {
    var random = SeededGenerator(seed: 20)
    let vocabulary = try ConstraintMatcherTests.vocabulary(
      ["\",", "\":", "\"}", "{\"", "[\"", "],", "}}", "true", "null", "12", "a b", ": "].map {
        Array($0.utf8)
      })
    let file = TestFiles.fixture("schemas.jsonl", orFrom: "LFM_SCHEMA_CASES")
    var ended = 0
    for line in try TestFiles.lines(file).prefix(150) {
      guard let schema = line["schema"], let grammar = try? JSONSchemaCompiler().compile(schema)
      else { continue }
      let constraint = TokenConstraint(try CompiledConstraint(grammar), vocabulary)
      for _ in 0..<2 {
        guard let text = try output(of: constraint, &random) else { continue }
        ended += 1
        #expect(SlowAcceptor.accepts(grammar, text), "\(schema.serialized)")
        #expect(throws: Never.self) { try JSONParser.parse(bytes: text) }
      }
    }
    #expect(ended > 100)
  }

  /// An output, or nil if it did not come to an end.
  private func output(
    of constraint: TokenConstraint, _ random: inout SeededGenerator
  ) throws -> [UInt8]? {
    let vocabulary = constraint.vocabulary.vocabulary
    let end = try #require(vocabulary.specialToken("<|im_end|>"))
    var matcher = try constraint.matcher()
    var mask = TokenMask(tokenCount: vocabulary.count)
    var text: [UInt8] = []
    for step in 0..<160 {
      try matcher.mask(into: &mask)
      if mask.contains(end) { return text }
      var allowed = (0..<TokenID(vocabulary.count)).filter { mask.contains($0) }
      #expect(!allowed.isEmpty, "a dead end after \(String(decoding: text, as: UTF8.self))")
      // Soon to an end: what closes comes first.
      if step > 12 || Bool.random(using: &random) {
        let closing = allowed.filter { $0 == 0x22 || $0 == 0x7D || $0 == 0x5D }
        if !closing.isEmpty { allowed = closing }
      }
      guard let token = allowed.randomElement(using: &random) else { return nil }
      #expect(try matcher.advance(token))
      text += vocabulary.bytes(of: token)
    }
    return nil
  }

  private static let vocabularyPath = TestFiles.shared
    .appending(path: "tokenizers/lfm2/lfm2-vocab-only.gguf").path

  @Test(
    .enabled(
      if: TestFiles.hasShared("tokenizers/lfm2/lfm2-vocab-only.gguf"),
      "../shared/testdata is not here"))
  func masksOverARealVocabulary() throws {
    let tokenizer = try Tokenizer(
      checkpoint: Checkpoint(path: Self.vocabularyPath, requiring: .metadata))
    let schema = try JSONParser.parse(
      """
      {"type":"object","properties":{"name":{"type":"string","maxLength":12},"n":{"type":"number"},
      "tags":{"type":"array","items":{"enum":["red","green"]}},"more":{}},"required":["name","tags"]}
      """)
    let text =
      #"{"name": "Zoë 日本", "n": -12.5e3, "tags": ["red", "green"], "more": {"x": ["\n"]}, "y": 1}"#
    let constraint = TokenConstraint(
      try CompiledConstraint(.jsonSchema(schema)), ConstraintVocabulary(tokenizer.vocabulary))
    var matcher = try constraint.matcher()
    var mask = TokenMask(tokenCount: tokenizer.vocabulary.count)
    var random = SeededGenerator(seed: 3)
    for token in tokenizer.encode(text, parsesSpecialTokens: false) {
      try matcher.mask(into: &mask)
      for _ in 0..<600 {
        let other = TokenID.random(in: 0..<TokenID(tokenizer.vocabulary.count), using: &random)
        #expect(mask.contains(other) == (try matcher.allows(other)), "token \(other)")
      }
      #expect(mask.contains(token))
      #expect(try matcher.advance(token))
    }
    #expect(matcher.isComplete)
  }
}
