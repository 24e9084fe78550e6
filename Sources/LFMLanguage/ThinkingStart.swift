import LFMTokenizer

/// Where in a turn the output begins, told from the prompt: a template may open the thinking, or a caller may let the model
/// continue a message that has begun to think or to answer. The splitting itself is `ThinkingSplitter`'s.
extension ThinkingSplitter {
  package enum Start: Hashable, Sendable {
    /// At the beginning of the turn: the model opens the thinking, or does not.
    case turn
    /// The prompt has opened the thinking and not closed it. `hasBegun`: with more than white space in it.
    case thinking(hasBegun: Bool)
    /// The prompt has closed the thinking, and no answer has begun.
    case behindThinking
    /// The prompt has begun the answer: no tag counts.
    case answer
  }

  /// Where the output begins behind this prompt.
  ///
  /// The open turn is what follows the last `<|im_start|>` token and its line with the role. A prompt without one is raw
  /// text, where only a `<think>` at its very end counts.
  package static func start(after prompt: some BidirectionalCollection<PromptSegment>) -> Start {
    let border = prompt.lastIndex(of: .special("<|im_start|>"))
    guard let border else {
      let text = trimmed(prompt.renderedText.utf8[...])
      return text.suffix(7).elementsEqual("<think>".utf8) ? .thinking(hasBegun: false) : .turn
    }
    let turn = prompt[prompt.index(after: border)...].renderedText
    guard let newline = turn.utf8.firstIndex(of: 0x0A) else { return .turn }
    return start(afterTurn: turn.utf8[turn.utf8.index(after: newline)...])
  }

  private static func start(afterTurn turn: Substring.UTF8View) -> Start {
    let text = trimmed(turn)
    guard text.starts(with: "<think>".utf8) else { return text.isEmpty ? .turn : .answer }
    guard let end = firstEnd(of: Array("</think>".utf8), in: text) else {
      return .thinking(hasBegun: !trimmed(text.dropFirst(7)).isEmpty)
    }
    // Thinking may have been opened again directly behind.
    let rest = trimmed(text[end...])
    return rest.isEmpty ? .behindThinking : start(afterTurn: rest)
  }

  private static func firstEnd(
    of needle: [UInt8], in text: Substring.UTF8View
  ) -> Substring.UTF8View.Index? {
    var rest = text
    while let start = rest.firstIndex(of: needle[0]) {
      rest = rest[start...]
      if rest.starts(with: needle) { return rest.index(start, offsetBy: needle.count) }
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
    let head = text.drop(while: isSpace)
    guard let last = head.lastIndex(where: { !isSpace($0) }) else { return head }
    return head[...last]
  }
}
