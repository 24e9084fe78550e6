import Testing

@testable import lfmctl

@Suite struct ShownCallTests {
  @Test func nothingIsInvisible() {
    #expect(ShownCall.text(#"{"a": "é 中 \n"}"#) == #"{"a": "é 中 \n"}"#)
    for number: UInt32 in [
      0x00AD, 0x200B, 0x200F, 0x202A, 0x202E, 0x2028, 0x2066, 0x2069, 0xFEFF, 0xE0041,
    ] {
      let scalar = Unicode.Scalar(number).map { String($0) } ?? ""
      #expect(
        ShownCall.text("a" + scalar + "b") == "a\\u{\(String(number, radix: 16))}b")
    }
    #expect(!ShownCall.question("f", "{\"a\": \"\u{9b}2J\"}").contains("\u{9b}"))
  }

  @Test func longArgumentsLeaveTheQuestionInSight() {
    let whole = ShownCall.longestHead + ShownCall.longestTail
    let fitting = String(repeating: "x", count: whole)
    #expect(ShownCall.text(fitting) == fitting)
    let long = "begin" + String(repeating: "x", count: 100_000) + "end"
    let text = ShownCall.text(long)
    #expect(text.hasPrefix("begin") && text.hasSuffix("end"))
    #expect(text.contains("(\(long.count - whole) characters are not shown)"))
    #expect(text.count < whole + 100)
    #expect(ShownCall.question("f", long).contains("\nrun f? [y]es"))
  }
}
