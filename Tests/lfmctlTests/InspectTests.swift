import Foundation
import LFMLanguage
import Testing

@testable import lfmctl

/// What `inspect` finds by itself, without the `lfmd` that it asks for the rest.
@Suite struct InspectTests {
  private static let vocabulary = TokenizerMeasurementTests.vocabulary

  @Test func aVocabularyIsDescribed() throws {
    let report = InspectReport(try OfflineModel(Self.vocabulary))
    let json = JSONValue(members: report.members)
    #expect(json["has_tensor_data"] == .bool(false))
    #expect(json["parameters"]?.number == 0)
    #expect(json["files"]?.items.count == 1)
    let tokenizer = try #require(json["tokenizer"])
    #expect(tokenizer["model"] == .string("gpt2") && tokenizer["pre"] == .string("lfm2"))
    #expect(tokenizer["tokens"]?.number == 800)
    // As Tools/make-tokenizer-fixtures.py makes it: 8 control tokens, 2 of markup and 2 words that are cut out, 95 rows unused.
    let kinds = try #require(tokenizer["kinds"])
    #expect(kinds["control"]?.number == 8)
    #expect(kinds["unused"]?.number == 95)
    #expect(kinds["user_defined"]?.number == 4)
    let special = try #require(tokenizer["special"])
    #expect(special["<|pad|>"]?.number == 0 && special["<think>"]?.number != nil)
    #expect(special["marmot"] == nil)
    #expect(json["chat_template"] == .null)
    #expect(report.warnings.contains { $0.contains("no chat template") })
  }

  @Test func theTableHasItsSections() throws {
    let table = InspectTable(InspectReport(try OfflineModel(Self.vocabulary)))
    let text = table.text(metadata: false, tensors: false, more: nil)
    for words in ["GGUF version 3", "\nTokenizer\n", "\nChat template\n  none\n", "\nWarnings\n"] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("tokenizer.ggml.pre"))
    #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
    let long = table.text(metadata: true, tensors: true, more: "more\n")
    #expect(long.contains("tokenizer.ggml.pre") && long.contains("\nmore\n"))
  }

  @Test func columnsStandBelowEachOther() {
    let rows = [["a", "1", "x"], ["long", "23"], ["b", "456", "a last one"]]
    #expect(
      InspectTable.columns(rows, right: [1]) == """
          a       1  x
          long   23
          b     456  a last one

        """)
    #expect(InspectTable.columns([["", ""]]) == "\n")
  }

  @Test func numbersForPeople() {
    #expect(
      [0, 12, 999, 1000, 8_467_856_832, -1234].map(\.grouped)
        == ["0", "12", "999", "1,000", "8,467,856,832", "-1,234"])
    #expect(Int.min.grouped.hasPrefix("-9,223"))
    #expect(
      [0, 9999, 10_000, 12_045_280, 5_160_000_000].map(\.bytes)
        == ["0 bytes", "9999 bytes", "0.01 MB", "12.0 MB", "5.16 GB"])
    #expect(Int.max.bytes.hasSuffix(" GB"))
  }
}
