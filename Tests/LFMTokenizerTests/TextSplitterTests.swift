// AddedTokens' matcher and the splitter that uses it.
import Testing

@testable import LFMTokenizer

struct TextMatcherTests {
  private func matcher(_ texts: [String]) -> TextMatcher {
    var matcher = TextMatcher()
    for (id, text) in texts.enumerated() { matcher.insert(Array(text.utf8)[...], TokenID(id)) }
    return matcher
  }

  private func first(_ texts: [String], _ text: String) -> String? {
    matcher(texts).first(text).map { "\($0.token)@\($0.range)" }
  }

  @Test func leftmostThenLongest() {
    #expect(first(["bc", "ab", "abcd", "abc"], "xabcx") == "3@1..<4")
    #expect(first(["bcd", "abx"], "abcd") == "0@1..<4")
    #expect(first(["aab"], "aaab") == "0@1..<4")
    #expect(first(["a"], "xa") == "0@1..<2")
    #expect(first(["é"], "e\u{301}é") == "0@3..<5")
    #expect(first(["ab"], "a") == nil)
    #expect(first([], "a") == nil)
    #expect(first([""], "a") == nil)
  }

  @Test func aMatchEndsByTheLimit() {
    #expect(matcher(["abc"]).first("abc", starts: 0..<2, limit: 2) == nil)
    #expect(matcher(["ab", "abc"]).first("abc", starts: 0..<2, limit: 2)?.range == 0..<2)
    #expect(matcher(["a"]).first("abc", starts: 0..<1, limit: 1)?.range == 0..<1)
  }
}

struct TextSplitterTests {
  private func split(_ text: String, _ splitter: TextSplitter, budget: Int) throws -> [String] {
    let added = try smallTokenizer(
      control: ["<|x|>", "<|"], userDefined: ["a<", "wörd", "<t>"]
    ).addedTokens
    let bytes = Array(text.utf8)
    var splitter = splitter
    while true {
      var rest = budget
      if splitter.step(bytes.span, added, budget: &rest) { break }
    }
    return splitter.matches.map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  @Test(arguments: [1, 2, 3, 1000])
  func specialTokensGoBeforeUserDefinedOnes(_ budget: Int) throws {
    let parsing = TextSplitter(parsesSpecialTokens: true)
    let text = TextSplitter(parsesSpecialTokens: false)
    #expect(try split("a<|x|>a<b", parsing, budget: budget) == ["<|x|>", "a<"])
    #expect(try split("a<|x|>a<b", text, budget: budget) == ["a<", "a<"])
    #expect(try split("wörd<t><||x", parsing, budget: budget) == ["wörd", "<t>", "<|"])
    #expect(try split("wörd<t><||x", text, budget: budget) == ["wörd"])
    #expect(try split("", parsing, budget: budget) == [])
  }

  @Test(arguments: [1, 2, 3, 1000])
  func noTokenIsFoundAcrossAFixedOne(_ budget: Int) throws {
    let fixed = [TokenMatch(range: 2..<2, token: 7), TokenMatch(range: 2..<2, token: 8)]
    #expect(try split("wörd wörd", TextSplitter(fixed: fixed), budget: budget) == ["", "", "wörd"])
  }
}
