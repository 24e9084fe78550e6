// Messages typed on a terminal: reads keys, draws the message after each, and keeps what was typed.

import Foundation
import Glibc

/// The small editor of `lfmctl chat`: one message, of any number of lines.
final class ChatEditor: ChatReading {
  let isInteractive = true
  private let terminal: Terminal
  private let history: ChatHistory
  private var decoder = KeyDecoder()
  /// Keys that came behind the Enter of the last message.
  private var keys: [Key] = []
  /// Where the cursor stands, in rows below the prompt.
  private var cursorRow = 0

  init(_ terminal: Terminal, history: ChatHistory) {
    self.terminal = terminal
    self.history = history
  }

  func next() throws -> String? {
    terminal.beginEditing()
    defer { terminal.endEditing() }
    var editor = MessageEditor(history: history.messages)
    cursorRow = 0
    try draw(editor)
    while true {
      guard let key = try nextKey() else { return nil }
      let outcome = editor.take(key)
      switch key {
      case .suspend: terminal.suspend()
      case .redraw: try write("\u{1b}[H\u{1b}[2J")
      default: break
      }
      if key == .redraw || key == .suspend { cursorRow = 0 }
      switch outcome {
      case .editing:
        // Not for each of many keys that are here already.
        if keys.isEmpty { try draw(editor) }
      case .submitted(let message):
        try leave(editor)
        history.add(message)
        return message
      case .discarded:
        try write("^C\r\n")
        cursorRow = 0
        try draw(editor)
      case .ended:
        try leave(editor)
        return nil
      }
    }
  }

  private func nextKey() throws -> Key? {
    while keys.isEmpty {
      // An escape key by itself is told from a sequence by the silence after it.
      guard let bytes = try terminal.read(patience: decoder.isPending ? 50 : nil) else {
        decoder.giveUp()
        continue
      }
      guard !bytes.isEmpty else { return nil }
      keys = decoder.take(bytes)
    }
    return keys.removeFirst()
  }

  /// Writes the message over what was drawn before.
  private func draw(_ editor: MessageEditor) throws {
    let layout = MessageLayout(editor, prompt: "> ", continuation: "… ", width: terminal.width)
    var output = "\r" + (cursorRow > 0 ? "\u{1b}[\(cursorRow)A" : "")
    output += layout.output + "\u{1b}[J"
    let up = layout.lastRow - layout.cursorRow
    output += "\r" + (up > 0 ? "\u{1b}[\(up)A" : "")
    output += layout.cursorColumn > 0 ? "\u{1b}[\(layout.cursorColumn)C" : ""
    cursorRow = layout.cursorRow
    try write(output)
  }

  /// Puts the cursor below the message.
  private func leave(_ editor: MessageEditor) throws {
    try draw(editor)
    let layout = MessageLayout(editor, prompt: "> ", continuation: "… ", width: terminal.width)
    let down = layout.lastRow - layout.cursorRow
    try write((down > 0 ? "\u{1b}[\(down)B" : "") + "\r\n")
    cursorRow = 0
  }

  private func write(_ text: String) throws { try StandardOutput.write(text) }
}
