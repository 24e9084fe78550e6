import LFMGeneration
import Testing

@testable import lfmctl

/// Numbers, sentences, progress, and text that is fit for a terminal.
@Suite struct TextForPeopleTests {
  @Test func usageIsOneSentence() {
    #expect(
      GenerationOutputTests.summary.usage.sentence
        == "prompt 5 tokens (2 cached) in 250 ms (12 tokens/s), 1 thinking + 3 answer tokens in "
        + "2 s (2 tokens/s), waited 1 ms")
    #expect(
      GenerationUsage().sentence
        == "prompt 0 tokens (0 cached) in 0 ms, 0 thinking + 0 answer tokens in 0 ms, waited 0 ms")
  }

  @Test(arguments: [
    (Duration.milliseconds(12), "12 ms"), (.microseconds(1250), "1.3 ms"),
    (.seconds(1.256), "1.26 s"),
    (.seconds(90), "90 s"),
  ])
  func durationsAreShort(duration: Duration, expected: String) {
    #expect(duration.short == expected)
  }

  @Test func numbersBeyondIntegersDoNotTrap() {
    #expect((1e300).rounded(toPlaces: 2) == "1e+300")
    #expect(Double.nan.rounded(toPlaces: 1) == "nan")
    #expect((2.5).rounded(toPlaces: 0) == "3")
  }

  @Test func theBarIsAsLongAsWhatIsDone() {
    #expect(ProgressLine.bar(0, of: 10, width: 4) == "[----]")
    #expect(ProgressLine.bar(5, of: 10, width: 4) == "[##--]")
    #expect(ProgressLine.bar(10, of: 10, width: 4) == "[####]")
    #expect(ProgressLine.bar(99, of: 10, width: 4) == "[####]")
    #expect(ProgressLine.bar(-5, of: 10, width: 4) == "[----]")
    #expect(ProgressLine.bar(5, of: 0, width: 4) == "[----]")
    #expect(ProgressLine.bar(.max, of: .max, width: 4) == "[####]")
  }

  @Test func aModelCannotSteerTheTerminal() {
    let text = "a\u{1b}[2J\tb\n\u{9b}c\u{7f}é"
    #expect(TerminalText.fit(text, isTerminal: true) == "a␛[2J\tb\n\u{FFFD}c\u{FFFD}é")
    #expect(TerminalText.fit(text, isTerminal: false) == text)
  }

  @Test func wrongUTF8IsRefusedWithItsPlace() throws {
    #expect(try Input.text(of: Array("é\u{0}\r\n".utf8), name: "x") == "é\u{0}\r\n")
    for (bytes, offset) in [
      ([0xFF], 0), ([0x61, 0xC3], 1), ([0xC3, 0xA9, 0xED, 0xA0, 0x80], 2), ([0x61, 0xC0, 0x80], 1),
    ] as [([UInt8], Int)] {
      let failure = #expect(throws: Failure.self) { try Input.text(of: bytes, name: "x") }
      #expect(failure?.status == .badInput)
      #expect(failure?.description.hasSuffix("offset \(offset)") == true)
    }
  }
}
