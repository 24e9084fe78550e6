import LFMGeneration
import LFMTokenizer

/// When one generation ends: a value that looks at tokens and counts. Stop strings are found by `CompletionText`.
struct StopCondition: Hashable, Sendable {
  private let endTokens: Set<TokenID>
  private let maxTokens: Int
  private let contextLength: Int

  /// - Parameters:
  ///   - maxTokens: of the completion; `nil` for no limit but the context.
  ///   - contextLength: positions of prompt and completion together.
  init(
    stop: StopParameters, maxTokens: Int?, endOfGeneration: [TokenID], contextLength: Int
  ) {
    var tokens = Set(stop.tokens)
    if !stop.ignoresEndOfGeneration { tokens.formUnion(endOfGeneration) }
    endTokens = tokens
    self.maxTokens = maxTokens ?? .max
    self.contextLength = contextLength
  }

  /// Whether this token is an end, and no text.
  func isEnd(_ token: TokenID) -> Bool { endTokens.contains(token) }

  /// Why the generation is over after this token, or `nil` if it goes on.
  ///
  /// - Parameters:
  ///   - generated: tokens of the completion, this one included.
  ///   - total: tokens of prompt and completion.
  func reason(
    after token: TokenID, generated: Int, total: Int, stopString: Bool, isThinking: Bool
  ) -> FinishReason? {
    if isEnd(token) { return .stop }
    if stopString { return .stopString }
    if generated >= maxTokens { return isThinking ? .lengthInThinking : .length }
    if total >= contextLength { return .contextFull }
    return nil
  }
}
