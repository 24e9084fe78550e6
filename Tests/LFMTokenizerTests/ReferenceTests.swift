// The real LFM2 tokenizer, and what is known of LFM2.5-8B-A1B's, where the shared test data are.
import Foundation
import LFMCheckpoint
import Testing

@testable import LFMTokenizer

private let lfm2 = "tokenizers/lfm2/"

@Suite(.enabled(if: Shared.isPresent, Shared.absent))
struct ReferenceTests {
  private struct Line: Decodable {
    var text: String
    var ids: [TokenID]
    var decoded: String
    var decodedSkipSpecial: String
    var idsSpecialsAsText: [TokenID]?
  }

  @Test func everyGoldenLine() throws {
    let tokenizer = try Shared.tokenizer.get()
    let lines = try decodeLines(
      Line.self, Shared.folder.appending(path: lfm2 + "golden_encodings.jsonl"))
    #expect(lines.count == 351)
    for line in lines {
      #expect(tokenizer.encode(line.text, parsesSpecialTokens: true) == line.ids)
      let plain = tokenizer.encode(line.text, parsesSpecialTokens: false)
      #expect(plain == line.idsSpecialsAsText ?? line.ids)
      #expect(try tokenizer.bytes(of: line.ids) == Array(line.decoded.utf8))
      let skipped = try tokenizer.bytes(of: line.ids, skipsSpecialTokens: true)
      #expect(skipped == Array(line.decodedSkipSpecial.utf8))
    }
  }

  private struct Trap: Decodable {
    var id: TokenID
    var text: String
    var hfIds: [TokenID]
  }

  @Test func tokensThatAddedTokensShadow() throws {
    let tokenizer = try Shared.tokenizer.get()
    let data = try Shared.read(lfm2 + "ignore_merges_traps.json")
    for trap in try snakeCaseDecoder.decode([Trap].self, from: data) {
      #expect(tokenizer.encode(trap.text, parsesSpecialTokens: true) == trap.hfIds)
      #expect(tokenizer.encode(trap.text, parsesSpecialTokens: false) == trap.hfIds)
      #expect(try tokenizer.bytes(of: [trap.id]) == Array(trap.text.utf8))
    }
  }

  /// Taking whole tokens whole is no liberty with this vocabulary: its merges make the same of every token that can be a piece.
  @Test func mergesReachEveryToken() throws {
    let tokenizer = try Shared.tokenizer.get()
    var unreachable: [String] = []
    for id in 0..<TokenID(tokenizer.vocabulary.count)
    where tokenizer.vocabulary.kind(of: id) == .normal {
      let bytes = Array(tokenizer.vocabulary.bytes(of: id))
      var ids: [TokenID] = []
      try #require(bytes.count <= ShortMerge.longest)
      ShortMerge.encode(bytes.span, 0..<bytes.count, tokenizer: tokenizer, to: &ids)
      if ids != [id] { unreachable.append(String(decoding: bytes, as: UTF8.self)) }
    }
    // Normal by the file, but the pre-tokenizer cuts them into five.
    #expect(unreachable == ["<|reserved_4|>", "<|reserved_5|>"])
  }

  private struct Digest: Decodable {
    var nIds: Int
    var sha256OfCompactJsonIds: String
    var first32: [TokenID]
    var last32: [TokenID]
  }

  /// The digests were made of the texts as Python reads them: with every line end a line feed.
  @Test(arguments: [
    ("tinyshakespeare", "text/tinyshakespeare.txt"), ("wikitext2-raw-test", "text/wiki.test.raw"),
  ])
  func corpus(_ name: String, _ path: String) throws {
    let tokenizer = try Shared.tokenizer.get()
    let digests = try snakeCaseDecoder.decode(
      [String: Digest].self, from: Shared.read(lfm2 + "golden_corpus_digests.json"))
    let digest = try #require(digests[name])
    var bytes = try Array(Shared.read(path))
    bytes.removeAll { $0 == UInt8(ascii: "\r") }
    let text = String(decoding: bytes, as: UTF8.self)
    let ids = tokenizer.encode(text, parsesSpecialTokens: true)
    #expect(ids.count == digest.nIds)
    #expect(Array(ids.prefix(32)) == digest.first32 && Array(ids.suffix(32)) == digest.last32)
    let json = "[" + ids.map(String.init).joined(separator: ",") + "]"
    #expect(try sha256(json) == digest.sha256OfCompactJsonIds)
    #expect(try tokenizer.bytes(of: ids) == bytes)
  }

  /// The sum as coreutils' program has it.
  private func sha256(_ text: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/sha256sum")
    process.arguments = [file.path]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data.prefix(64), as: UTF8.self)
  }
}
