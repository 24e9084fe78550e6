import Foundation
import LFMGeneration
import Testing

@testable import LFMLanguage

/// Cases of other projects: which texts their grammars of a schema take.
///
/// Where they are narrower than JSON Schema (16 digits at most, members in one order, no white space, `strict_mode`), ours is right to
/// take more: a case that says no is passed over if the text is JSON and valid by `SchemaCheck`.
@Suite struct JSONSchemaSharedTests {
  private struct Outcome {
    var right = 0
    var wider = 0
    var widerNames: [String: Int] = [:]
    var wrong: [String] = []
    var refused: [String: Int] = [:]
  }

  private func check(
    _ schema: JSONValue, _ texts: [(String, Bool)], _ name: String, _ outcome: inout Outcome,
    _ known: inout [[UInt8]: Result<Grammar, GenerationFailure>]
  ) {
    let key = Array(schema.serialized.utf8)
    let result =
      known[key]
      ?? Result { () throws(GenerationFailure) in try JSONSchemaCompiler().compile(schema) }
    known[key] = result
    switch result {
    case .failure(let failure): outcome.refused["\(name): \(failure.message)", default: 0] += 1
    case .success(let grammar):
      for (text, isAccepted) in texts {
        if BothAcceptors.accepts(grammar, text) == isAccepted {
          outcome.right += 1
        } else if !isAccepted, Self.isValid(text, schema) {
          outcome.wider += 1
          outcome.widerNames[name, default: 0] += 1
        } else {
          outcome.wrong.append(
            "\(name): \(isAccepted ? "refused" : "taken"): \(text.prefix(120)) under \(schema.serialized.prefix(300))"
          )
        }
      }
    }
  }

  private static func isValid(_ text: String, _ schema: JSONValue) -> Bool {
    guard let value = try? JSONParser.parse(text) else { return false }
    // What the check does not look at.
    let text = schema.serialized
    let unseen = ["\"pattern\"", "\"format\"", "\"patternProperties\"", "\"propertyNames\""]
    if unseen.contains(where: text.contains) { return false }
    return SchemaCheck.accepts(value, under: schema)
  }

  private func report(_ name: String, _ outcome: Outcome) {
    print(
      "\(name): \(outcome.right) as there, \(outcome.wider) valid ones taken that are not there")
    for (name, count) in outcome.widerNames.sorted(by: { $0.key < $1.key }) {
      print("  wider \(count): \(name)")
    }
    for (reason, count) in outcome.refused.sorted(by: { $0.key < $1.key }) {
      print("  refused \(count): \(reason)")
    }
    #expect(outcome.wrong.isEmpty, "\(outcome.wrong.joined(separator: "\n"))")
  }

  @Test func llamacpp() throws {
    let path = "structured/llamacpp/grammar_integration.jsonl"
    guard TestFiles.hasShared(path) else { return print("skipped: no \(path)") }
    var outcome = Outcome()
    var known: [[UInt8]: Result<Grammar, GenerationFailure>] = [:]
    for line in try TestFiles.lines(TestFiles.shared.appending(path: path))
    where line["kind"]?.text == "json_schema" {
      let schema = try #require(line["schema"])
      let accepted = (line["accept"]?.array ?? []).compactMap(\.text).map { ($0, true) }
      let rejected = (line["reject"]?.array ?? []).compactMap(\.text).map { ($0, false) }
      check(schema, accepted + rejected, line["name"]?.text ?? "", &outcome, &known)
    }
    report("llama.cpp", outcome)
  }

  @Test func llamacppSchemas() throws {
    let path = "structured/llamacpp/json_schema_to_grammar.jsonl"
    guard TestFiles.hasShared(path) else { return print("skipped: no \(path)") }
    for line in try TestFiles.lines(TestFiles.shared.appending(path: path)) {
      guard let schema = line["schema"] else { continue }
      let name = line["name"]?.text ?? ""
      let shouldCompile = line["status"]?.text == "SUCCESS"
      do {
        _ = try JSONSchemaCompiler().compile(schema)
        if !shouldCompile { print("llama.cpp refuses \(name): \(schema.serialized.prefix(200))") }
      } catch {
        if shouldCompile { print("llama.cpp takes \(name): \(error.message)") }
      }
    }
  }

  /// Where xgrammar is not JSON Schema, or a format not its RFC: the beginning of a test's name, and what is different there.
  private static let otherwise = [
    ("test_any_order", "keys may come twice"),
    ("test_hostname_format[w--ww", "hyphens at the third and fourth place are IDNA's"),
    ("test_utf8_object_array_in_enum", "an enum's values need not be of the type"),
    ("test_object_with_pattern_properties_and_property_names", "undeclared members are forbidden"),
    ("test_complex_restrictions", "patterns match the whole text"),
    ("test_uri_template_format['", "an apostrophe, by RFC 6570's erratum 6937"),
    ("test_ipv4_format[00.", "leading zeros"),
    ("test_date_time_format[2024-12-31T23:45:60", "leap seconds at any minute"),
  ]

  @Test func xgrammar() throws {
    let path = "structured/xgrammar/accept_cases.jsonl"
    guard TestFiles.hasShared(path) else { return print("skipped: no \(path)") }
    var outcome = Outcome()
    var known: [[UInt8]: Result<Grammar, GenerationFailure>] = [:]
    for line in try TestFiles.lines(TestFiles.shared.appending(path: path))
    where line["kind"]?.text == "json_schema" {
      guard let given = line["grammar"], let text = line["string"]?.text else { continue }
      let name = line["test"]?.text ?? ""
      if Self.otherwise.contains(where: { name.hasPrefix($0.0) }) { continue }
      let schema: JSONValue =
        if case .string(let text) = given { try JSONParser.parse(text) } else { given }
      check(
        schema, [(text, line["accept"] == .bool(true))], name, &outcome, &known)
    }
    report("xgrammar", outcome)
  }
}
