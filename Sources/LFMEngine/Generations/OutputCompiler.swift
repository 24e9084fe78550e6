import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Synchronization

/// Works out what a request's output is held to. Compiled constraints are kept for a while, for those who ask the same again.
///
/// Owns which wishes go together, and what is refused because the model or the request has no tools. What a schema, an
/// expression or a grammar means is `LFMLanguage`'s.
final class OutputCompiler: Sendable {
  fileprivate enum Key: Hashable, Sendable {
    case output(OutputConstraint)
    case calls([JSONText], choice: ToolUse.Choice, allowsSeveral: Bool)
  }

  fileprivate struct Kept: Sendable {
    /// What came of compiling; refusals are kept, too.
    var constraints: [Key: Result<TokenConstraint, GenerationFailure>] = [:]
    /// Those used longest ago first.
    var order: [Key] = []
  }

  /// How many compiled constraints are kept.
  private static let most = 32

  private let tokenizer: Tokenizer
  /// Made for the first who needs it: a daemon is ready sooner than its tree of 128,000 tokens.
  private let vocabulary = Mutex<ConstraintVocabulary?>(nil)
  private let tokens: TurnTokens
  private let kept = Mutex(Kept())

  init(tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    tokens = TurnTokens(tokenizer.vocabulary)
  }

  /// `nil` where nothing is asked of the output.
  ///
  /// - Throws: `invalidArgument` if what is asked contradicts itself or cannot be honoured, naming the place;
  ///   `failedPrecondition` if the model cannot call tools.
  func rules(for request: GenerationRequest) throws(GenerationFailure) -> OutputRules? {
    var rules = OutputRules()
    rules.thinkingLimit = request.thinking.maxTokens
    rules.isForcing = request.topLogProbabilities == 0
    if let constraint = request.constraint {
      rules.constraint = try compiled(.output(constraint)) { () throws(GenerationFailure) in
        try ConstraintSource(constraint)
      }
    }
    try addCalls(to: &rules, request)
    let asksNothing =
      rules.constraint == nil && rules.calls == nil && !rules.forbidsCalls
      && rules.thinkingLimit == nil
    return asksNothing && tokens.thinkingOpens == nil ? nil : rules
  }

  private func addCalls(
    to rules: inout OutputRules, _ request: GenerationRequest
  ) throws(GenerationFailure) {
    let use = request.toolUse
    guard case .chat(let chat) = request.prompt, !chat.tools.isEmpty else {
      if use.choice == .auto || use.choice == .none { return }
      throw GenerationFailure(
        .invalidArgument,
        "tool_use.choice asks for a call, but no tools are declared in prompt.chat")
    }
    let canCall = tokens.callsOpen != nil && tokens.callsClose != nil
    if use.choice == .none {
      rules.forbidsCalls = canCall
      return
    }
    guard canCall else {
      if use.choice == .auto { return }
      throw GenerationFailure(
        .failedPrecondition,
        "tool_use.choice asks for a call, but this model's vocabulary has no marks for calls")
    }
    if use.choice != .auto, rules.constraint != nil {
      throw GenerationFailure(
        .invalidArgument,
        "tool_use.choice asks for a call, and constraint for an answer; give one of them")
    }
    rules.calls = OutputRules.Calls(
      grammar: nil, isRequired: use.choice != .auto, allowsSeveral: use.allowsSeveralCalls)
    if case .named = use.choice { rules.calls?.allowsSeveral = false }
    guard use.isConstrained else {
      if case .named = use.choice {
        throw GenerationFailure(
          .invalidArgument, "tool_use.choice names a tool, which needs calls to be constrained")
      }
      return
    }
    let allowsSeveral = rules.calls?.allowsSeveral == true
    let key = Key.calls(chat.tools, choice: use.choice, allowsSeveral: allowsSeveral)
    rules.calls?.grammar = try compiled(key) { () throws(GenerationFailure) in
      .toolCalls(
        try ToolDeclaration.read(chat.tools), ToolCallGrammar.Choice(use.choice),
        parallel: allowsSeveral)
    }
  }

  /// Two who need it first wait for one making of it.
  private func sharedVocabulary() -> ConstraintVocabulary {
    vocabulary.withLock { made in
      if let made { return made }
      let new = ConstraintVocabulary(tokenizer.vocabulary)
      made = new
      return new
    }
  }

  private func compiled(
    _ key: Key, _ source: () throws(GenerationFailure) -> ConstraintSource
  ) throws(GenerationFailure) -> TokenConstraint {
    if let found = kept.withLock({ $0.use(key) }) { return try found.get() }
    let compiled = Result { () throws(GenerationFailure) in
      TokenConstraint(
        try CompiledConstraint(source(), isToBeWritten: true), sharedVocabulary())
    }
    kept.withLock { $0.keep(key, compiled, most: Self.most) }
    return try compiled.get()
  }
}

extension OutputCompiler.Kept {
  fileprivate mutating func use(
    _ key: OutputCompiler.Key
  ) -> Result<TokenConstraint, GenerationFailure>? {
    guard let found = constraints[key] else { return nil }
    order.removeAll { $0 == key }
    order.append(key)
    return found
  }

  fileprivate mutating func keep(
    _ key: OutputCompiler.Key, _ constraint: Result<TokenConstraint, GenerationFailure>, most: Int
  ) {
    if constraints.updateValue(constraint, forKey: key) == nil { order.append(key) }
    if order.count > most { constraints[order.removeFirst()] = nil }
  }
}

extension GenerationRequest {
  /// Whether something has to be compiled for it.
  var hasConstraint: Bool {
    if constraint != nil { return true }
    guard case .chat(let chat) = prompt else { return false }
    return !chat.tools.isEmpty
  }
}

extension ConstraintSource {
  /// - Throws: `invalidArgument` if a schema is not JSON.
  fileprivate init(_ constraint: OutputConstraint) throws(GenerationFailure) {
    switch constraint {
    case .jsonSchema(let schema):
      do {
        self = .jsonSchema(try JSONParser.parse(schema.text))
      } catch {
        throw error.failure(in: "constraint.json_schema")
      }
    case .regularExpression(let text): self = .regularExpression(text)
    case .grammar(let text): self = .grammar(text)
    case .choice(let texts): self = .choice(texts)
    }
  }
}

extension ToolCallGrammar.Choice {
  fileprivate init(_ choice: ToolUse.Choice) {
    switch choice {
    case .named(let name): self = .only([name])
    case .auto, .none, .required: self = .any
    }
  }
}
