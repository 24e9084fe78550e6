/// One request for text: what to continue, how to choose tokens, when to stop.
public struct GenerationRequest: Hashable, Sendable {
  public var prompt: Prompt
  public var sampling: SamplingParameters
  public var stop: StopParameters
  /// The most tokens to generate, thinking included; `nil` leaves it to the daemon's configuration and the context.
  public var maxTokens: Int?
  /// How many of the most probable tokens to report beside each token that was chosen, 0 to 20.
  public var topLogProbabilities: Int
  /// Whether events carry the ids of the tokens that their text was made of.
  public var reportsTokens: Bool
  public var thinking: ThinkingParameters
  /// How the tools that the prompt's chat declares may be called.
  public var toolUse: ToolUse
  /// What the answer has to follow; `nil`: nothing.
  public var constraint: OutputConstraint?
  /// Whether the summary says how much of this turn the conversation's next prompt will begin with. For chats.
  public var reportsContinuation: Bool

  public init(
    prompt: Prompt, sampling: SamplingParameters = SamplingParameters(),
    stop: StopParameters = StopParameters(), maxTokens: Int? = nil, topLogProbabilities: Int = 0,
    reportsTokens: Bool = false, thinking: ThinkingParameters = ThinkingParameters(),
    toolUse: ToolUse = ToolUse(), constraint: OutputConstraint? = nil,
    reportsContinuation: Bool = false
  ) {
    self.prompt = prompt
    self.sampling = sampling
    self.stop = stop
    self.maxTokens = maxTokens
    self.topLogProbabilities = topLogProbabilities
    self.reportsTokens = reportsTokens
    self.thinking = thinking
    self.toolUse = toolUse
    self.constraint = constraint
    self.reportsContinuation = reportsContinuation
  }
}

/// What is to be continued.
public enum Prompt: Hashable, Sendable {
  /// A conversation, rendered with the model's chat template.
  case chat(Chat)
  /// Text as it is, with no template; the text of special tokens in it is text unless `parsesSpecialTokens`.
  case text(String, parsesSpecialTokens: Bool)
  /// Token ids as they are. Nothing is put before them.
  case tokens([TokenID])
}

/// How the next token is chosen, in the order and meaning of Hugging Face's logits processors:
/// repetition penalty, temperature, top-k, top-p, min-p. Defaults are Liquid's for LFM2.5.
public struct SamplingParameters: Hashable, Sendable {
  /// 0 takes the most probable token (after the repetition penalty).
  public var temperature: Float
  /// 0 keeps all tokens.
  public var topK: Int
  /// 1 keeps all tokens.
  public var topP: Float
  /// 0 keeps all tokens.
  public var minP: Float
  /// 1 is none. Applied once to every token that occurs in the prompt or the output.
  public var repetitionPenalty: Float
  /// `nil` draws a seed; the one used is reported.
  public var seed: UInt64?

  public init(
    temperature: Float = 0.2, topK: Int = 80, topP: Float = 1, minP: Float = 0,
    repetitionPenalty: Float = 1.05, seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.seed = seed
  }
}

/// When to stop besides the model's own end of turn.
public struct StopParameters: Hashable, Sendable {
  /// Texts that end the generation wherever they come, in the thinking too; the text itself is not given.
  public var strings: [String]
  /// Tokens that end the generation.
  public var tokens: [TokenID]
  /// Whether the model's own end-of-generation tokens are ignored (to measure, mostly).
  public var ignoresEndOfGeneration: Bool
  /// Whether a generation ends whose last tokens only repeat themselves.
  public var endsOnRepetition: Bool

  public init(
    strings: [String] = [], tokens: [TokenID] = [], ignoresEndOfGeneration: Bool = false,
    endsOnRepetition: Bool = false
  ) {
    self.strings = strings
    self.tokens = tokens
    self.ignoresEndOfGeneration = ignoresEndOfGeneration
    self.endsOnRepetition = endsOnRepetition
  }
}
