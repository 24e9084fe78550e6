import LFMLanguage
import Testing

struct StopStringMatcherTests {
  struct Result: Equatable {
    var text: String
    var match: Int?
  }

  static func run(_ stops: [String], _ pieces: [String]) -> Result {
    var matcher = StopStringMatcher(stops)
    var text = ""
    for piece in pieces { text += matcher.consume(piece) }
    text += matcher.finish()
    #expect(matcher.finish().isEmpty && matcher.consume("").isEmpty)
    return Result(text: text, match: matcher.match)
  }

  @Test(
    arguments: [
      (["stop"], "go stop here", "go ", 0), (["x"], "abc", "abc", nil), ([], "abc", "abc", nil),
      ([""], "abc", "abc", nil),
      (["aab"], "aaab", "a", 0), (["abab"], "abaabab", "aba", 0), (["b", "ab"], "xab", "x", 1),
      (["abcd", "bc"], "abcd", "a", 1),
      (["é"], "e\u{301}", "e\u{301}", nil), (["\u{301}"], "e\u{301}x", "e", 0),
      (["\n"], "a\r\nb", "a\r", 0), (["猫"], "🐈猫x", "🐈", 0),
      (["stop"], "sto", "sto", nil), (["", "b"], "ab", "a", 1), (["aaaa"], "aaa", "aaa", nil),
      (["a"], "a", "", 0),
      (["猫犬"], "猫猫犬", "猫", 0),
    ] as [([String], String, String, Int?)])
  func whole(stops: [String], text: String, before: String, match: Int?) {
    let result = Self.run(stops, [text])
    #expect(result.text.isSame(as: before) && result.match == match)
    let pieces = text.unicodeScalars.map { String($0) }
    #expect(
      Self.run(stops, pieces).text.isSame(as: before) && Self.run(stops, pieces).match == match)
  }

  /// Against the slowest way: look at every beginning of the text for stop strings at its end.
  private func reference(_ stops: [String], _ text: String) -> Result {
    let bytes = Array(text.utf8)
    for end in 0...bytes.count {
      let ending = stops.enumerated().filter {
        !$1.isEmpty && bytes[..<end].reversed().starts(with: $1.utf8.reversed())
      }
      guard let longest = ending.max(by: { $0.1.utf8.count < $1.1.utf8.count }) else { continue }
      let first = ending.first { $0.1.utf8.count == longest.1.utf8.count } ?? longest
      return Result(
        text: String(decoding: bytes[..<(end - longest.1.utf8.count)], as: UTF8.self),
        match: first.0)
    }
    return Result(text: text, match: nil)
  }

  @Test func anyChunkingIsTheReference() {
    var random = SeededGenerator(seed: 5)
    let letters = ["a", "b", "é", "猫"]
    func word(_ most: Int) -> String {
      (0..<Int.random(in: 0...most, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? ""
      }.joined()
    }
    for _ in 0..<20_000 {
      let stops = (0..<Int.random(in: 0...3, using: &random)).map { _ in word(4) }
      let text = word(14)
      var pieces = [""]
      for scalar in text.unicodeScalars {
        if Bool.random(using: &random) { pieces.append("") }
        pieces[pieces.count - 1].unicodeScalars.append(scalar)
      }
      let expected = reference(stops, text)
      #expect(Self.run(stops, [text]) == expected, "\(stops) \(text)")
      #expect(Self.run(stops, pieces) == expected, "\(stops) \(pieces)")
    }
  }

  @Test func onlyAPossiblePrefixIsHeldBack() {
    var matcher = StopStringMatcher(["\n\nUser:", "</s>"])
    #expect(matcher.consume("Hello\n") == "Hello")
    #expect(matcher.consume("\n") == "")
    #expect(matcher.consume("\n") == "\n")
    #expect(matcher.consume("Us<") == "\n\nUs")
    #expect(matcher.consume("/t") == "</t")
    #expect(matcher.consume("\n\nUser: x") == "")
    #expect(matcher.match == 0)
    #expect(matcher.consume("more") == "" && matcher.finish() == "")
  }
}
