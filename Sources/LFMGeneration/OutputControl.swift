// What a caller asks of the model's output beyond its length: thinking, tools, constraints.

/// How long the model may think before it answers.
public struct ThinkingParameters: Hashable, Sendable {
  /// The most tokens of thinking, at least 0; then it is closed and the answer begins. `nil`: no limit of its own.
  public var maxTokens: Int?
  /// Whether the prompt says that the thinking is done already. For chats that end where the assistant begins to speak.
  public var isSkipped: Bool

  public init(maxTokens: Int? = nil, isSkipped: Bool = false) {
    self.maxTokens = maxTokens
    self.isSkipped = isSkipped
  }
}

/// Whether and how the chat's tools may be called.
public struct ToolUse: Hashable, Sendable {
  public enum Choice: Hashable, Sendable {
    /// The model decides.
    case auto
    /// No call can be written.
    case none
    /// The answer is one call or more.
    case required
    /// The answer is a call of this tool.
    case named(String)
  }

  public var choice: Choice
  /// Whether a turn may have more than one call.
  public var allowsSeveralCalls: Bool
  /// Whether the names of calls are held to the tools' and their arguments to the tools' schemas while they are written.
  public var isConstrained: Bool

  public init(
    choice: Choice = .auto, allowsSeveralCalls: Bool = true, isConstrained: Bool = true
  ) {
    self.choice = choice
    self.allowsSeveralCalls = allowsSeveralCalls
    self.isConstrained = isConstrained
  }
}

/// What the whole answer has to follow. Thinking comes before it, unconstrained.
public enum OutputConstraint: Hashable, Sendable {
  /// One JSON value that this JSON Schema (draft 2020-12) allows.
  case jsonSchema(JSONText)
  /// A text that the regular expression (ECMA-262) matches as a whole.
  case regularExpression(String)
  /// A text of this grammar, in GBNF.
  case grammar(String)
  /// One of these texts.
  case choice([String])
}
