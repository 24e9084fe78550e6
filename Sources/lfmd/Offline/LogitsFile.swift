// The file of log-probabilities that a distribution is compared with: llama-perplexity's own format, so that either
// program reads what the other wrote. `_logits_`, then in 32 bits the tokens of a window, the vocabulary, the windows;
// the tokens; then of each window the scored rows as `PackedLogProbabilities`.

import Glibc

/// What stands before the rows.
struct LogitsFileHead: Equatable {
  static let magic = Array("_logits_".utf8)
  /// Bytes before the tokens.
  static let length = 20

  var window: Int
  var vocabulary: Int
  var windows: Int

  /// Rows of a window: those of its second half that have a next token in it.
  var rowsPerWindow: Int { window - 1 - window / 2 }
  var rowBytes: Int { 2 * PackedLogProbabilities.stride(vocabulary: vocabulary) }
  var tokenBytes: Int { 4 * window * windows }
  /// Of a whole file.
  var fileBytes: Int { Self.length + tokenBytes + windows * rowsPerWindow * rowBytes }

  var bytes: [UInt8] {
    Self.magic
      + [window, vocabulary, windows].flatMap { number in
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
      }
  }

  init(window: Int, vocabulary: Int, windows: Int) {
    self.window = window
    self.vocabulary = vocabulary
    self.windows = windows
  }

  /// - Returns: `nil` for what is no such file, or has numbers that make none.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.length, Array(bytes.prefix(8)) == Self.magic else { return nil }
    let numbers = Swift.stride(from: 8, to: 20, by: 4).map { start in
      (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }
    window = numbers[0]
    vocabulary = numbers[1]
    windows = numbers[2]
    guard (3...(1 << 20)).contains(window), (1...(1 << 24)).contains(vocabulary),
      (1...(1 << 24)).contains(windows), windows * window <= 1 << 32
    else { return nil }
  }
}

/// A file that is written, one window after the other.
final class LogitsFileWriter {
  private let file: BinaryFile
  private var isWhole = false

  init(path: String, head: LogitsFileHead, tokens: [Int32]) throws(StartFailure) {
    file = try BinaryFile(making: path)
    try file.write(head.bytes)
    try file.write(tokens)
  }

  deinit {
    // Half a file must not look like a whole one.
    if !isWhole, file.size != nil { unsafe _ = unlink(file.path) }
  }

  /// Adds packed rows.
  func write(_ rows: [UInt16]) throws(StartFailure) { try file.write(rows) }

  /// Keeps the file, which has all its rows.
  func finish() { isWhole = true }
}

/// A file that is read, one window after the other.
final class LogitsFileReader {
  let head: LogitsFileHead
  let tokens: [Int32]
  private let file: BinaryFile

  /// - Throws: what is wrong with the file: it is another one, or ends too early.
  init(path: String) throws(StartFailure) {
    file = try BinaryFile(reading: path)
    guard let head = LogitsFileHead(try file.read(UInt8.self, LogitsFileHead.length)) else {
      throw StartFailure(
        Exit.dataError,
        "\(path) is no file of log-probabilities, as --save-logits and llama-perplexity write them")
    }
    if let size = file.size, size < head.fileBytes {
      throw StartFailure(
        Exit.dataError,
        "\(path) has \(size) bytes, but \(head.windows) windows of \(head.window) tokens and a vocabulary of "
          + "\(head.vocabulary) make \(head.fileBytes): it was not written to its end")
    }
    self.head = head
    tokens = try file.read(Int32.self, head.window * head.windows)
  }

  /// The next packed rows.
  func rows(_ count: Int) throws(StartFailure) -> [UInt16] {
    try file.read(UInt16.self, count * head.rowBytes / 2)
  }
}
