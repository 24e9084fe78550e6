import Testing

@testable import lfmctl

@Suite struct ToolResultTests {
  private func text(
    _ output: some Sequence<UInt8>, leftOut: Int = 0, complaint: String = "",
    _ ending: ToolProcess.Ending = .exited(0)
  ) -> String {
    ToolResult.text(
      of: .init(output: Array(output), leftOut: leftOut, complaint: complaint, ending: ending))
  }

  @Test func resultsTellFailures() {
    #expect(text("a\n\n".utf8) == "a")
    #expect(
      text("x\n".utf8, .exited(2))
        == #"{"error": "the tool ended with exit code 2", "output": "x"}"#)
    #expect(
      text("".utf8, complaint: "no", .signalled(9))
        == #"{"error": "the tool was ended by signal 9", "standard_error": "no"}"#)
    #expect(text("".utf8, .timedOut) == #"{"error": "the tool took too long and was ended"}"#)
    #expect(text("".utf8, .unknown).hasPrefix(#"{"error": "#))
    // What a tool says beside a result that is one is not the model's.
    #expect(text("x".utf8, complaint: "a warning") == "x")
  }

  /// In every script: at most the beginning of one character goes, and a whole one stays.
  @Test(arguments: ["abcd", "аéбв", "中文中文", "🐈a🐈🐈"])
  func aCutLeavesWholeCharacters(whole: String) {
    let bytes = Array(whole.utf8)
    for count in 0...bytes.count {
      var kept = ""
      for scalar in whole.unicodeScalars {
        guard kept.utf8.count + UTF8.width(scalar) <= count else { break }
        kept.unicodeScalars.append(scalar)
      }
      let lost = bytes.count - kept.utf8.count + 5
      #expect(
        text(bytes.prefix(count), leftOut: bytes.count - count + 5)
          == "\(kept) … (cut: \(lost) more bytes are left out)")
    }
  }

  @Test func summariesAreShort() {
    #expect(ToolResult.summary("a b") == "a b")
    #expect(ToolResult.summary("") == "nothing")
    #expect(ToolResult.summary("a\nb") == "a … (3 bytes in all)")
    let long = String(repeating: "é", count: 1000)
    #expect(
      ToolResult.summary(long) == String(repeating: "é", count: 200) + " … (2000 bytes in all)")
  }
}
