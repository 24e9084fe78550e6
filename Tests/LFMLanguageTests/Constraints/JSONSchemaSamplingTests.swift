import Foundation
import LFMGeneration
import LFMLanguage
import Testing

/// What a grammar lets a model write is JSON, is what the schema asks, and is what the readers read.
@Suite struct JSONSchemaSamplingTests {
  /// With `LFM_SCHEMA_SAMPLES`, schemas and samples are also written there, for a judge from outside.
  @Test func samplesAreValid() throws {
    let file = TestFiles.fixture("schemas.jsonl", orFrom: "LFM_SCHEMA_CASES")
    var samples = ""
    for (index, line) in try TestFiles.lines(file).enumerated() {
      let schema = try #require(line["schema"])
      guard let grammar = try? JSONSchemaCompiler().compile(schema) else { continue }
      var sampler = GrammarSampler(grammar, seed: UInt64(index))
      var texts: [JSONValue] = []
      for _ in 0..<4 {
        let bytes = sampler.text()
        let text = String(decoding: bytes, as: UTF8.self)
        let value = try? JSONParser.parse(bytes: bytes)
        #expect(value != nil, "\(text) under \(schema.serialized)")
        #expect(BothAcceptors.accepts(grammar, bytes), "\(text) under \(schema.serialized)")
        texts.append(.string(text))
      }
      samples +=
        JSONValue.object(JSONObject([("schema", schema), ("texts", .array(texts))])).serialized
        + "\n"
    }
    if let path = ProcessInfo.processInfo.environment["LFM_SCHEMA_SAMPLES"] {
      try Data(samples.utf8).write(to: URL(filePath: path))
    }
  }

  /// The arguments that are read back satisfy the schema: written as JSON, its grammar takes them.
  @Test func sampledCallsAreReadBack() throws {
    let file = TestFiles.fixture("schemas.jsonl", orFrom: "LFM_SCHEMA_CASES")
    for (index, line) in try TestFiles.lines(file).enumerated() {
      guard case .object(var schema)? = line["schema"] else { continue }
      schema.set("type", .string("object"))
      let tool = ToolDeclaration(name: "f", parameters: .object(schema))
      guard let grammar = try? ToolCallGrammar.compile(tools: [tool]) else { continue }
      let arguments = try JSONSchemaCompiler().compile(tool.parameters)
      var sampler = GrammarSampler(grammar, seed: UInt64(index))
      for _ in 0..<3 {
        let text = String(decoding: sampler.text(), as: UTF8.self)
        let output = ModelOutput.read("<|tool_call_start|>" + text + "<|tool_call_end|>")
        // A grammar does not remember keys of limited length that it only describes.
        if output.problems.contains(where: { $0.reason.contains("twice") }) { continue }
        #expect(output.problems.isEmpty && !output.calls.isEmpty, "\(text): \(output.problems)")
        for call in output.calls {
          let written = JSONValue.object(call.arguments).serialized
          // Not all spellings of large multiples are taken; this may not be the one that was written.
          if written.contains("e+") { continue }
          let isTaken = BothAcceptors.accepts(arguments, written)
          #expect(isTaken, "\(text): \(written) under \(tool.parameters.serialized)")
        }
      }
    }
  }
}
