/// What a generation tells its caller, in order. Exactly one of `finished` and `failed` comes, and comes last.
public enum GenerationEvent: Hashable, Sendable {
  /// Waiting; `ahead` generations will start before this one.
  case queued(ahead: Int)
  /// `done` of `total` prompt tokens are in the state (`done` counts the cached ones).
  case prefill(done: Int, total: Int)
  /// A piece of what the model thinks, without the tags.
  case thinking(TextDelta)
  /// A piece of the answer.
  case answer(TextDelta)
  /// The model begins to call a tool; then come its arguments, in pieces, and the whole call.
  case toolCallBegun(ToolCallBegun)
  case toolCallArguments(ToolCallArguments)
  case toolCall(GeneratedToolCall)
  case finished(GenerationSummary)
  case failed(GenerationFailure)

  /// Whether no event follows this one.
  public var isTerminal: Bool {
    switch self {
    case .finished, .failed: true
    default: false
    }
  }
}

/// A piece of text, always whole characters in UTF-8, and what it was made of.
public struct TextDelta: Hashable, Sendable {
  public var text: String
  /// The tokens generated since the last delta, tags and all, if the request asked for them.
  public var tokens: [TokenID]
  /// One entry for each of those tokens, if the request asked for log probabilities.
  public var logProbabilities: [TokenLogProbability]
  /// Set where the text was to be a call of a tool and is none: why, for people.
  public var problem: String?

  public init(
    text: String, tokens: [TokenID] = [], logProbabilities: [TokenLogProbability] = [],
    problem: String? = nil
  ) {
    self.text = text
    self.problem = problem
    self.tokens = tokens
    self.logProbabilities = logProbabilities
  }
}

/// How probable the chosen token was under the model (log-softmax of the raw logits), and its strongest rivals.
public struct TokenLogProbability: Hashable, Sendable {
  public struct Candidate: Hashable, Sendable {
    public var token: TokenID
    /// Natural logarithm, 0 or less.
    public var logProbability: Float

    public init(token: TokenID, logProbability: Float) {
      self.token = token
      self.logProbability = logProbability
    }
  }

  public var chosen: Candidate
  /// Most probable first.
  public var top: [Candidate]

  public init(chosen: Candidate, top: [Candidate]) {
    self.chosen = chosen
    self.top = top
  }
}

/// Why a generation ended.
///
/// A struct and not an enum: a reason that a newer daemon gives is kept, not trapped.
public struct FinishReason: RawRepresentable, Hashable, Sendable, CaseIterable {
  public var rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// The model ended its turn, or a stop token came.
  public static let stop = FinishReason(rawValue: "stop")
  /// A stop string came.
  public static let stopString = FinishReason(rawValue: "stop_string")
  /// `maxTokens` was reached in the answer.
  public static let length = FinishReason(rawValue: "length")
  /// `maxTokens` was reached before the thinking ended: there is no answer.
  public static let lengthInThinking = FinishReason(rawValue: "length_in_thinking")
  /// The model's context is full.
  public static let contextFull = FinishReason(rawValue: "context_full")
  /// The model ended its turn, and called tools in it.
  public static let toolCalls = FinishReason(rawValue: "tool_calls")
  /// The last tokens only repeated themselves.
  public static let repetition = FinishReason(rawValue: "repetition")

  /// Those that this version knows.
  public static let allCases = [
    stop, stopString, length, lengthInThinking, contextFull, toolCalls, repetition,
  ]
}

/// Why the thinking ended. A struct as `FinishReason` is: what a newer daemon says is kept.
public struct ThinkingEnd: RawRepresentable, Hashable, Sendable, CaseIterable {
  public var rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// There was none, or it did not end.
  public static let none = ThinkingEnd(rawValue: "none")
  /// The model closed it.
  public static let model = ThinkingEnd(rawValue: "model")
  /// It had as many tokens as it was allowed (`ThinkingParameters.maxTokens`).
  public static let budget = ThinkingEnd(rawValue: "budget")
  /// The caller asked for it while it went on.
  public static let asked = ThinkingEnd(rawValue: "asked")

  /// Those that this version knows.
  public static let allCases = [none, model, budget, asked]
}

/// The end of a generation that went well.
public struct GenerationSummary: Hashable, Sendable {
  public var reason: FinishReason
  public var usage: GenerationUsage
  /// The seed that was used, to have the same text again.
  public var seed: UInt64
  public var thinkingEnd: ThinkingEnd
  /// With how many tokens of this turn, prompt and output, the next prompt begins that has the turn as it came and a message behind
  /// it: all, or those up to where the template drops thinking or writes calls in its own way. `nil` unless it was asked for.
  public var continuedTokens: Int?

  public init(
    reason: FinishReason, usage: GenerationUsage, seed: UInt64, thinkingEnd: ThinkingEnd = .none,
    continuedTokens: Int? = nil
  ) {
    self.reason = reason
    self.usage = usage
    self.seed = seed
    self.thinkingEnd = thinkingEnd
    self.continuedTokens = continuedTokens
  }
}

/// What a generation cost.
public struct GenerationUsage: Hashable, Sendable {
  public var promptTokens: Int
  /// How many of the prompt's tokens did not have to be computed.
  public var cachedTokens: Int
  public var thinkingTokens: Int
  /// All generated tokens that are not thinking, the one that ended the turn included.
  public var answerTokens: Int
  /// How many of the generated tokens there was no choice about: they took no step of their own.
  public var forcedTokens: Int
  public var queueTime: Duration
  public var prefillTime: Duration
  public var decodeTime: Duration

  public init(
    promptTokens: Int = 0, cachedTokens: Int = 0, thinkingTokens: Int = 0, answerTokens: Int = 0,
    forcedTokens: Int = 0, queueTime: Duration = .zero, prefillTime: Duration = .zero,
    decodeTime: Duration = .zero
  ) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.thinkingTokens = thinkingTokens
    self.answerTokens = answerTokens
    self.forcedTokens = forcedTokens
    self.queueTime = queueTime
    self.prefillTime = prefillTime
    self.decodeTime = decodeTime
  }
}
