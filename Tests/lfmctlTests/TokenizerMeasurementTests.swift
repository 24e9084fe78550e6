import Foundation
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct TokenizerMeasurementTests {
  static let vocabulary = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../LFMTokenizerTests/Fixtures/small.gguf").standardizedFileURL.path

  @Test func countsWhatItMeasures() throws {
    let text = "the river\nholds the lamp\n"
    let model = try OfflineModel(Self.vocabulary)
    let json = try TokenizerMeasurement(model, text: text).json()
    guard case .object(let members) = json else {
      Issue.record("no object")
      return
    }
    func number(_ key: String) throws -> Int {
      guard case .integer(let digits)? = members[key], let number = Int(digits) else {
        throw CocoaError(.coderValueNotFound)
      }
      return number
    }
    #expect(try number("bytes") == 25)
    #expect(try number("streamed_bytes") == 25)
    // What follows the last line's end counts as a line.
    #expect(try number("lines") == 3)
    #expect(try (2..<25).contains(number("tokens")))
    #expect(try number("line_tokens") >= number("tokens"))
  }
}
