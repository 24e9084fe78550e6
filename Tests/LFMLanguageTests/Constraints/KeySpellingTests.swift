import Testing

@testable import LFMLanguage

@Suite struct KeySpellingTests {
  @Test(arguments: ["", "a", "foo", "é", "e\u{301}", "😀", "a/b\"\\\n\u{1}", "ſt", "\u{10FFFF}z"])
  func isTheLongWaysLanguage(text: String) throws {
    let short = KeySpelling.automaton(text, escapesAll: true)
    let long = try LiteralSet.automaton([text]).jsonString(.any)
    for seed in 0..<60 {
      for (one, two) in [(short, long), (long, short)] {
        var sampler = GrammarSampler(
          Grammar(rules: [Grammar.Rule(name: "key", expression: .language(one))], root: 0),
          seed: UInt64(seed))
        let bytes = sampler.text()
        #expect(two.accepts(bytes), "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test func withoutEscapes() {
    let key = KeySpelling.automaton("a\"", escapesAll: false)
    #expect(key.accepts(Array(#""a\"""#.utf8)) && key.accepts(Array(#""a\u0022""#.utf8)))
    #expect(!key.accepts(Array(#""\u0061\"""#.utf8)))
  }
}
