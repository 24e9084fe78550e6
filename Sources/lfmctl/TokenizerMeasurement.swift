// `lfmctl tokenize --measure`: what the tokenizer of a file costs, in one process and on one thread. Beside whom it is set,
// and how often it is repeated, is Benchmarks/tokenizer's.

import Foundation
import Glibc
import LFMCheckpoint
import LFMLanguage
import LFMTokenizer

/// One measurement; times are CPU seconds of this process.
struct TokenizerMeasurement {
  private let text: String
  private let tokenizer: Tokenizer
  private let loadSeconds: Double
  /// Private memory that reading the vocabulary added, in bytes.
  private let vocabularyBytes: Int

  /// Reads the vocabulary of the file, which is mapped by then, and measures that.
  init(_ model: OfflineModel, text: String) throws {
    self.text = text
    let before = Self.privateBytes()
    var made: Tokenizer?
    loadSeconds = try Self.seconds { made = try model.tokenizer() }
    guard let made else { throw Failure(.system, "no tokenizer was made") }
    tokenizer = made
    vocabularyBytes = Self.privateBytes() - before
  }

  /// Encodes the text whole and line by line, and decodes it whole and token by token.
  func json() throws -> JSONValue {
    // Once unmeasured: tables and code then lie in the caches, and memory for the ids is there.
    var ids = tokenizer.encode(text, parsesSpecialTokens: true)
    let whole = Self.seconds { ids = tokenizer.encode(text, parsesSpecialTokens: true) }
    let lines = Self.lines(of: text)
    var lineTokens = 0
    let byLine = Self.seconds {
      for line in lines { lineTokens += tokenizer.encode(line, parsesSpecialTokens: true).count }
    }
    var decoded: [UInt8] = []
    let decode = try Self.seconds { decoded = try tokenizer.bytes(of: ids) }
    guard decoded == Array(text.utf8) else {
      throw Failure(.system, "the text does not come back from its ids")
    }
    var streamed = 0
    let stream = Self.seconds {
      var decoder = IncrementalDecoder(tokenizer: tokenizer, skipsSpecialTokens: false)
      for id in ids { streamed += decoder.append(id).utf8.count }
    }
    return JSONValue(members: [
      ("bytes", .whole(text.utf8.count)), ("tokens", .whole(ids.count)),
      ("lines", .whole(lines.count)), ("line_tokens", .whole(lineTokens)),
      ("streamed_bytes", .whole(streamed)), ("load_seconds", .float(loadSeconds)),
      ("vocabulary_bytes", .whole(vocabularyBytes)), ("encode_seconds", .float(whole)),
      ("lines_seconds", .float(byLine)), ("decode_seconds", .float(decode)),
      ("stream_seconds", .float(stream)),
    ])
  }

  /// The lines with their ends, cut at LF alone, as `split(b"\n")` in other languages does.
  private static func lines(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) + "\n" }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let begun = cpuSeconds()
    try body()
    return cpuSeconds() - begun
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe _ = clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Pages that are this process's alone and were written to; 0 where the kernel does not tell.
  private static func privateBytes() -> Int {
    guard let file = FileManager.default.contents(atPath: "/proc/self/smaps_rollup") else {
      return 0
    }
    for line in String(decoding: file, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("Private_Dirty:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }
    return 0
  }
}
