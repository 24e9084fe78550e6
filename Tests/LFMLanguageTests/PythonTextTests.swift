import LFMLanguage
import Testing

struct PythonTextTests {
  @Test(arguments: [
    (0.0, "0.0"), (-0.0, "-0.0"), (1e-05, "1e-05"), (0.0001, "0.0001"),
    (1e15, "1000000000000000.0"),
    (1e16, "1e+16"), (0.1 + 0.2, "0.30000000000000004"), (.leastNonzeroMagnitude, "5e-324"),
    (1.5e300, "1.5e+300"),
    (123456.789, "123456.789"), (-2.5e-8, "-2.5e-08"), (100, "100.0"),
    (9_007_199_254_740_992, "9007199254740992.0"),
  ])
  func floats(value: Double, text: String) { #expect(PythonText.repr(value) == text) }

  @Test(arguments: [
    ("", "''"), ("it's", "\"it's\""), ("\"", "'\"'"), ("'\"", "'\\'\"'"),
    ("\\\n\t\r", "'\\\\\\n\\t\\r'"),
    ("\u{1}\u{7f}\u{85}\u{a0}", "'\\x01\\x7f\\x85\\xa0'"), ("\u{2028}\u{200b}", "'\\u2028\\u200b'"),
    ("\u{e0001}", "'\\U000e0001'"), ("é猫🐈", "'é猫🐈'"), ("\u{e000}", "'\\ue000'"),
  ])
  func strings(value: String, text: String) { #expect(PythonText.repr(value).isSame(as: text)) }

  @Test func stripTakesPythonsWhitespace() {
    #expect(PythonText.strip("\u{1c}\u{a0}\u{3000}\r\n a b \u{85}\u{2028}") == "a b")
    #expect(PythonText.strip("\u{200b}a\u{feff}").isSame(as: "\u{200b}a\u{feff}"))
    #expect(PythonText.strip(" \n").isEmpty)
  }
}
