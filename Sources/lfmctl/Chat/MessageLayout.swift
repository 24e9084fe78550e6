// Where the characters of a message stand on a terminal: what is written, and in which row and column the cursor then is.

/// A message laid out for a width. Control characters are shown as symbols; they must not steer the terminal.
struct MessageLayout: Equatable {
  /// What is written, from the first column of the first row on.
  private(set) var output = ""
  /// Rows below the first that are taken.
  private(set) var lastRow = 0
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0

  private var column = 0
  private let width: Int

  init(_ editor: MessageEditor, prompt: String, continuation: String, width: Int) {
    self.width = max(8, width)
    write(prompt)
    for (index, character) in editor.text.enumerated() {
      if index == editor.cursor { noteCursor() }
      if character.isNewline {
        breakLine()
        write(continuation)
      } else {
        write(character == "\t" ? " " : TerminalText.fit(String(character), isTerminal: true))
      }
    }
    if editor.cursor == editor.text.count {
      // A cursor behind the last column would stand in the next row.
      if column >= self.width { breakLine() }
      noteCursor()
    }
  }

  private mutating func noteCursor() {
    cursorRow = column >= width ? lastRow + 1 : lastRow
    cursorColumn = column >= width ? 0 : column
  }

  private mutating func write(_ text: String) {
    for character in text {
      let cells = Self.cells(character)
      if column + cells > width { breakLine() }
      output.append(character)
      column += cells
    }
  }

  private mutating func breakLine() {
    output += "\u{1b}[K\r\n"
    lastRow += 1
    column = 0
  }

  /// Columns that a character takes: by the East Asian width of its first scalar; emoji take two.
  static func cells(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") {
      return 2
    }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Hangul, kana, ideographs and full-width forms.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF,
    0x1B000...0x1B2FF, 0x20000...0x3FFFD,
  ]
}
