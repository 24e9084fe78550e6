import LFMGeneration
import LFMLanguage
import LFMTokenizer

// The calls that need no model: text to tokens, tokens to bytes, chats to text. All on the tokenization queue, and each
// with a hand on it: what nobody waits for any more is dropped between two pieces.
extension Engine {
  package func tokenize(
    _ text: String, parsesSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  ) -> any GenerationControl {
    let run = EncodingRun(
      text, parsesSpecialTokens: parsesSpecialTokens, tokenizer: tokenizer, complete: complete)
    return texts.submit(
      bytes: text.utf8.count, step: { run.step() }, cancelled: { complete(.failure(.cancelled)) })
  }

  package func detokenize(
    _ tokens: [TokenID], skipsSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  ) -> any GenerationControl {
    let run = DecodingRun(
      tokens, skipsSpecialTokens: skipsSpecialTokens, tokenizer: tokenizer,
      limit: configuration.detokenizedBytes, complete: complete)
    return texts.submit(
      bytes: tokens.count, step: { run.step() }, cancelled: { complete(.failure(.cancelled)) })
  }

  package func render(
    _ chat: Chat, asSent: Bool,
    complete: @escaping @Sendable (Result<String, GenerationFailure>) -> Void
  ) -> any GenerationControl {
    let template = preparation.template
    return texts.submit(
      bytes: chat.textBytes,
      step: {
        complete(
          Result { () throws(GenerationFailure) in
            guard !chat.messages.isEmpty else {
              throw GenerationFailure(
                .invalidArgument, "chat.messages is empty; give at least one message")
            }
            let form: PromptForm = asSent ? .asSent : .template
            return try template.get().render(chat, form: form).renderedText
          })
        return true
      }, cancelled: { complete(.failure(.cancelled)) })
  }
}
