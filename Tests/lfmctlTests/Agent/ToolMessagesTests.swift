import Testing

@testable import lfmctl

@Suite struct ToolMessagesTests {
  /// However they come.
  @Test func linesAreTheSameInAnyPieces() {
    let text = "a\n\nb\r\né" + String(repeating: "中", count: 700) + "\nend"
    let bytes = Array(text.utf8)
    var whole = ToolMessages()
    let lines = whole.take(bytes) + whole.finish()
    #expect(lines.prefix(2) == ["a", "b"] && lines.last == "end")
    #expect(lines.joined() == text.filter { !$0.isNewline })
    for size in [1, 2, 3, 7, 1000] {
      var pieces = ToolMessages()
      var found: [String] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += pieces.take(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(found + pieces.finish() == lines)
      #expect(pieces.end == whole.end)
    }
  }

  @Test func theEndIsKept() {
    var messages = ToolMessages()
    _ = messages.take((0..<1000).map { "line \($0)\n" }.joined(separator: "").utf8)
    #expect(messages.end.hasSuffix("line 998\nline 999"))
    #expect(messages.end.utf8.count <= 2 * ToolMessages.longestEnd)
  }

  @Test func aFloodIsToldInPart() {
    var messages = ToolMessages()
    var told: [String] = []
    for _ in 0..<20_000 { told += messages.take("0123456789\n".utf8) }
    #expect(told.reduce(0) { $0 + $1.utf8.count } < ToolMessages.longest + 100)
    #expect(told.last == "… (what follows is not shown)")
    var endless = ToolMessages()
    let lines = endless.take(repeatElement(UInt8(0x80), count: 5000))
    #expect(lines.count == 4)
  }

  /// Also where only the end of a flood is looked at.
  @Test func theEndOfAFloodIsKept() {
    var messages = ToolMessages()
    for _ in 0..<40 { _ = messages.take(String(repeating: "0123456789\n", count: 6000).utf8) }
    _ = messages.take((String(repeating: "9876543210\n", count: 6000) + "at last").utf8)
    _ = messages.finish()
    #expect(messages.end.hasSuffix("9876543210\nat last"))
    #expect(messages.end.utf8.count <= 2 * ToolMessages.longestEnd)
  }
}
