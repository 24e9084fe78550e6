import Foundation
import Testing

@testable import LFMLanguage

/// What expressions match. Truth: ECMA-262's text, and Python's `re` where both agree.
@Suite struct RegularExpressionTests {
  struct Case: CustomStringConvertible {
    var pattern: String
    var extent: RegularExpression.Extent
    var accepted: [String]
    var rejected: [String]

    init(_ pattern: String, _ accepted: [String], _ rejected: [String]) {
      self.init(pattern, .whole, accepted, rejected)
    }

    init(
      _ pattern: String, _ extent: RegularExpression.Extent, _ accepted: [String],
      _ rejected: [String]
    ) {
      self.pattern = pattern
      self.extent = extent
      self.accepted = accepted
      self.rejected = rejected
    }

    var description: String { pattern }
  }

  static let cases: [Case] = [
    Case("abc", ["abc"], ["", "ab", "abcd", "xabc"]),
    Case("b", .anywhere, ["b", "abc"], ["", "ac"]),
    Case("^b", .anywhere, ["b", "bc"], ["ab", ""]),
    Case("b$", .anywhere, ["b", "ab"], ["ba", "b\n"]),
    Case("^$", .anywhere, [""], ["a", "\n"]),
    Case("a^b", .anywhere, [], ["ab", "a", "b", "a^b"]),
    Case("a|b|", ["a", "b", ""], ["ab"]),
    Case("^A|B|C|D$", .anywhere, ["Ax", "xBx", "xD"], ["xA", "Dx"]),
    Case("a{2,3}?b{,1}c{1,}", ["aac", "aaabcc"], ["ac", "aaaac", "aabbc", "aab"]),
    Case("x{y}{2}", ["x{y}}"], ["xyy"]),
    Case("[a-c]*[^a-c]", ["d", "abcé", "\n"], ["a", "", "dd"]),
    Case("[]|a", ["a"], ["", "]"]),
    Case("[^]", ["a", "\n", "🙂"], ["", "aa"]),
    Case("[\\w-.]+", ["a-b.c", "_"], ["a b", ""]),
    Case("[a\\]b-]+", ["]-ab"], ["[", ""]),
    Case(".", ["a", "🙂", "\u{0}"], ["\n", "\r", "\u{2028}", "\u{2029}", "", "ab"]),
    Case("(?s).", ["\n", "a"], ["", "ab"]),
    Case("(?:a(?i)b)c", ["abc", "aBc"], ["Abc", "abC"]),
    Case("(?i:ſtraße)", ["STRAẞE", "straße"], ["strasse"]),
    Case("(?<year>\\d{4})-(?P<m>0[1-9]|1[0-2])", ["2026-11"], ["2026-13", "26-11"]),
    Case(
      "\\x41\\u0042\\u{43}\\u{1F642}\\uD83D\\uDE42\\cA\\0\\t\\/\\-", ["ABC🙂🙂\u{1}\0\t/-"], ["ABC"]),
    Case("\\bfoo\\b", .anywhere, ["foo", "a foo.", "-foo-"], ["foob", "afoo", "a_foo", ""]),
    Case("a\\Bb", ["ab"], ["a", "a b"]),
    Case("\\B", .anywhere, ["", "ab", ".."], ["a"]),
    Case("^(?!foo).*$", .anywhere, ["", "fo", "bar", "afoo"], ["foo", "foobar"]),
    Case(
      "^(?=.*\\d)(?=.*[a-z])(?!.*\\s).{4,6}$", .anywhere, ["abc1", "1a1a1a"],
      ["abcd", "1234", "a1", "abc1 ", "abcdef1"]),
    Case("((?!foo).)*", ["", "barfo", "fofo"], ["foo", "afoob"]),
    Case("(?:(?!-->).)*-->", ["-->", "a-->"], ["-->-->", "a--"]),
    Case("a(?=b)b|a(?=c)", .anywhere, ["ab", "ac"], ["a", "ad"]),
    Case("(?<=a)b", .anywhere, ["ab", "xab"], ["b", "cb"]),
    Case("(?<!a)b", .anywhere, ["b", "cb", "abb"], ["ab", "a"]),
    Case("(?<=^|,)x(?=,|$)", .anywhere, ["x", "a,x", "x,b"], ["ax", "xb"]),
    Case("(?=\\b)a", ["a"], [""]),
    Case("\\w+(?!\\b)", .anywhere, ["ab"], ["a", ""]),
    Case("\\p{L}+\\P{L}", ["é1", "жα "], ["1", "éé"]),
    Case("[[:alpha:]_]+", ["aB_"], ["1", ":"]),
    Case("[[:alpha:]]", .anywhere, ["a]", ":]"], ["a", "b]"]),
    Case("(?m)^a$", .anywhere, ["a", "b\na", "a\nb", "\ra\u{2028}"], ["ba", "ab", "b\nab"]),
    Case("(?=\\p{sc=Han}).\\p{Han}*", ["漢字"], ["かな", ""]),
    Case("\\Aab\\z", ["ab"], ["a"]),
    Case("a(?#no matter)b", ["ab"], ["a(?#no matter)b"]),
    Case("(a*)*b", ["b", "aab"], ["a"]),
    Case("(?:|a)+", ["", "aa"], ["b"]),
    Case("a{0}b", ["b"], ["ab"]),
    Case("(\\([0-9]{3}\\))?[0-9]{3}-[0-9]{4}", ["(123)456-7890", "456-7890"], ["123456-7890"]),
  ]

