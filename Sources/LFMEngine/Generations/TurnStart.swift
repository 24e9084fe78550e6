import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Where in the assistant's turn a prompt ends: before it, in its thinking, or in its answer.
enum TurnStart {
  /// Looks at the control tokens of the prompt's last turn; text that only spells a tag is text.
  ///
  /// A model whose vocabulary has no `<think>` does not think: all it writes is the answer.
  static func find(
    in tokens: [TokenID], of prompt: Prompt, _ tokenizer: Tokenizer
  ) -> ThinkingSplitter.Start {
    let vocabulary = tokenizer.vocabulary
    guard let opening = vocabulary.specialToken("<think>"),
      let closing = vocabulary.specialToken("</think>")
    else { return .answer }
    let turn = vocabulary.specialToken("<|im_start|>").flatMap(tokens.lastIndex(of:)) ?? 0
    guard let tag = tokens[turn...].lastIndex(where: { $0 == opening || $0 == closing }) else {
      return continuesAnswer(prompt) ? .answer : .turn
    }
    let isBlank = isBlank(tokens[(tag + 1)...], tokenizer)
    if tokens[tag] == opening { return .thinking(hasBegun: !isBlank) }
    return isBlank ? .behindThinking : .answer
  }

  /// Whether the last message is left open with something of an answer in it.
  private static func continuesAnswer(_ prompt: Prompt) -> Bool {
    guard case .chat(let chat) = prompt, chat.continueFinalMessage,
      let last = chat.messages.last
    else { return false }
    switch last.content {
    case .text(let text): return !text.isEmpty
    case .parts(let parts): return !parts.isEmpty
    case nil: return false
    }
  }

  private static func isBlank(_ tokens: ArraySlice<TokenID>, _ tokenizer: Tokenizer) -> Bool {
    tokens.allSatisfy { token in
      tokenizer.vocabulary.bytes(of: token).allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }
  }
}
