import LFMGeneration
import LFMLanguage
import LFMTokenizer

// Texts being worked on for the calls that need no model, a piece at a time. Who works when is the tokenization queue's.

/// A text on its way to token ids.
///
/// `@unchecked Sendable`: the tokenization queue does one piece of a job at a time.
final class EncodingRun: @unchecked Sendable {
  private enum Stage {
    case waiting(String, parsesSpecialTokens: Bool)
    case working(PiecewiseEncoding)
  }

  private let tokenizer: Tokenizer
  private let complete: @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  private var stage: Stage?

  init(
    _ text: String, parsesSpecialTokens: Bool, tokenizer: Tokenizer,
    complete: @escaping @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  ) {
    self.tokenizer = tokenizer
    self.complete = complete
    stage = .waiting(text, parsesSpecialTokens: parsesSpecialTokens)
  }

  /// - Returns: whether the caller has its answer.
  func step() -> Bool {
    // Taken out, so that there is one copy, and none at the end.
    guard let stage = stage.take() else { return true }
    var encoding =
      switch stage {
      case .waiting(let text, let parses):
        PiecewiseEncoding(text, parsesSpecialTokens: parses, tokenizer: tokenizer)
      case .working(let encoding): encoding
      }
    guard encoding.step() else {
      self.stage = .working(encoding)
      return false
    }
    complete(.success(encoding.ids))
    return true
  }
}

/// Token ids on their way to bytes.
///
/// `@unchecked Sendable`: the tokenization queue does one piece of a job at a time.
final class DecodingRun: @unchecked Sendable {
  /// Tokens of one piece: about a millisecond.
  private static let piece = 16 << 10

  private let tokens: [TokenID]
  private let skipsSpecialTokens: Bool
  private let tokenizer: Tokenizer
  private let limit: Int
  private let complete: @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  private var position = 0
  private var bytes: [UInt8] = []

  /// - Parameter limit: bytes of text that are made at most: a token may stand for a hundred times its own size.
  init(
    _ tokens: [TokenID], skipsSpecialTokens: Bool, tokenizer: Tokenizer, limit: Int,
    complete: @escaping @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  ) {
    self.tokens = tokens
    self.skipsSpecialTokens = skipsSpecialTokens
    self.tokenizer = tokenizer
    self.limit = limit
    self.complete = complete
  }

  /// - Returns: whether the caller has its answer.
  func step() -> Bool {
    let vocabulary = tokenizer.vocabulary
    let end = min(tokens.count, position + Self.piece)
    for token in tokens[position..<end] {
      guard vocabulary.contains(token) else {
        return fail(TokenCheck.refusal(of: tokens, vocabularySize: vocabulary.count))
      }
      if skipsSpecialTokens, vocabulary.kind(of: token) == .control { continue }
      vocabulary.appendBytes(of: token, to: &bytes)
    }
    position = end
    guard bytes.count <= limit else {
      return fail(
        GenerationFailure(
          .resourceExhausted,
          "the text of these tokens is longer than \(limit) bytes; send fewer at a time"))
    }
    guard position == tokens.count else { return false }
    complete(.success(bytes))
    return true
  }

  private func fail(_ failure: GenerationFailure?) -> Bool {
    bytes = []
    complete(.failure(failure ?? GenerationFailure(.internalError, "a token id changed")))
    return true
  }
}