  @Test(arguments: cases)
  func matches(_ item: Case) throws {
    let automaton = try RegularExpression.automaton(item.pattern, item.extent)
    let bytes = try automaton.utf8()
    for text in item.accepted {
      #expect(automaton.accepts(text), "\(item.pattern) on \(text)")
      #expect(bytes.accepts(text.utf8), "\(item.pattern) on the bytes of \(text)")
    }
    for text in item.rejected {
      #expect(!automaton.accepts(text), "\(item.pattern) on \(text)")
      #expect(!bytes.accepts(text.utf8), "\(item.pattern) on the bytes of \(text)")
    }
  }

  /// Expressions that people write, as Python's `re` matches them (Tools/language-fixtures/make_expressions.py).
  @Test func expressionsAsPythonMatchesThem() throws {
    let lines = try TestFiles.lines(TestFiles.fixtures.appending(path: "expressions.jsonl"))
    #expect(lines.count > 40)
    for line in lines {
      let pattern = try #require(line["pattern"]?.text)
      let anywhere = try RegularExpression.automaton(pattern, .anywhere)
      let whole = try RegularExpression.automaton(pattern, .whole)
      for item in line["cases"]?.array ?? [] {
        guard let parts = item.array, parts.count == 3, let text = parts[0].text else { continue }
        #expect(.bool(anywhere.accepts(text)) == parts[1], "\(pattern) in \(text)")
        #expect(.bool(whole.accepts(text)) == parts[2], "\(pattern) on \(text)")
      }
    }
  }

  struct Refusal: CustomTestStringConvertible {
    var pattern: String
    var reason: RegularFailure.Reason
    var column: Int?

    var testDescription: String { String(pattern.prefix(40)) }
  }

