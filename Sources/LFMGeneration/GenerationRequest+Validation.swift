// The ranges of a request's numbers and lists. Server and engine both ask here, so that a caller is refused with
// the same sentence wherever the request enters. What only the model can know (whether a prompt fits the context,
// whether JSON parses, whether a role makes sense to the template) is left to the engine.

extension GenerationRequest {
  /// What a request may hold. Numbers are finite and within these bounds, both ends included.
  public enum Limits {
    public static let temperature: ClosedRange<Float> = 0...100
    public static let topK: ClosedRange<Int> = 0...Int(Int32.max)
    public static let topP: ClosedRange<Float> = 0...1
    public static let minP: ClosedRange<Float> = 0...1
    public static let repetitionPenalty: ClosedRange<Float> = 0.01...100
    public static let maxTokens: ClosedRange<Int> = 1...Int(Int32.max)
    public static let topLogProbabilities: ClosedRange<Int> = 0...20
    /// Of stop strings.
    public static let stopStringCount: ClosedRange<Int> = 0...64
    /// Of one stop string, in bytes of UTF-8.
    public static let stopStringLength: ClosedRange<Int> = 1...1024
    /// Of stop tokens.
    public static let stopTokenCount: ClosedRange<Int> = 0...1024
    public static let thinkingTokens: ClosedRange<Int> = 0...Int(Int32.max)
    /// Of the texts of a choice.
    public static let choiceCount: ClosedRange<Int> = 1...65536
    /// Of a schema, an expression, a grammar, or all texts of a choice, in bytes of UTF-8.
    public static let constraintLength: ClosedRange<Int> = 0...1_048_576
  }

  /// The request itself, if every value in it is one that can be served.
  ///
  /// - Parameter vocabularySize: how many tokens the model has, to check token ids against; `nil` checks only
  ///   that they are not negative.
  /// - Throws: `INVALID_ARGUMENT` that names the field, what was found and what is allowed. Never prompt text.
  public func validated(vocabularySize: Int? = nil) throws(GenerationFailure) -> GenerationRequest {
    let tokenIDs = 0...Swift.max(0, (vocabularySize ?? Int(Int32.max) + 1) - 1)
    try checkPrompt(tokenIDs)
    try sampling.check()
    try stop.check(tokenIDs)
    if let maxTokens { try check("max_tokens", maxTokens, Limits.maxTokens) }
    try check("top_log_probabilities", topLogProbabilities, Limits.topLogProbabilities)
    if let most = thinking.maxTokens {
      try check("thinking.max_tokens", most, Limits.thinkingTokens)
    }
    try checkSkipping()
    try constraint?.check()
    return self
  }

  private func checkSkipping() throws(GenerationFailure) {
    guard thinking.isSkipped else { return }
    guard case .chat(let chat) = prompt, chat.addGenerationPrompt, !chat.continueFinalMessage else {
      throw GenerationFailure(
        .invalidArgument,
        "thinking.skip is for chats that end where the assistant begins to speak; "
          + "close the thinking in the prompt itself")
    }
  }

  private func checkPrompt(_ tokenIDs: ClosedRange<Int>) throws(GenerationFailure) {
    switch prompt {
    case .chat(let chat):
      guard !chat.messages.isEmpty else {
        throw refusal("prompt.chat.messages", "is empty", "at least one message")
      }
    case .text(let text, _):
      guard !text.isEmpty else { throw refusal("prompt.text", "is empty", "at least one byte") }
    case .tokens(let tokens):
      guard !tokens.isEmpty else {
        throw refusal("prompt.tokens", "is empty", "at least one token id")
      }
      try check("prompt.tokens", tokens, tokenIDs)
    }
  }
}

extension OutputConstraint {
  fileprivate func check() throws(GenerationFailure) {
    typealias Limits = GenerationRequest.Limits
    let length: Int
    switch self {
    case .jsonSchema(let schema): length = schema.text.utf8.count
    case .regularExpression(let text), .grammar(let text): length = text.utf8.count
    case .choice(let texts):
      try LFMGeneration.check("the number of constraint.choice", texts.count, Limits.choiceCount)
      length = texts.reduce(0) { $0 + $1.utf8.count }
    }
    try LFMGeneration.check("the length in bytes of constraint", length, Limits.constraintLength)
  }
}

extension SamplingParameters {
  fileprivate func check() throws(GenerationFailure) {
    typealias Limits = GenerationRequest.Limits
    try LFMGeneration.check("sampling.temperature", temperature, Limits.temperature)
    try LFMGeneration.check("sampling.top_k", topK, Limits.topK)
    try LFMGeneration.check("sampling.top_p", topP, Limits.topP)
    try LFMGeneration.check("sampling.min_p", minP, Limits.minP)
    try LFMGeneration.check(
      "sampling.repetition_penalty", repetitionPenalty, Limits.repetitionPenalty)
  }
}

extension StopParameters {
  fileprivate func check(_ tokenIDs: ClosedRange<Int>) throws(GenerationFailure) {
    typealias Limits = GenerationRequest.Limits
    try LFMGeneration.check("the number of stop.strings", strings.count, Limits.stopStringCount)
    for (index, string) in strings.enumerated() {
      try LFMGeneration.check(
        "the length in bytes of stop.strings[\(index)]", string.utf8.count, Limits.stopStringLength)
    }
    try LFMGeneration.check("the number of stop.tokens", tokens.count, Limits.stopTokenCount)
    try LFMGeneration.check("stop.tokens", tokens, tokenIDs)
  }
}

/// NaN is in no range, so it is refused here too.
private func check<Value: Comparable & Sendable>(
  _ field: String, _ value: Value, _ allowed: ClosedRange<Value>
) throws(GenerationFailure) {
  guard allowed.contains(value) else {
    throw refusal(field, "is \(value)", "\(allowed.lowerBound) to \(allowed.upperBound)")
  }
}

private func check(
  _ field: String, _ tokens: [TokenID], _ allowed: ClosedRange<Int>
) throws(GenerationFailure) {
  guard let index = tokens.firstIndex(where: { !allowed.contains(Int($0)) }) else { return }
  throw refusal(
    "\(field)[\(index)]", "is \(tokens[index])",
    "token ids from \(allowed.lowerBound) to \(allowed.upperBound)")
}

private func refusal(_ field: String, _ found: String, _ allowed: String) -> GenerationFailure {
  GenerationFailure(.invalidArgument, "\(field) \(found); allowed: \(allowed)")
}
