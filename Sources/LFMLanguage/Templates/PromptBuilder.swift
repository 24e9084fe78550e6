import LFMTokenizer

/// Collects a prompt's segments while a template is rendered.
///
/// Owns two promises: what is given to `text` never becomes a control token, and after `cut` nothing is added any
/// more, so that a message can be left open for the model while the rest is still checked.
struct PromptBuilder {
  private(set) var segments: [PromptSegment] = []
  private var pending = ""
  private var isCut = false

  /// Adds a control token, by its text. Only templates' own words come here.
  mutating func special(_ token: String) {
    guard !isCut else { return }
    flush()
    segments.append(.special(token))
  }

  /// Adds text that stays text.
  mutating func text(_ text: String) {
    if !isCut { pending += text }
  }

  /// Ends the prompt here: a message is continued by the model.
  mutating func cut() { isCut = true }

  /// The prompt. Texts that follow each other are one segment.
  mutating func finish() -> [PromptSegment] {
    flush()
    return segments
  }

  private mutating func flush() {
    if !pending.utf8.isEmpty { segments.append(.text(pending)) }
    pending = ""
  }
}

extension Sequence<PromptSegment> {
  /// The prompt as the template's text. Tokens given by id have none here.
  package var renderedText: String {
    var text = ""
    for segment in self {
      switch segment {
      case .special(let piece), .text(let piece): text += piece
      case .token: break
      }
    }
    return text
  }
}
