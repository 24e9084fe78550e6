import Foundation
import Testing

@testable import lfmctl

@Suite struct ChatLinesTests {
  @Test func linesAndBlocksAreMessages() throws {
    #expect(try messages("one\ntwo\r\n\nlast") == ["one", "two", "", "last"])
    #expect(try messages("one\\\ntwo\\\n three\nfour\n") == ["one\ntwo\n three", "four"])
    #expect(try messages("\"\"\"\na\\\n\nb\n\"\"\"\nnext\n") == ["a\\\n\nb", "next"])
    #expect(try messages("\"\"\"a\"\"\"\n\"\"\"b\nc\"\"\"  \n") == ["a", "b\nc"])
    #expect(try messages("\"\"\"never\nclosed") == ["\"\"\"never\nclosed"])
    #expect(try messages("ends\\") == ["ends"])
    #expect(try messages("") == [])
  }

  @Test func whatIsNoTextIsRefused() throws {
    let file = try temporary(Data([0x61, 0x0A, 0xFF, 0x0A]))
    let lines = ChatLines(LineSource(file.fileDescriptor), isInteractive: false)
    #expect(try lines.next() == "a")
    #expect(throws: Failure.self) { try lines.next() }
  }

  private func messages(_ input: String) throws -> [String] {
    let file = try temporary(Data(input.utf8))
    let lines = ChatLines(LineSource(file.fileDescriptor), isInteractive: false)
    var found: [String] = []
    while let message = try lines.next() { found.append(message) }
    return found
  }

  private func temporary(_ data: Data) throws -> FileHandle {
    let url = FileManager.default.temporaryDirectory.appending(path: "lines-\(UUID())")
    try data.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try FileHandle(forReadingFrom: url)
  }
}
