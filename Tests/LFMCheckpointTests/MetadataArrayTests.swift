import LFMCheckpoint
import Testing

@Suite struct MetadataArrayTests {
  /// A vocabulary as long as the largest in use: every element is found, in place.
  @Test func longVocabulary() throws {
    let texts = (0..<128_000).map { "token \($0 % 977) of \($0)" }
    var writer = GGUFWriter()
    writer.add("tokenizer.ggml.tokens", .array(8, texts.map { .string($0) }))
    writer.add("after", .uint8(7))
    let checkpoint = try open(writer.bytes(), requiring: .metadata)
    let strings = try checkpoint.metadata.strings("tokenizer.ggml.tokens")
    #expect(strings.count == texts.count)
    #expect(zip(strings, texts).allSatisfy { $0.string == $1 })
    let lengths = strings.indices.map { index in strings.withSpan(at: index) { $0.count } }
    #expect(lengths == texts.map(\.utf8.count))
    #expect(try checkpoint.metadata.integer("after") == 7)
  }

  @Test func stringsOutliveTheCheckpoint() throws {
    var checkpoint: Checkpoint? = try open(GGUFWriter.small().bytes())
    let strings = try checkpoint?.metadata.strings("a.vocabulary")
    checkpoint = nil
    #expect(strings?[2].array == Array("né".utf8))
    #expect(strings?[1].count == 0)
  }
}
