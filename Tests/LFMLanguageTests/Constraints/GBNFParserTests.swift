import Foundation
import LFMGeneration
import Testing

@testable import LFMLanguage

@Suite struct GBNFParserTests {
  private func accepts(_ grammar: String, _ text: String) throws -> Bool {
    try CompiledConstraint(.grammar(grammar)).accepts(Array(text.utf8))
  }

  @Test(arguments: [
    (#"root ::= "a\x41\u00e9\U0001F680\n\t\"\\""#, "aAé🚀\n\t\"\\", true),
    ("root ::= [^a-y]", "z", true),
    ("root ::= [^a-y]", "b", false),
    ("root ::= [^a-y]", "é", true),
    ("root ::= [^a-y]", "🚀", true),
    ("root ::= [ぁ-ゟ]+", "ひらがな", true),
    ("root ::= [ぁ-ゟ]+", "カ", false),
    (#"root ::= [a\-\]\[-]+"#, "a-][", true),
    ("root ::= [\\u0800-\\uFFFF]", "\u{D7FF}", true),
    ("root ::= [\\u0800-\\uFFFF]", "\u{E000}", true),
    ("root ::= [\\u0800-\\uFFFF]", "\u{7FF}", false),
    ("root ::= .", "é", true),
    ("root ::= .", "\n", true),
    ("root ::= . .", "é", false),
    ("root ::= \"a\"{2}", "aa", true),
    ("root ::= \"a\"{2}", "aaa", false),
    ("root ::= \"a\"{2,}", "aaaaa", true),
    ("root ::= \"a\"{2,3}", "aaaa", false),
    ("root ::= \"a\"{0}", "", true),
    ("root ::= (\"a\" # one\n \"b\"\n)+ # two\n# three\n", "abab", true),
    ("root ::= x |\n  y\nx ::= \"x\"\ny ::= \"y\"", "y", true),
    ("root ::= \"x\"\n  | \"y\"\n", "y", true),
    ("root ::=\n  my-rule2\r\nmy-rule2 ::= \"a\" |\n", "", true),
    ("root ::= \"\"", "", true),
    ("root ::= (((\"a\")))?", "a", true),
    ("root ::= \"a\"??", "", true),
    ("root ::= \"a\"??", "aa", false),
    ("root ::= \"a\"?* + \"b\"", "aab", true),
    ("root ::= \"a\"{2}{3}", "aaaaaa", true),
    ("root ::= \"a\"{2}{3}", "aaaaa", false),
  ])
  func reads(grammar: String, text: String, isAccepted: Bool) throws {
    #expect(try accepts(grammar, text) == isAccepted)
  }

  @Test(arguments: [
    ("", "line 1, column 1: there is no rule “root”"),
    ("x ::= \"a\"", "there is no rule “root”"),
    ("root ::= \"a\"\n  other", "column 8: ::= should"),
    ("root ::= a b\na ::= \"x\"", "line 1, column 12: the rule “b” is not defined"),
    ("root ::= \"a", "column 10: this text is not closed"),
    ("root ::= [a", "column 10: this class is not closed"),
    ("root ::= []", "column 10: this class is empty"),
    ("root ::= [z-a]", "column 11: this range is the wrong way round"),
    ("root ::= (\"a\"", "column 10: this parenthesis is not closed"),
    ("root ::= \"a\")", "column 13: no parenthesis is open"),
    ("root ::= *", "column 10: something should stand before *"),
    ("root ::= \"a\"{2", "column 15: a closing brace"),
    ("root ::= \"a\"{x}", "column 14: a number"),
    ("root ::= \"a\"{3,2}", "wrong way round"),
    ("root ::= \"a\"{99999999999999999999}", "too large"),
    ("root ::= \"\\q\"", "column 11: this escape"),
    ("root ::= \"\\x4\"", "column 11: 2 hexadecimal digits"),
    ("root ::= \"\\ud800\"", "column 11: this is no character"),
    ("root = \"a\"", "column 6: ::= should"),
    ("root ::= \"a\"\nroot ::= \"b\"", "line 2, column 1: the rule “root” is defined twice"),
    ("root ::= <[10]>", "column 10: tokens cannot be named"),
    ("root ::= root \"a\"", "no output can satisfy it"),
    ("root ::= ?", "something should stand before ?"),
  ])
  func refuses(grammar: String, reason: String) throws {
    let failure = #expect(throws: GenerationFailure.self) { try accepts(grammar, "") }
    #expect(failure?.code == .invalidArgument)
    #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
  }

  @Test func refusesHostileGrammars() throws {
    let deep = 60_000
    let hostile = [
      "root ::= " + String(repeating: "(", count: deep) + String(repeating: ")", count: deep),
      "root ::= " + String(repeating: "\"a\" |", count: 1 << 19),
      "root ::= \"a\"" + String(repeating: "?", count: 1_000_000),
      "root ::= (\"a\"" + String(repeating: "{1,2} ", count: 100_000) + ")",
    ]
    for grammar in hostile {
      #expect(throws: GenerationFailure.self) { try accepts(grammar, "") }
    }
  }

  /// Each rule twice the one before: written out, the last would be 2^60 letters.
  @Test func boundsWhatDoubles() throws {
    var grammar = "root ::= r60\nr0 ::= \"a\"\n"
    for rule in 1...60 { grammar += "r\(rule) ::= r\(rule - 1) r\(rule - 1)\n" }
    #expect(try !accepts(grammar, "aaaa"))
    var star = "root ::= r60\nr0 ::= \"a\"?\n"
    for rule in 1...60 { star += "r\(rule) ::= r\(rule - 1){0,1000}\n" }
    #expect(try accepts(star, "aaaa"))
  }

  @Test func takesLongChains() throws {
    var grammar = "root ::= r0 root?\n"
    for rule in 0..<20_000 { grammar += "r\(rule) ::= r\(rule + 1)\n" }
    grammar += "r20000 ::= \"a\"\n"
    #expect(try accepts(grammar, "aa"))
  }

  // MARK: - Shared cases

  @Test(.enabled(if: TestFiles.hasShared("structured/gbnf"), "../shared/testdata is not here"))
  func compilesTheSharedGrammars() throws {
    let folder = TestFiles.shared.appending(path: "structured/gbnf")
    let samples = [
      "arithmetic": ("a = (1+2*(3-x))\n", "a = 1+\n"),
      "c": ("int main(){return 1;}", "int main({}"),
      "chess": ("1. e4 e5\n2. Nf3 Nc6\n", "e4"),
      "english": ("Some words, here.", " x"),
      "japanese": ("ひらがな カタカナ", "abc"),
      "json": (#"{"a": [1, "x", null]}"#, #"{"a": [1,]}"#),
      "json_arr": ("[\n1,\n2]", "[1]"),
      "list": ("- one\n- two\n", "- one"),
    ]
    for file in try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    {
      let constraint = try CompiledConstraint(
        .grammar(try String(contentsOf: file, encoding: .utf8)))
      let name = file.deletingPathExtension().lastPathComponent
      guard let (good, bad) = samples[name] else { continue }
      #expect(try constraint.accepts(Array(good.utf8)), "\(name)")
      #expect(try !constraint.accepts(Array(bad.utf8)), "\(name)")
    }
  }

  @Test(.enabled(if: TestFiles.hasShared("structured/llamacpp"), "../shared/testdata is not here"))
  func agreesWithTheSharedCases() throws {
    let file = TestFiles.shared.appending(path: "structured/llamacpp/grammar_integration.jsonl")
    var count = 0
    for line in try TestFiles.lines(file) where line["kind"]?.text == "gbnf" {
      let name = line["name"]?.text ?? ""
      let grammar = try #require(line["grammar"]?.text)
      if grammar.contains("<[") {
        #expect(throws: GenerationFailure.self) { try CompiledConstraint(.grammar(grammar)) }
        continue
      }
      let constraint = try CompiledConstraint(.grammar(grammar))
      for text in line["accept"]?.array ?? [] {
        #expect(try constraint.accepts(Array((text.text ?? "").utf8)), "\(name): \(text)")
        count += 1
      }
      for text in line["reject"]?.array ?? [] {
        #expect(try !constraint.accepts(Array((text.text ?? "").utf8)), "\(name): \(text)")
        count += 1
      }
    }
    #expect(count > 50)
  }
}
