import Dispatch
import LFMGeneration
import LFMLanguage
import LFMTokenizer

// The calls that need no model: text to tokens, tokens to bytes, chats to text. All on the tokenization queue.
extension Engine {
  package func tokenize(
    _ text: String, parsesSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  ) {
    tokenizationQueue.async { [self] in
      let encoding = PiecewiseEncoding(
        text, parsesSpecialTokens: parsesSpecialTokens, tokenizer: tokenizer)
      EncodingRun(encoding).run(on: tokenizationQueue, isCancelled: { false }) { tokens in
        complete(.success(tokens))
      }
    }
  }

  package func detokenize(
    _ tokens: [TokenID], skipsSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  ) {
    tokenizationQueue.async { [self] in
      if let failure = TokenCheck.refusal(
        of: tokens, vocabularySize: tokenizer.vocabulary.count)
      {
        return complete(.failure(failure))
      }
      let bytes = Result { () throws(TokenizerError) in
        try tokenizer.bytes(of: tokens, skipsSpecialTokens: skipsSpecialTokens)
      }
      complete(bytes.mapError { GenerationFailure(.invalidArgument, $0.message) })
    }
  }

  package func render(
    _ chat: Chat, complete: @escaping @Sendable (Result<String, GenerationFailure>) -> Void
  ) {
    tokenizationQueue.async { [self] in
      complete(
        Result { () throws(GenerationFailure) in
          guard !chat.messages.isEmpty else {
            throw GenerationFailure(
              .invalidArgument, "chat.messages is empty; give at least one message")
          }
          return try preparation.template.get().render(chat).renderedText
        })
    }
  }
}
