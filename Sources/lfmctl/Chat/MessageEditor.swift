// A message while it is edited: its characters, the cursor, and the messages before it. A value; `ChatEditor` draws it.

/// The text and what keys do to it.
struct MessageEditor {
  /// What a key came to.
  enum Outcome: Equatable {
    case editing
    case submitted(String)
    /// Ctrl-C: what was typed is thrown away.
    case discarded
    /// Ctrl-D on an empty message.
    case ended
  }

  private(set) var text: [Character] = []
  /// Before which character the cursor stands.
  private(set) var cursor = 0
  /// Earlier messages, the newest last.
  private let history: [String]
  /// Which of them is shown; their count is the new message.
  private var shown: Int
  private var draft: [Character] = []

  init(history: [String] = []) {
    self.history = history
    shown = history.count
  }

  mutating func take(_ key: Key) -> Outcome {
    switch key {
    case .text(let typed), .paste(let typed): insert(typed)
    case .newline: insert("\n")
    case .enter: return enter()
    case .interrupt:
      self = MessageEditor(history: history)
      return .discarded
    case .endOfInput:
      if text.isEmpty { return .ended }
      remove(cursor..<min(cursor + 1, text.count))
    case .backspace: remove(max(0, cursor - 1)..<cursor)
    case .delete: remove(cursor..<min(cursor + 1, text.count))
    case .deleteWord: remove(wordStart..<cursor)
    case .deleteToStart: remove(lineStart..<cursor)
    case .deleteToEnd: remove(cursor..<lineEnd)
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(text.count, cursor + 1)
    case .wordLeft: cursor = wordStart
    case .wordRight: cursor = wordEnd
    case .start: cursor = lineStart
    case .end: cursor = lineEnd
    case .up: move(lines: -1)
    case .down: move(lines: 1)
    case .suspend, .redraw: break
    }
    return .editing
  }

  // MARK: - Enter

  /// A backslash at the end makes room for another line; three quotes at the beginning wait for three at the end.
  private mutating func enter() -> Outcome {
    let whole = String(text)
    if cursor == text.count, text.last == "\\", !whole.hasPrefix(ChatBlock.quotes) {
      text[text.count - 1] = "\n"
      return .editing
    }
    if ChatBlock.isOpen(whole) {
      insert("\n")
      return .editing
    }
    return .submitted(ChatBlock.content(whole))
  }

  private mutating func insert(_ typed: String) {
    // Characters may join: a combining mark that comes by itself belongs to the one before it.
    let before = String(text[..<cursor]) + typed
    let after = text[cursor...]
    let joined = Array(before)
    text = joined + after
    cursor = joined.count
  }

  private mutating func remove(_ range: Range<Int>) {
    text.removeSubrange(range)
    cursor = range.lowerBound
  }

  // MARK: - Places

  private var lineStart: Int {
    text[..<cursor].lastIndex(where: \.isNewline).map { $0 + 1 } ?? 0
  }

  private var lineEnd: Int { text[cursor...].firstIndex(where: \.isNewline) ?? text.count }

  private var wordStart: Int {
    var place = cursor
    while place > 0, !text[place - 1].isWord { place -= 1 }
    while place > 0, text[place - 1].isWord { place -= 1 }
    return place
  }

  private var wordEnd: Int {
    var place = cursor
    while place < text.count, !text[place].isWord { place += 1 }
    while place < text.count, text[place].isWord { place += 1 }
    return place
  }

  /// To the line above or below; from the first or last one, to the message before or after.
  private mutating func move(lines: Int) {
    let column = cursor - lineStart
    if lines < 0, lineStart > 0 {
      cursor = lineStart - 1
      cursor = min(lineStart + column, cursor)
    } else if lines > 0, lineEnd < text.count {
      cursor = lineEnd + 1
      cursor = min(cursor + column, lineEnd)
    } else {
      show(shown + lines)
    }
  }

  private mutating func show(_ index: Int) {
    guard (0...history.count).contains(index), index != shown else { return }
    if shown == history.count { draft = text }
    shown = index
    text = index == history.count ? draft : Array(history[index])
    cursor = text.count
  }
}

extension Character {
  fileprivate var isWord: Bool { isLetter || isNumber }
}
