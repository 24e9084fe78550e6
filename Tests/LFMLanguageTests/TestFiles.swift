import Foundation
import LFMLanguage

/// Where this test target's files are: its fixtures, the package, and the shared test data beside the package, if it is there.
enum TestFiles {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let fixtures = package.appending(path: "Tests/LFMLanguageTests/Fixtures")
  static let shared = package.appending(path: "../shared/testdata").standardizedFileURL

  static func hasShared(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: shared.appending(path: path).path)
  }

  static func bytes(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }

  /// One JSON value a line.
  static func lines(_ url: URL) throws -> [JSONObject] {
    try bytes(url).split(separator: 0x0A).map { line in
      guard case .object(let object) = try JSONParser.parse(bytes: Array(line)) else {
        throw CocoaError(.fileReadCorruptFile)
      }
      return object
    }
  }

  /// The fixture, or in its place the file that an environment variable names, to test with more cases.
  static func fixture(_ name: String, orFrom variable: String) -> URL {
    ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) }
      ?? fixtures.appending(path: name)
  }
}

extension PromptForm {
  /// The day on which the recorded prompts were rendered.
  static let dated = PromptForm(
    escapesArguments: false, date: CalendarDate(year: 2026, month: 1, day: 15))
}

extension JSONValue {
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
  var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
}

/// SplitMix64: the same random numbers everywhere, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension String {
  /// Whether both are the same bytes: `==` calls a composed and a decomposed "é" equal.
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
