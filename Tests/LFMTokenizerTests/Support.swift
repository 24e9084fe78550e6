// Where the tests' files are, and small tools that several tests need.
import Foundation
import LFMCheckpoint
import Testing

@testable import LFMTokenizer

/// One line of Fixtures/encodings.jsonl, made by Tools/make-tokenizer-fixtures.py.
struct GoldenLine: Decodable {
  var text: String
  var pieces: [String]
  var ids: [TokenID]
  var plain: [TokenID]
}

enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")
  static let checkpointPath = folder.appending(path: "small.gguf").path

  static let tokenizer = Result {
    try Tokenizer(checkpoint: Checkpoint(path: checkpointPath, requiring: .metadata))
  }

  static func golden() throws -> [GoldenLine] {
    try decodeLines(GoldenLine.self, folder.appending(path: "encodings.jsonl"))
  }
}

/// Test data beside the package, which not every machine has.
enum Shared {
  static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/testdata")
    .standardizedFileURL
  static let vocabularyPath = folder.appending(path: "tokenizers/lfm2/lfm2-vocab-only.gguf").path
  static let isPresent = FileManager.default.fileExists(atPath: vocabularyPath)
  static let absent: Comment = "../shared/testdata is not on this machine"

  static let tokenizer = Result {
    try Tokenizer(checkpoint: Checkpoint(path: vocabularyPath, requiring: .metadata))
  }

  static func read(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: path))
  }
}

/// The decoder of all test data: `n_ids` in a file is `nIds` here.
let snakeCaseDecoder: JSONDecoder = {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return decoder
}()

func decodeLines<Line: Decodable>(_ type: Line.Type, _ url: URL) throws -> [Line] {
  try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
    try snakeCaseDecoder.decode(type, from: Data($0))
  }
}

/// The same numbers in every run, so that a failure can be seen again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// Texts of all kinds: random scalars, runs of one scalar, words, whitespace, and what looks like special tokens.
func randomText(_ generator: inout SplitMix, pieces: Int = 12) -> String {
  let words = [
    "river", " stone", "'s", "'ſ", "'LL", "\n", "\r\n", "  ", "\u{3000}", "123", " 4567", "🚀", "山川",
    "<|im_start|>", "<|im_end|>", "<think>", "<|", "|>", "marmot", " marmot", "e\u{301}", "!?",
    "[PAD799]",
  ]
  var text = ""
  for _ in 0..<Int.random(in: 0...pieces, using: &generator) {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: text.unicodeScalars.append(randomScalar(below: 0x11_0000, &generator))
    case 1:
      let scalar = randomScalar(below: 0x3000, &generator)
      for _ in 0..<Int.random(in: 1...90, using: &generator) { text.unicodeScalars.append(scalar) }
    default: text += words.randomElement(using: &generator) ?? ""
    }
  }
  return text
}

func randomScalar(below end: UInt32, _ generator: inout SplitMix) -> Unicode.Scalar {
  Unicode.Scalar(UInt32.random(in: 0..<end, using: &generator)) ?? "\u{D7FF}"
}

/// A vocabulary of the 256 bytes in order, then these texts, then special ones; merges as given.
func smallTokenizer(
  _ texts: [String] = [], control: [String] = [], userDefined: [String] = [],
  merges: [String] = []
) throws -> Tokenizer {
  let all = byteTexts + (texts + control + userDefined).map { Array($0.utf8) }
  let kinds =
    [Int32](repeating: 1, count: 256 + texts.count) + control.map { _ in 3 }
    + userDefined.map { _ in 4 }
  return try Tokenizer(
    vocabulary: Vocabulary(texts: ByteStrings(all), kinds: kinds),
    merges: ByteStrings(merges.map { Array($0.utf8) }))
}

/// How GPT-2's alphabet writes each byte, derived from the rule and not from our table.
let byteTexts: [[UInt8]] = {
  var next: UInt32 = 0x100
  return (0..<256).map { (byte: UInt32) in
    let isVisible = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
    if !isVisible { next += 1 }
    let scalar = Unicode.Scalar(isVisible ? byte : next - 1) ?? " "
    return Array(String(Character(scalar)).utf8)
  }
}()

// `#expect` cannot hold a span: the same functions, lent an array.

extension ByteAlphabet {
  static func append(_ text: [UInt8], to bytes: inout [UInt8]) -> Bool {
    appendBytes(of: text.span, to: &bytes)
  }
}

extension ByteKeyedTable {
  func find(_ text: [UInt8], _ range: Range<Int>, in strings: ByteStrings) -> TokenID? {
    find(text.span, range, in: strings)
  }
}

extension TextMatcher {
  func first(_ text: String, starts: Range<Int>? = nil, limit: Int? = nil) -> TokenMatch? {
    let bytes = Array(text.utf8)
    return first(
      in: bytes.span, starts: starts ?? 0..<bytes.count, limit: limit ?? bytes.count)
  }
}
