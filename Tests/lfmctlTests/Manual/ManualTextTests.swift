import Testing

@testable import lfmctl

@Suite struct ManualTextTests {
  @Test func textIsHarmless() {
    #expect(ManualText.line(".Nm a\\b") == "\\&.Nm a\\eb")
    #expect(ManualText.line("'tis") == "\\&'tis")
    #expect(ManualText.argument("Ar a \"b\" . -x") == "\\&Ar a \\(dqb\\(dq \\&. -x")
    #expect(ManualText.sentence("Serve a model.") == "serve a model")
  }

  @Test func blocksAreParagraphsAndExamples() {
    let blocks = ManualText.blocks("One\ntwo\n\nthree\n\n    $ a\n\n      b\nfour\n")
    #expect(
      blocks == [
        .paragraph(["One", "two"]), .paragraph(["three"]), .literal(["$ a", "", "  b"]),
        .paragraph(["four"]),
      ])
    #expect(ManualText.blocks("\n \n").isEmpty)
  }

  @Test func sentencesBeginLines() {
    #expect(
      ManualText.sentences("One. Two (2.) three? \"Four!\" v1.5 x.") == [
        "One.", "Two (2.)", "three?", "\"Four!\"", "v1.5 x.",
      ])
    #expect(ManualText.sentences("") == [])
  }

  @Test func everyCommandIsInTheManual() throws {
    let page = try Manual.ownDescription()
    let names = (page.subcommands ?? []).map(\.commandName)
    #expect(names.contains("chat") && names.contains("generate"))
    #expect(page.exitCodes?.contains("124") == true)
    #expect(!page.explanation.contains("124"))
    let chat = try #require(page.subcommands?.first { $0.commandName == "chat" })
    var text = ManualText("x", section: 1, date: "d")
    text.arguments(chat.shown)
    #expect(text.text.contains(".It Fl -system Ar system\nA system message."))
    #expect(text.text.contains(".It Fl -no-history\n"))
  }
}
