import Foundation
import LFMGeneration
import LFMLanguage
import Testing

/// Random schemas and instances, judged by `jsonschema` from PyPI (`Tools/language-fixtures/make_schemas.py`).
@Suite struct JSONSchemaRandomTests {
  @Test func agreesWithTheReference() throws {
    let file = TestFiles.fixture("schemas.jsonl", orFrom: "LFM_SCHEMA_CASES")
    var compiled = 0
    var instances = 0
    var refusals: [String: Int] = [:]
    for line in try TestFiles.lines(file) {
      let schema = try #require(line["schema"])
      let cases = (line["cases"]?.array ?? []).compactMap(\.array)
      let grammar: Grammar
      do {
        grammar = try JSONSchemaCompiler().compile(schema)
      } catch {
        let reason = error.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        refusals[reason, default: 0] += 1
        if error.message.hasSuffix("no value satisfies it") {
          #expect(cases.allSatisfy { $0[1] == .bool(false) }, "empty: \(schema.serialized)")
        }
        continue
      }
      compiled += 1
      for instance in cases {
        instances += 1
        let isAccepted = BothAcceptors.accepts(grammar, instance[0].serialized)
        #expect(
          isAccepted == (instance[1] == .bool(true)),
          "\(instance[0].serialized) under \(schema.serialized)")
      }
    }
    print("random schemas: \(compiled) compiled with \(instances) instances; refused:")
    for (reason, count) in refusals.sorted(by: { $0.value > $1.value }) {
      print("  \(count) \(reason.prefix(160))")
    }
    #expect(compiled > 0)
  }
}
