// What a prompt is made of before it becomes tokens. Which segments a chat needs is LFMLanguage's.

/// A piece of a prompt whose kind is decided by whoever builds it, never by what stands in it.
///
/// Neighbouring texts are joined before they are tokenized: where a text is cut into segments makes no difference.
package enum PromptSegment: Hashable, Sendable {
  /// The special token of this text, such as `<|im_start|>`. In a vocabulary without it the text is ordinary text, as the reference has it.
  case special(String)
  /// A token by its id.
  case token(TokenID)
  /// Text that never becomes a special token, whatever stands in it.
  case text(String)
}
