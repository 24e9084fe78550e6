import Foundation
import LFMLanguage
import Testing

/// Formats, by JSON Schema's test suite and xgrammar's cases where they are.
@Suite struct TextFormatTests {
  private static let suite = "structured/json-schema-test-suite/tests/draft2020-12/optional/format"

  /// Valid texts that a format leaves out, as `TextFormat` says.
  private static func isLeftOut(_ text: String) -> Bool { text.hasPrefix("xn--") }

  @Test func suiteOfJSONSchema() throws {
    guard TestFiles.hasShared(Self.suite) else {
      print("skipped: \(Self.suite) is not there")
      return
    }
    var count = 0
    for format in TextFormat.allCases {
      let file = TestFiles.shared.appending(path: "\(Self.suite)/\(format.rawValue).json")
      guard let groups = try JSONParser.parse(bytes: TestFiles.bytes(file)).array else { continue }
      for group in groups {
        for item in group.object?["tests"]?.array ?? [] {
          guard let text = item.object?["data"]?.text, let expected = item.object?["valid"] else {
            continue
          }
          count += 1
          if expected == .bool(true), Self.isLeftOut(text) { continue }
          #expect(
            .bool(format.automaton.accepts(text)) == expected,
            "\(format.rawValue): \(text.debugDescription)")
        }
      }
    }
    #expect(count > 300)
  }

  /// Where xgrammar and JSON Schema's suite disagree: an erratum of RFC 6570, leading zeros, leap seconds at any time.
  private static let disagreements = ["'", "00.00.00.00", "2024-12-31T23:45:60.123456Z"]

  @Test func casesOfXgrammar() throws {
    let path = "structured/xgrammar/accept_cases.jsonl"
    guard TestFiles.hasShared(path) else {
      print("skipped: \(path) is not there")
      return
    }
    for item in try TestFiles.lines(TestFiles.shared.appending(path: path)) {
      guard let schema = item["grammar"]?.object, schema.members.count == 2,
        let name = schema["format"]?.text, let written = item["string"]?.text,
        let format = TextFormat(rawValue: name), let expected = item["accept"],
        case .string(let text)? = try? JSONParser.parse(written),
        !Self.disagreements.contains(text)
      else { continue }
      #expect(
        .bool(format.automaton.accepts(text)) == expected, "\(name): \(text.debugDescription)")
    }
  }

  @Test(arguments: TextFormat.allCases) func fitsIntoJSON(_ format: TextFormat) throws {
    let bytes = try format.automaton.jsonString(.usual)
    let example = try #require(format.automaton.example)
    #expect(bytes.accepts(JSONValue.string(example).serialized.utf8))
    #expect(bytes.stateCount < 10_000)
  }

  @Test func unsupportedNames() throws {
    #expect(try TextFormat.automaton(named: "stars") == nil)
    #expect(try TextFormat.automaton(named: "date") == TextFormat.date.automaton)
    for name in TextFormat.unsupported {
      #expect(throws: RegularFailure.self) { try TextFormat.automaton(named: name) }
    }
  }
}
