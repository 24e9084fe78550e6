import Testing

@testable import lfmctl

@Suite struct MessageEditorTests {
  /// What a message is after keys; `|` is the cursor.
  private func after(_ keys: [Key], history: [String] = []) -> String {
    var editor = MessageEditor(history: history)
    for key in keys { _ = editor.take(key) }
    return String(editor.text[..<editor.cursor]) + "|" + String(editor.text[editor.cursor...])
  }

  @Test func keysEdit() {
    #expect(after([.text("abc"), .left, .backspace, .text("x")]) == "ax|c")
    #expect(after([.text("one two"), .wordLeft, .deleteWord]) == "|two")
    #expect(after([.text("one two"), .wordLeft, .deleteToEnd]) == "one |")
    #expect(after([.text("one two"), .wordLeft, .deleteToStart]) == "|two")
    #expect(after([.text("ab"), .start, .delete, .end, .text("c")]) == "bc|")
    #expect(after([.text("ab"), .start, .endOfInput]) == "|b")
    #expect(after([.text("e"), .text("\u{301}"), .backspace]) == "|")
    #expect(after([.backspace, .delete, .left, .right, .deleteWord, .up, .down]) == "|")
  }

  @Test func linesAreMovedIn() {
    let lines: [Key] = [.text("first"), .newline, .text("second"), .newline, .text("3")]
    #expect(after(lines + [.up]) == "first\ns|econd\n3")
    #expect(after(lines + [.up, .end, .up]) == "first|\nsecond\n3")
    #expect(after(lines + [.up, .up, .down]) == "first\ns|econd\n3")
    #expect(after(lines + [.up, .deleteToEnd, .start]) == "first\n|s\n3")
  }

  @Test func earlierMessagesComeBackAndTheNewOneIsKept() {
    let history = ["old", "newer"]
    #expect(after([.text("draft"), .up], history: history) == "newer|")
    #expect(after([.text("draft"), .up, .up, .up], history: history) == "old|")
    #expect(after([.text("draft"), .up, .up, .down, .down], history: history) == "draft|")
  }

  @Test func enterSendsUnlessThereIsMoreToCome() {
    #expect(outcomes([.text("a\\"), .enter, .text("b"), .enter]) == [.submitted("a\nb")])
    #expect(
      outcomes([.text("\"\"\""), .enter, .text("x\\"), .enter, .text("\"\"\""), .enter])
        == [.submitted("x\\")])
    let macro = "#define A \\\n  1\n"
    #expect(outcomes([.paste(macro), .enter]) == [.submitted(macro)])
    #expect(outcomes([.endOfInput]) == [.ended])
    #expect(outcomes([.text("x"), .interrupt, .enter]) == [.discarded, .submitted("")])
  }

  /// What comes of keys beside editing.
  private func outcomes(_ keys: [Key]) -> [MessageEditor.Outcome] {
    var editor = MessageEditor()
    return keys.map { editor.take($0) }.filter { $0 != .editing }
  }

  @Test func aMessageIsLaidOutInTheColumns() {
    func layout(_ keys: [Key], width: Int = 10) -> MessageLayout {
      var editor = MessageEditor()
      for key in keys { _ = editor.take(key) }
      return MessageLayout(editor, prompt: "> ", continuation: ". ", width: width)
    }
    let short = layout([.text("abc"), .left])
    #expect(short.output == "> abc")
    #expect((short.lastRow, short.cursorRow, short.cursorColumn) == (0, 0, 4))
    let full = layout([.text("12345678")])
    #expect((full.lastRow, full.cursorRow, full.cursorColumn) == (1, 1, 0))
    let wide = layout([.text("1234567漢")])
    #expect((wide.lastRow, wide.cursorRow, wide.cursorColumn) == (1, 1, 2))
    let lines = layout([.text("a"), .newline, .text("bc"), .left])
    #expect(lines.output == "> a\u{1b}[K\r\n. bc")
    #expect((lines.lastRow, lines.cursorRow, lines.cursorColumn) == (1, 1, 3))
    let steering = layout([.paste("\u{1b}[2J")], width: 40)
    #expect(!steering.output.dropFirst(2).contains("\u{1b}"))
    #expect(MessageLayout.cells("e\u{301}") == 1)
    #expect(MessageLayout.cells("👍🏽") == 2)
  }
}