  static let refusals: [Refusal] = [
    Refusal(pattern: "^(a$", reason: .syntax, column: 2),
    Refusal(pattern: "a)", reason: .syntax, column: 2),
    Refusal(pattern: "^+", reason: .syntax, column: 2),
    Refusal(pattern: "*a", reason: .syntax, column: 1),
    Refusal(pattern: "a**", reason: .syntax, column: 3),
    Refusal(pattern: "a|+", reason: .syntax, column: 3),
    Refusal(pattern: "a{3,1}", reason: .syntax, column: 2),
    Refusal(pattern: "[z-a]", reason: .syntax, column: 2),
    Refusal(pattern: "[abc", reason: .syntax, column: 1),
    Refusal(pattern: "ab\\", reason: .syntax, column: 3),
    Refusal(pattern: "\\q", reason: .syntax, column: 1),
    Refusal(pattern: "\\u12", reason: .syntax, column: 1),
    Refusal(pattern: "(?<1a>b)", reason: .syntax, column: 4),
    Refusal(pattern: "(?~b)", reason: .syntax, column: 1),
    Refusal(pattern: "\\uD800", reason: .unsupported, column: 1),
    Refusal(pattern: "(a)\\1", reason: .unsupported, column: 4),
    Refusal(pattern: "(?<n>a)\\k<n>", reason: .unsupported, column: 8),
    Refusal(pattern: "a++", reason: .unsupported, column: 3),
    Refusal(pattern: "(?>a)", reason: .unsupported, column: 1),
    Refusal(pattern: "(?x) a", reason: .unsupported, column: 3),
    Refusal(pattern: "\\p{Klingon}", reason: .unsupported, column: 1),
    Refusal(pattern: "a(?=(?<=a)b)", reason: .unsupported, column: nil),
    Refusal(pattern: "(?<=a$)b", reason: .unsupported, column: nil),
    Refusal(pattern: "a{1,1000000}", reason: .tooLarge, column: nil),
    Refusal(pattern: "a{99999999999999999999}", reason: .tooLarge, column: nil),
    Refusal(pattern: "(a{1,1000}){1,1000}", reason: .tooLarge, column: nil),
    Refusal(pattern: "((a{1,100}){1,100}){1,100}", reason: .tooLarge, column: nil),
    Refusal(pattern: "(a|b)*a(a|b){30}", reason: .tooLarge, column: nil),
    Refusal(
      pattern: String(repeating: "(?=\\b", count: 40) + String(repeating: ")", count: 40),
      reason: .tooLarge, column: nil),
    Refusal(
      pattern: (0..<5000).map { "[\\p{L}\\u{\(String(0x2000 + $0, radix: 16))}]" }.joined(),
      reason: .tooLarge, column: nil),
    Refusal(
      pattern: String(repeating: "(", count: 60_000), reason: .tooLarge, column: 201),
    Refusal(
      pattern: String(repeating: "(?:a|", count: 10_000) + "b"
        + String(repeating: ")", count: 10_000), reason: .tooLarge, column: 1001),
    Refusal(pattern: String(repeating: "a", count: 70_000), reason: .tooLarge, column: nil),
  ]

  @Test(arguments: refusals)
  func refuses(_ item: Refusal) throws {
    let failure = #expect(throws: RegularFailure.self) {
      try RegularExpression.automaton(item.pattern, .anywhere)
    }
    #expect(
      failure?.reason == item.reason, "\(item.pattern.prefix(40)): \(failure?.description ?? "")")
    #expect(
      failure?.column == item.column, "\(item.pattern.prefix(40)): \(failure?.description ?? "")")
  }

  /// Many patterns that are each within bounds are not together.
  @Test func oneBudgetForMany() throws {
    var budget = RegularBudget(work: 3_000_000)
    let pattern = "(a|b)*a(a|b){11}"
    _ = try RegularExpression.automaton(pattern, .anywhere, budget: &budget)
    #expect((0..<3_000_000).contains(budget.work))
    #expect(throws: RegularFailure.self) {
      for _ in 0..<1000 {
        _ = try RegularExpression.automaton(pattern, .anywhere, budget: &budget)
      }
    }
    let heads = (0..<300).map { "(?!(a|b)*a(a|b){\(10 + $0 % 3)}\($0))" }.joined()
    let failure = #expect(throws: RegularFailure.self) {
      try RegularExpression.automaton("(?:\(heads)x){1,20}", .whole)
    }
    #expect(failure?.reason == .tooLarge)
  }
}
