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

  /// Where the output begins behind this prompt. Tags count only as special tokens: their letters in a text are text.
  ///
  /// The open turn is what follows the last `<|im_start|>` token and its line with the role. A prompt without one is raw
  /// text, where only a `<think>` at its very end counts.
  package static func start(after prompt: some BidirectionalCollection<PromptSegment>) -> Start {
    guard let border = prompt.lastIndex(of: .special("<|im_start|>")) else {
      return prompt.last { !$0.isBlank } == opening ? .thinking(hasBegun: false) : .turn
    }
    let turn = prompt[prompt.index(after: border)...]
    guard case .text(let head)? = turn.first, let newline = head.utf8.firstIndex(of: 0x0A) else {
      return .turn
    }
    let rest = PromptSegment.text(String(head[head.utf8.index(after: newline)...]))
    return turn.dropFirst().reduce(Start.turn.after(rest)) { $0.after($1) }
  }

  fileprivate static let opening = PromptSegment.special("<think>")
  fileprivate static let closing = PromptSegment.special("</think>")
}

extension ThinkingSplitter.Start {
  /// Where the output begins if this segment follows.
  fileprivate func after(_ segment: PromptSegment) -> Self {
    if segment.isBlank { return self }
    switch (self, segment) {
    // Thinking may have been opened again directly behind.
    case (.turn, ThinkingSplitter.opening), (.behindThinking, ThinkingSplitter.opening):
      return .thinking(hasBegun: false)
    case (.thinking, ThinkingSplitter.closing): return .behindThinking
    case (.thinking, _): return .thinking(hasBegun: true)
    default: return .answer
    }
  }
}

extension PromptSegment {
  /// Nothing but white space.
  fileprivate var isBlank: Bool {
    guard case .text(let text) = self else { return false }
    return text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }
}
