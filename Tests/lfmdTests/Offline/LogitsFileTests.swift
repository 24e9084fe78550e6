import Foundation
import Testing

@testable import lfmd

/// The file of log-probabilities: what is written is read, and nothing else is.
@Suite struct LogitsFileTests {
  let path = FileManager.default.temporaryDirectory.appending(path: "lfm-\(UUID()).kld").path
  let head = LogitsFileHead(window: 6, vocabulary: 5, windows: 2)
  let tokens: [Int32] = Array(0..<12).map { $0 % 5 }

  @Test func theHeadIsLlamaPerplexitys() {
    let numbers: [UInt8] = [6, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0]
    #expect(head.bytes == Array("_logits_".utf8) + numbers)
    #expect(head.rowsPerWindow == 2)
    #expect(head.rowBytes == 20)
    #expect(head.fileBytes == 20 + 48 + 2 * 2 * 20)
    #expect(LogitsFileHead(head.bytes) == head)
  }

  @Test func whatIsWrittenIsRead() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let rows = (0..<40).map { UInt16($0) }
    try write(rows)
    let reader = try LogitsFileReader(path: path)
    #expect(reader.head == head)
    #expect(reader.tokens == tokens)
    #expect(try reader.rows(2) == Array(rows[..<20]))
    #expect(try reader.rows(1) == Array(rows[20..<30]))
  }

  @Test func aFileThatWasNotFinishedIsGone() throws {
    do {
      let writer = try LogitsFileWriter(path: path, head: head, tokens: tokens)
      try writer.write([1, 2, 3])
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFileThatEndsTooEarlyIsRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(Array(repeating: 7, count: 39))
    #expect(throws: StartFailure.self) { try LogitsFileReader(path: path) }
  }

  @Test(arguments: [
    [UInt32](), [0, 5, 2], [2, 5, 2], [6, 0, 2], [6, 5, 0], [.max, .max, .max],
    [1 << 20, 1, 1 << 24],
  ])
  func otherFilesAreRefused(_ numbers: [UInt32]) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var bytes = Array("_logits_".utf8)
    for number in numbers {
      bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
    try Data(bytes + [UInt8](repeating: 0, count: 4096)).write(to: URL(filePath: path))
    #expect(throws: StartFailure.self) { try LogitsFileReader(path: path) }
  }

  private func write(_ rows: [UInt16]) throws {
    let writer = try LogitsFileWriter(path: path, head: head, tokens: tokens)
    try writer.write(rows)
    writer.finish()
  }
}
