import ArgumentParser
import LFMGeneration
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct ConstrainCommandTests {
  private func source(_ arguments: [String]) throws -> ConstraintSource {
    try ConstrainCommand.parse(arguments).constraint.source()
  }

  @Test(arguments: [
    [], ["--check", "-"], ["--regex", "a", "--grammar", "g"],
    ["--schema", "s", "--choice", "c", "--json"],
  ])
  func wantsOneConstraint(arguments: [String]) {
    #expect(throws: (any Error).self) { try ConstrainCommand.parse(arguments) }
  }

  @Test func readsEveryKind() throws {
    let folder = try TemporaryFolder()
    try folder.write("{\"type\": \"null\"}", to: "schema")
    try folder.write("root ::= \"a\"\n", to: "grammar")
    try folder.write("[\"a\", \"b\"]", to: "choice")
    #expect(try source(["--regex", "a+"]) == .regularExpression("a+"))
    #expect(
      try source(["--schema", folder.path("schema")])
        == .jsonSchema(.object(JSONObject([("type", .string("null"))]))))
    #expect(try source(["--grammar", folder.path("grammar")]) == .grammar("root ::= \"a\"\n"))
    #expect(try source(["--choice", folder.path("choice")]) == .choice(["a", "b"]))
  }

  @Test func linesAreCountedAsTheyStand() throws {
    var texts: [String] = []
    let failure = try #require(throws: Failure.self) {
      try ConstrainCommand.forEachText(in: "\"a\"\n\n\nfoo\n", of: "check") { texts.append($0) }
    }
    #expect(texts == ["a"])
    #expect("\(failure)".contains("check, line 4"))
  }

  @Test(arguments: ["{", "{}", "[1]", "[\"a\", null]"])
  func refusesAChoiceOfOtherThings(text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "choice")
    #expect(throws: (any Error).self) { try source(["--choice", folder.path("choice")]) }
  }
}
