import Foundation
import LFMCheckpoint
import LFMTokenizer
import Testing

@testable import LFMLanguage

@Suite struct ForcedTextTests {
  private static func tokenizer() throws -> Tokenizer {
    let path = TestFiles.package.appending(path: "Tests/LFMTokenizerTests/Fixtures/small.gguf").path
    return try Tokenizer(checkpoint: Checkpoint(path: path, requiring: .metadata))
  }

  private func matcher(_ grammar: String, _ tokenizer: Tokenizer) throws -> ConstraintMatcher {
    try TokenConstraint(
      CompiledConstraint(.grammar(grammar)), ConstraintVocabulary(tokenizer.vocabulary)
    ).matcher()
  }

  @Test(arguments: [
    (#"root ::= "stone river" [0-9]"#, "stone river"),
    (#"root ::= "abc" | "abd""#, "ab"),
    (#"root ::= "abc""#, "abc"),
    (#"root ::= "a"? "b""#, ""),
    (#"root ::= "a" "b"?"#, "a"),
    (#"root ::= "" | "b""#, ""),
    (#"root ::= ("x" root | "x" "y") "z""#, "x"),
    ("root ::= [éè]", "\u{C3}"),
  ])
  func bytes(grammar: String, forced: String) throws {
    let tokenizer = try Self.tokenizer()
    let bytes = try matcher(grammar, tokenizer).forcedBytes()
    let expected = forced == "\u{C3}" ? [0xC3] : Array(forced.utf8)
    #expect(bytes == expected)
  }

  @Test func aRunWithoutEndIsBounded() throws {
    let tokenizer = try Self.tokenizer()
    let bytes = try matcher(#"root ::= "a"{100000}"#, tokenizer).forcedBytes()
    #expect(bytes.count == ConstraintMatcher.mostForcedBytes)
  }

  /// Whatever comes after a forced text, the tokenizer puts the forced tokens at the beginning of the whole.
  @Test(arguments: [
    "stone river", "{\"name\": \"", "the lamp's ", "marmot", "  ", "\n\n", "12", "a (b", " stone",
    "river, ", "'l", "it'", "naïve",
  ])
  func tokensAreThoseOfTheWholeText(forced: String) throws {
    let tokenizer = try Self.tokenizer()
    let literal = forced.replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let matcher = try matcher("root ::= \"\(literal)\" .*", tokenizer)
    let tokens = try matcher.forcedTokens(tokenizer)
    for next in ["", "s", " s", "river", "l x", "3", "\"", "\n", " ", ": ", "é", "...", "ve"] {
      let whole = tokenizer.encode(forced + next, parsesSpecialTokens: false)
      #expect(whole.starts(with: tokens), "\(forced.debugDescription) + \(next.debugDescription)")
    }
    if forced == "stone river" { #expect(!tokens.isEmpty) }
  }

  @Test func aWholeTextIsCertainToItsEnd() throws {
    let tokenizer = try Self.tokenizer()
    var matcher = try matcher(#"root ::= ("a" | "b") " stone river""#, tokenizer)
    let whole = tokenizer.encode("a stone river", parsesSpecialTokens: false)
    #expect(try matcher.advance(whole[0]))
    let forced = try matcher.forcedTokens(tokenizer, after: [whole[0]])
    #expect([whole[0]] + forced == whole)
    for token in forced { #expect(try matcher.advance(token)) }
    #expect(matcher.mustEnd)
  }

  /// The tokenizer would not have stopped inside a word: what follows is left to the model.
  @Test func anOddBeginningIsNotContinued() throws {
    let tokenizer = try Self.tokenizer()
    let river = tokenizer.encode(" river", parsesSpecialTokens: false)
    var matcher = try matcher(#"root ::= " river""#, tokenizer)
    let space = try #require(tokenizer.vocabulary.token([0x20]))
    #expect(river[0] != space)
    #expect(try matcher.advance(space))
    #expect(try matcher.forcedTokens(tokenizer, after: [space]).isEmpty)
  }
}
