import LFMGeneration
import LFMTokenizer

/// Where a conversation's next prompt leaves the way of the one before.
///
/// Owns the comparison. A prompt that extends the previous one need not be computed again; one that drops the thinking of past
/// turns, as some templates do, goes another way at the first turn that loses it.
package enum PromptParting: Hashable, Sendable {
  /// The next prompt begins with all of the previous one.
  case none
  /// They agree in so many tokens (or bytes of text), and no further.
  case at(Int)

  /// Compares prompts as tokens.
  package static func between(_ previous: [TokenID], _ next: [TokenID]) -> PromptParting {
    first(previous, next)
  }

  /// Compares prompts as they were rendered, in bytes of their text. A control token and a text that spells it are not the same.
  package static func between(
    _ previous: [PromptSegment], _ next: [PromptSegment]
  ) -> PromptParting {
    let (previous, next) = (marked(previous), marked(next))
    guard case .at(let position) = first(previous, next) else { return .none }
    return .at(previous[..<position].count { $0 < 0x100 })
  }

  private static func first<Element: Equatable>(
    _ previous: [Element], _ next: [Element]
  ) -> PromptParting {
    let length = min(previous.count, next.count)
    let position = (0..<length).first { previous[$0] != next[$0] } ?? length
    return position == previous.count ? .none : .at(position)
  }

  /// The bytes, with marks that no byte equals around control tokens.
  private static func marked(_ prompt: [PromptSegment]) -> [UInt16] {
    var units: [UInt16] = []
    for segment in prompt {
      switch segment {
      case .text(let text): units += text.utf8.map(UInt16.init)
      case .special(let text): units += [0x100] + text.utf8.map(UInt16.init) + [0x101]
      case .token(let id):
        units += [0x102, UInt16(truncatingIfNeeded: id), UInt16(truncatingIfNeeded: id >> 16)]
      }
    }
    return units
  }
}

extension ChatTemplate {
  /// The first message, as an index into `chat.messages`, of which the template drops thinking that it was given; `nil` if it
  /// keeps all. There the prompt parts from the one in which that message was the last.
  package func firstMessageLosingThinking(in chat: Chat) -> Int? {
    let roles = chat.messages.map(\.role)
    let firstKept: Int
    switch self {
    case .lfm2MoE, .leapFinetuneLFM2: return nil
    case .lfm25MoE, .lfm25MoELaunchDay: firstKept = (roles.lastIndex(of: "user") ?? -1) + 1
    case .lfm25Instruct, .leapFinetuneLFM25:
      firstKept = roles.lastIndex(of: "assistant") ?? roles.count
    }
    if chat.preserveThinking { return nil }
    return chat.messages[..<firstKept].firstIndex { message in
      guard message.role == "assistant" else { return false }
      if message.thinking != nil, self != .lfm25Instruct { return true }
      return message.content?.mentions("</think>") ?? false
    }
  }
}

extension ChatContent {
  fileprivate func mentions(_ tag: String) -> Bool {
    switch self {
    case .text(let text): text.utf8.endOfLast(tag) != nil
    case .json(let json): json.text.utf8.endOfLast(tag) != nil
    case .parts(let parts):
      parts.contains { part in
        switch part {
        case .text(let text): text.utf8.endOfLast(tag) != nil
        case .json(let json): json.text.utf8.endOfLast(tag) != nil
        }
      }
    }
  }
}
