import Foundation
import LFMLanguage
import Testing

struct JSONParserTests {
  private func failure(_ text: String) -> JSONFailure? {
    do {
      _ = try JSONParser.parse(text)
      return nil
    } catch {
      return error
    }
  }

  @Test func orderAndSpellingAreKept() throws {
    let value = try JSONParser.parse(#" {"z":1,"a":[1.0,-0,1E2,12345678901234567890123]} "#)
    #expect(value.serialized == #"{"z": 1, "a": [1.0, 0, 100.0, 12345678901234567890123]}"#)
  }

  @Test func theLastOfEqualKeysWinsAtTheFirstPlace() throws {
    let value = try JSONParser.parse(#"{"a":1,"b":2,"a":3}"#)
    #expect(value.serialized == #"{"a": 3, "b": 2}"#)
  }

  @Test func composedAndDecomposedKeysAreTwo() throws {
    let value = try JSONParser.parse("{\"\u{e9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.members.count == 2)
    #expect(value.object?["e\u{301}"] == .integer("2"))
  }

  @Test func escapesAreRead() throws {
    let value = try JSONParser.parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\udc08\u0000""#)
    #expect(value.text?.isSame(as: "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f408}\u{0}") == true)
  }

  @Test(arguments: [
    (#""\ud800""#, "surrogate", 1, 2), (#""x\udc00\ud800""#, "surrogate", 1, 3),
    (#""\ud800A""#, "surrogate", 1, 2), ("NaN", "NaN", 1, 1), ("[\n  -Infinity]", "NaN", 2, 4),
    ("1e400", "range", 1, 1), ("{\"a\": 01}", "leading zeros", 1, 7), ("[1,]", "value", 1, 4),
    ("{'a':1}", "double quotes", 1, 2), ("[1] 2", "more text", 1, 5), ("", "ends", 1, 1),
    ("\"a\nb\"", "control character", 1, 3), ("\"\\x\"", "escape", 1, 2), ("tru", "true", 1, 1),
    ("{\"a\" 1}", "colon", 1, 6), ("[1 2]", "comma", 1, 4), ("1.", "digit", 1, 3),
    ("\u{feff}1", "byte order mark", 1, 1), ("\"é\u{1f408}", "ends inside", 1, 4),
    ("\"\\u12", "hexadecimal", 1, 2), ("-", "digit", 1, 2), ("{\"a\":1,}", "key", 1, 8),
  ])
  func refusalsSayWhatAndWhere(text: String, word: String, line: Int, column: Int) throws {
    let found = try #require(failure(text))
    #expect(found.reason.contains(word), "\(found)")
    #expect(found.line == line && found.column == column, "\(found)")
  }

  @Test func refusalsNameThePointer() throws {
    let found = try #require(failure(#"{"messages":[{"a/b~":[true,nul]}]}"#))
    #expect(found.pointer == "/messages/0/a~1b~0/1")
  }

  @Test func depthAndDigitsAreLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(failure(nested(256)) == nil)
    #expect(failure(nested(257))?.reason.contains("256") == true)
    #expect(
      failure(String(repeating: "{\"a\":", count: 100_000))?.reason.contains("nested") == true)
    #expect(failure(String(repeating: "9", count: 4300)) == nil)
    #expect(failure("-" + String(repeating: "9", count: 4301))?.reason.contains("4301") == true)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xE2, 0x82],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22], [0x22, 0xE0, 0x80, 0x80, 0x22],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    do {
      _ = try JSONParser.parse(bytes: bytes)
      Issue.record("accepted")
    } catch {
      #expect(error.reason.contains("UTF-8") && error.column == 2)
    }
  }

  /// Python's own spellings of thousands of values: `json.dumps` and `repr`.
  @Test func valuesAreWrittenAsPythonWritesThem() throws {
    let cases = try TestFiles.lines(TestFiles.fixture("values.jsonl", orFrom: "LFM_VALUE_CASES"))
    #expect(cases.count >= 400)
    for item in cases {
      let json = try #require(item["json"]?.text)
      let value = try JSONParser.parse(json)
      #expect(value.serialized.isSame(as: try #require(item["dumps"]?.text)), "\(json)")
      #expect(value.pythonRepr.isSame(as: try #require(item["repr"]?.text)), "\(json)")
      #expect(try JSONParser.parse(value.serialized).serialized.isSame(as: value.serialized))
    }
  }

  /// Any text, any cut, any changed byte: an answer or a failure, never a trap.
  @Test func damagedTextIsReadOrRefused() throws {
    let whole = Array(#"{"a":[1.5e-3,"\ud83d\udc08é",{"b":null}],"c":true}"#.utf8)
    for end in whole.indices {
      #expect(throws: JSONFailure.self) { try JSONParser.parse(bytes: Array(whole[..<end])) }
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if let value = try? JSONParser.parse(bytes: bytes) {
        #expect((try? JSONParser.parse(value.serialized)) != nil)
      }
    }
  }
}

@Suite(.enabled(if: TestFiles.hasShared("structured/jsontestsuite"), "needs ../shared/testdata"))
struct JSONTestSuiteTests {
  /// y_ is accepted, n_ is refused; of i_ only the ones that our own limits refuse.
  @Test func everyFileIsReadOrRefusedAsItsNameSays() throws {
    let folder = TestFiles.shared.appending(path: "structured/jsontestsuite")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var count = 0
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "json" else { continue }
      let accepted = (try? JSONParser.parse(bytes: try TestFiles.bytes(file))) != nil
      if file.lastPathComponent.hasPrefix("y_") { #expect(accepted, "\(file.lastPathComponent)") }
      if file.lastPathComponent.hasPrefix("n_") { #expect(!accepted, "\(file.lastPathComponent)") }
      count += 1
    }
    #expect(count > 100)
  }
}
