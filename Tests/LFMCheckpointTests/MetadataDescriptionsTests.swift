import LFMCheckpoint
import Testing

@Suite struct MetadataDescriptionsTests {
  @Test func previews() throws {
    let metadata = try open(GGUFWriter.small().bytes()).metadata
    let expected = [
      "general.architecture": "\"lfm2moe\"", "a.int8": "-100", "a.float32": "0.2",
      "a.bool": "true", "a.uint64": "18446744073709551615", "an.array": "[8, 0, 8]",
      "a.vocabulary": "[\"a\", \"\", \"né\"]",
      "a.nest": "[array of 1 uint8, array of 1 string]",
    ]
    for (key, preview) in expected { #expect(metadata[key]?.preview == preview) }
    #expect(metadata["an.array"]?.summary == "array of 3 int32")
    #expect(metadata["a.int16"]?.summary == "int16 -30000")
  }

  @Test func summariesAreOneShortLine() throws {
    var writer = GGUFWriter()
    writer.add("long", .string(String(repeating: "line\n\u{1B}[31m", count: 10_000)))
    let metadata = try open(writer.bytes(), requiring: .metadata).metadata
    let summary = try #require(metadata["long"]?.summary)
    #expect(summary.count < 200)
    #expect(!summary.contains("\n") && !summary.contains("\u{1B}"))
    #expect(summary.hasPrefix("string \"line\\n"))
  }

  @Test func longArraysAreCut() throws {
    var writer = GGUFWriter()
    writer.add("many", .array(0, (0..<100).map { .uint8($0) }))
    let metadata = try open(writer.bytes(), requiring: .metadata).metadata
    #expect(metadata["many"]?.preview == "[0, 1, 2, 3, 4, 5, 6, 7, …]")
  }
}
