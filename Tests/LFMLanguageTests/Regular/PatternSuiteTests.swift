import Foundation
import LFMLanguage
import Testing

/// `pattern` by JSON Schema's test suite, where it is.
@Suite struct PatternSuiteTests {
  @Test(arguments: [
    "pattern.json", "optional/ecmascript-regex.json", "optional/non-bmp-regex.json",
  ])
  func patterns(_ name: String) throws {
    let path = "structured/json-schema-test-suite/tests/draft2020-12/\(name)"
    guard TestFiles.hasShared(path) else {
      print("skipped: \(path) is not there")
      return
    }
    let groups = try JSONParser.parse(
      bytes: TestFiles.bytes(TestFiles.shared.appending(path: path)))
    var count = 0
    for group in groups.array ?? [] {
      guard let pattern = group.object?["schema"]?.object?["pattern"]?.text else { continue }
      let automaton = try RegularExpression.automaton(pattern, .anywhere)
      for item in group.object?["tests"]?.array ?? [] {
        guard let text = item.object?["data"]?.text, let expected = item.object?["valid"] else {
          continue
        }
        count += 1
        #expect(
          .bool(automaton.accepts(text)) == expected, "\(pattern) on \(text.debugDescription)")
      }
    }
    #expect(count > 0)
  }
}
