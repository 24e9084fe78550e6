import Foundation
import LFMGeneration
import Testing

@testable import LFMLanguage

@Suite struct ConstraintSourceTests {
  private func accepts(_ source: ConstraintSource, _ text: String) throws -> Bool {
    try CompiledConstraint(source).accepts(Array(text.utf8))
  }

  @Test func aChoiceIsOneOfItsTexts() throws {
    let choice = ConstraintSource.choice(["yes", "no", "not at all", "é🚀", "a\nb"])
    for text in ["yes", "no", "not at all", "é🚀", "a\nb"] { #expect(try accepts(choice, text)) }
    for text in ["", "y", "yess", "not", "not at al", "é", "Yes"] {
      #expect(try !accepts(choice, text))
    }
    #expect(try accepts(.choice([""]), ""))
    #expect(throws: GenerationFailure.self) { try CompiledConstraint(.choice([])) }
  }

  @Test func aChoiceMayBeLong() throws {
    let texts = (0..<20_000).map { "item number \($0)" }
    let constraint = try CompiledConstraint(.choice(texts))
    #expect(try constraint.accepts(Array("item number 19999".utf8)))
    #expect(try !constraint.accepts(Array("item number 20000".utf8)))
  }

  @Test func aRegularExpressionTakesTheWholeText() throws {
    #expect(try accepts(.regularExpression("[a-c]+|x{2,3}"), "abcab"))
    #expect(try !accepts(.regularExpression("[a-c]+|x{2,3}"), "abcx"))
    let failure = #expect(throws: GenerationFailure.self) {
      try CompiledConstraint(.regularExpression("(a"))
    }
    #expect(failure?.code == .invalidArgument)
  }

  @Test func toolCallsKeepToTheirSchemas() throws {
    let parameters = try JSONParser.parse(
      #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#)
    let tools = [ToolDeclaration(name: "add", parameters: parameters)]
    let source = ConstraintSource.toolCalls(tools, .any, parallel: true)
    #expect(try accepts(source, "[add(n=3)]"))
    #expect(try accepts(source, "[add(n=3), add(n=-4)]"))
    for text in ["[]", "[add()]", "[add(n=\"3\")]", "[sub(n=3)]", "[add(n=3)"] {
      #expect(try !accepts(source, text))
    }
  }

  @Test(
    .enabled(
      if: TestFiles.hasShared("structured/xgrammar"), "../shared/testdata is not on this machine"))
  func anyJSON() throws {
    let constraint = try CompiledConstraint(.jsonSchema(.bool(true)))
    let file = TestFiles.shared.appending(path: "structured/xgrammar/accept_cases.jsonl")
    var count = 0
    for line in try TestFiles.lines(file) where line["kind"]?.text == "builtin_json" {
      let text = try #require(line["string"]?.text)
      let isAccepted = line["accept"] == .bool(true)
      // White space at the end, which is refused there, is JSON.
      let isJSON = isAccepted || (try? JSONParser.parse(text)) != nil
      #expect(try constraint.accepts(Array(text.utf8)) == isJSON, "\(text)")
      count += 1
    }
    #expect(count > 5)
  }
}
