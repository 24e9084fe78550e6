import Foundation
import LFMLanguage
import Testing

@testable import struct LFMLanguage.SchemaCheck

struct SchemaCheckTests {
  @Test(arguments: [
    (#"{"type":"string"}"#, "1", ["the arguments: should be a string, not a number"]),
    (
      #"{"properties":{"a":{"type":["integer","null"]}}}"#, #"{"a":1.5}"#,
      ["argument a: should be an integer or null, not a number"]
    ),
    (#"{"required":["a"]}"#, "{}", ["argument a: is missing"]),
    (
      #"{"properties":{"a":{"items":{"type":"integer"}}}}"#, #"{"a":[1,"x"]}"#,
      ["argument a[1]: should be an integer, not a string"]
    ),
    (
      #"{"properties":{},"additionalProperties":false}"#, #"{"b":1}"#,
      ["argument b: the schema has no argument of this name"]
    ),
    (
      #"{"properties":{"a":{"properties":{"b":{"enum":["x"]}}}}}"#, #"{"a":{"b":"y"}}"#,
      ["argument a.b: is none of the 1 values that the schema lists"]
    ),
    (
      #"{"properties":{"a":{"minimum":2,"maximum":3}}}"#, #"{"a":4}"#,
      ["argument a: is more than 3"]
    ),
    (
      ##"{"properties":{"a":{"$ref":"#/$defs/t"}},"$defs":{"t":{"type":"boolean"}}}"##, #"{"a":0}"#,
      ["argument a: should be a boolean, not a number"]
    ),
    (
      #"{"anyOf":[{"required":["a"]},{"required":["b"]}]}"#, "{}",
      ["the arguments: fits none of the alternatives"]
    ),
  ])
  func faultsAreNamed(schema: String, value: String, problems: [String]) throws {
    #expect(
      try SchemaCheck.problems(of: JSONParser.parse(value), under: JSONParser.parse(schema))
        == problems)
  }

  /// An inner schema that was not looked at whole is not taken to fit where that would be the fault.
  @Test(arguments: [
    (#"{"not":{"pattern":"^a"}}"#, true), (#"{"not":{"type":"string","pattern":"^a"}}"#, true),
    (#"{"not":{"type":"string","title":"t"}}"#, false),
    (#"{"oneOf":[{"pattern":"^a"},{"type":"string"}]}"#, true),
    (#"{"oneOf":[{"pattern":"^a"},{"pattern":"^b"}]}"#, true),
    (#"{"oneOf":[{"pattern":"^a"},{"type":"string"},{"minLength":1}]}"#, false),
    (#"{"oneOf":[{"type":"integer","pattern":"^a"},{"type":"null"}]}"#, false),
    (#"{"anyOf":[{"type":"integer","pattern":"^a"}]}"#, false),
    (#"{"not":{"allOf":[{"not":{"format":"date"}}]}}"#, true),
    (#"{"not":{"$ref":"other.json"}}"#, true),
    (#"{"if":{"pattern":"^a"},"then":{"type":"null"},"else":{"type":"null"}}"#, true),
    (#"{"if":{"minLength":9},"then":false,"else":{"type":"null"}}"#, false),
    // What was passed over does not matter where the verdict does not hang on it.
    (#"{"not":{"anyOf":[{"type":"integer","format":"int32"},{"type":"string"}]}}"#, false),
    (#"{"not":{"anyOf":[{"type":"string"},{"format":"date"}]}}"#, false),
    (#"{"oneOf":[{"type":"string","x-order":1},{"type":"string","minLength":1}]}"#, false),
    (#"{"oneOf":[{"type":"string"},{"type":"date"}]}"#, true),
  ])
  func whatIsPassedOverIsNoFault(schema: String, isAccepted: Bool) throws {
    #expect(
      try SchemaCheck.accepts(.string("b"), under: JSONParser.parse(schema)) == isAccepted)
  }

  @Test(arguments: [
    (#"{"minimum":0,"exclusiveMinimum":true}"#, "0", false),
    (#"{"oneOf":[{"minimum":0,"exclusiveMinimum":true},{"const":0}]}"#, "0", true),
    (#"{"not":{"maximum":9007199254740992}}"#, "9007199254740993", true),
    (#"{"not":{"multipleOf":0.01}}"#, "0.0100000000001", true),
    (#"{"not":{"multipleOf":2}}"#, "4", false),
  ])
  func numbersAreComparedAsFarAsDoublesGo(schema: String, value: String, isAccepted: Bool) throws {
    #expect(
      try SchemaCheck.accepts(JSONParser.parse(value), under: JSONParser.parse(schema))
        == isAccepted)
  }

  @Test func endlessSchemasEnd() throws {
    let schema = try JSONParser.parse(
      ##"{"allOf":[{"$ref":"#"},{"$ref":"#"}],"anyOf":[{"$ref":"#"},{"$ref":"#"}],"items":{"$ref":"#"}}"##
    )
    #expect(SchemaCheck.accepts(.array([.null]), under: schema))
  }

  /// It finds faults and does not prove their absence: what the suite calls valid must be accepted, and of what it calls invalid
  /// under these keywords all must be found.
  @Test(
    .enabled(
      if: TestFiles.hasShared("structured/json-schema-test-suite/tests/draft2020-12"),
      "needs ../shared/testdata"))
  func theSuitesVerdictsAreOurs() throws {
    let folder = TestFiles.shared.appending(
      path: "structured/json-schema-test-suite/tests/draft2020-12")
    let whole: Set<String> = [
      "type", "enum", "const", "required", "minLength", "maxLength", "minItems", "maxItems",
      "minimum", "maximum",
      "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "anyOf", "oneOf", "allOf",
      "minProperties",
      "maxProperties", "not", "if-then-else", "boolean_schema", "prefixItems",
    ]
    var compared = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".json") {
      let cases =
        try JSONParser.parse(bytes: TestFiles.bytes(folder.appending(path: name))).array ?? []
      let isWhole = whole.contains(String(name.dropLast(5)))
      for group in cases.compactMap(\.object) {
        let schema = try #require(group["schema"])
        for test in group["tests"]?.array?.compactMap(\.object) ?? [] {
          let isValid = test["valid"] == .bool(true)
          guard isValid || isWhole else { continue }
          // A schema in a language of its own, and a keyword that is passed over.
          guard name != "vocabulary.json", !"\(schema)".contains("unevaluated") else { continue }
          let place =
            "\(name): \(group["description"]?.text ?? ""): \(test["description"]?.text ?? "")"
          #expect(
            SchemaCheck.accepts(try #require(test["data"]), under: schema) == isValid, "\(place)")
          compared += 1
        }
      }
    }
    #expect(compared > 700, "\(compared)")
  }
}
