import Foundation
import LFMGeneration
import LFMLanguage
import Testing

/// The recorded cases of other engines' parsers, where the shared test data is.
@Suite(
  .enabled(if: TestFiles.hasShared("toolcalls/lfm2_tool_calls.jsonl"), "needs ../shared/testdata"))
struct ToolCallSharedTests {
  private static let path = "toolcalls/lfm2_tool_calls.jsonl"

  /// A case that expects a tool of the model's own list to be refused without telling which tools there are.
  private static let undecidable = ["strict-rust/partial_then_fatal"]

  @Test func outputsAreReadAsRecorded() throws {
    var compared = 0
    for line in try TestFiles.lines(TestFiles.shared.appending(path: Self.path)) {
      let id = line["id"]?.text ?? ""
      guard !Self.undecidable.contains(id) else { continue }
      let expected = try #require(line["expected"]?.object)
      let tools = try line["tools"].map { try ToolDeclaration.read($0) }
      let output = ModelOutput.read(
        try #require(line["input"]?.text), prefill: line["prefill"]?.text ?? "", tools: tools)
      let calls = JSONValue.array(
        output.calls.map { call in
          .object(
            JSONObject([("name", .string(call.name)), ("arguments", .object(call.arguments))]))
        })
      #expect(calls == expected["tool_calls"], "\(id): \(output)")
      if let content = expected["content"]?.text {
        #expect(output.content.isSame(as: content), "\(id): \(output)")
      }
      #expect((output.thinking ?? "").isSame(as: expected["reasoning"]?.text ?? ""), "\(id)")
      for case .string(let piece) in line["content_contains"]?.array ?? [] {
        #expect(output.content.contains(piece), "\(id): \(output)")
      }
      compared += 1
    }
    #expect(compared == 71)
  }

  /// The recorded chunks, single characters, and every cut in two: the same events as for the whole.
  @Test func everyChunkingIsTheWhole() throws {
    for line in try TestFiles.lines(TestFiles.shared.appending(path: Self.path)) {
      let text = try #require(line["input"]?.text)
      let whole = ToolCallReaderTests.events([text])
      let scalars = text.unicodeScalars.map { String($0) }
      #expect(ToolCallReaderTests.events(scalars) == whole)
      if let chunks = line["chunks"]?.array?.compactMap(\.text) {
        #expect(chunks.joined().isSame(as: text))
        #expect(ToolCallReaderTests.events(chunks) == whole)
      }
      for cut in scalars.indices {
        let pieces = [scalars[..<cut].joined(), scalars[cut...].joined()]
        #expect(ToolCallReaderTests.events(pieces) == whole, "\(pieces)")
      }
    }
  }
}
