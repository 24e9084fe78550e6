import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Finds with how many tokens of a turn, prompt and output, the conversation's next prompt begins: all, or those up to where
/// the template drops or writes anew what was thought or called.
///
/// `@unchecked Sendable`: the tokenization queue does one piece of a job at a time.
final class ContinuationRun: @unchecked Sendable {
  private let template: ChatTemplate
  private let tokenizer: Tokenizer
  private var chat: Chat
  private let tokens: [LFMGeneration.TokenID]
  private let complete: @Sendable (Int?) -> Void
  private var encoding: PiecewiseEncoding?

  /// - Parameters:
  ///   - chat: the conversation that was continued.
  ///   - turn: what the model said, as a message.
  ///   - tokens: of prompt and output.
  ///   - complete: gets the number; `nil` if the template cannot write the turn.
  init(
    _ template: ChatTemplate, _ tokenizer: Tokenizer, chat: Chat, turn: ChatMessage,
    tokens: [LFMGeneration.TokenID], complete: @escaping @Sendable (Int?) -> Void
  ) {
    self.template = template
    self.tokenizer = tokenizer
    self.chat = chat
    self.tokens = tokens
    self.complete = complete
    // Whatever the user says next: what stands before it is what counts. After calls, their results come.
    let calls = turn.toolCalls?.isEmpty == false
    self.chat.messages += [turn, ChatMessage(role: calls ? "tool" : "user", text: "")]
    self.chat.addGenerationPrompt = true
    self.chat.continueFinalMessage = false
  }

  /// - Returns: whether `complete` was called.
  func step() -> Bool {
    // Taken out, so that there is one copy.
    guard var encoding = encoding.take() else {
      guard let prompt = try? template.render(chat, form: .asSent) else {
        complete(nil)
        return true
      }
      self.encoding = PiecewiseEncoding(prompt, tokenizer: tokenizer)
      return false
    }
    guard encoding.step() else {
      self.encoding = encoding
      return false
    }
    switch PromptParting.between(tokens, encoding.ids) {
    case .none: complete(tokens.count)
    case .at(let position): complete(position)
    }
    return true
  }
}
