import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// A token that there was no choice about.
struct ForcedToken: Hashable, Sendable {
  var token: TokenID
  /// Whether it is certainly no thinking.
  var isAnswer: Bool
}

/// Where one generation stands in its turn, and what may come next: thinking within its budget, then the answer; in the
/// answer free text or what a constraint allows, and calls of tools between their marks.
///
/// Owns the order of these. What a constraint allows is its matcher's; what of the text the caller sees is
/// `CompletionText`'s. A value, lent to a step as the sampler is.
struct OutputGate: Sendable {
  private enum Place: Sendable {
    /// Nothing of the turn is decided: it may begin with thinking.
    case before
    case thinking
    case answer
    /// Between the marks of a block of calls; without a matcher where calls are written freely.
    case calls(ConstraintMatcher?)
  }

  private let rules: OutputRules
  private let tokens: TurnTokens
  private let tokenizer: Tokenizer
  private var place: Place
  /// Tells thinking that is spelled in plain tokens, too.
  private var splitter: ThinkingSplitter
  private var answer: ConstraintMatcher?
  private var hasAnswerText = false
  private var blocks = 0
  /// The last few tokens that a matcher took: a forced text is cut as the tokenizer would have cut the whole.
  private var last: [TokenID] = []
  /// Tokens between the tags of thinking.
  private var thinkingTokens = 0
  private var isThinkingUnwanted = false
  private(set) var thinkingEnd = ThinkingEnd.none

  /// How many tokens may be forced behind one that was sampled: what follows them waits for a step of so many rows.
  private static let longestForced = 256

  /// - Throws: `invalidArgument` if a constraint can be read in too many ways from its beginning.
  init(
    rules: OutputRules, start: ThinkingSplitter.Start, tokenizer: Tokenizer
  ) throws(GenerationFailure) {
    self.rules = rules
    self.tokenizer = tokenizer
    tokens = TurnTokens(tokenizer.vocabulary)
    splitter = ThinkingSplitter(start: start)
    if let constraint = rules.constraint { answer = try constraint.matcher() }
    place =
      switch start {
      case .turn: .before
      case .thinking: .thinking
      case .behindThinking, .answer: .answer
      }
  }

  /// Whether what came last is certainly no thinking, whatever its letters: it follows a constraint.
  private var isAnswer: Bool {
    switch place {
    case .before, .thinking: false
    case .answer, .calls: hasAnswerText && answer != nil
    }
  }

  /// Whether the turn is over, though no token said so: nothing more could follow.
  var isOver: Bool {
    guard case .answer = place else { return false }
    if blocks > 0, mustAnswer { return rules.calls?.allowsSeveral != true }
    return blocks == 0 && answer?.mustEnd == true
  }

  /// Whether the turn cannot end before a constraint is met or a tool called.
  private var mustAnswer: Bool { answer != nil || rules.calls?.isRequired == true }

  private var isOverBudget: Bool {
    isThinkingUnwanted || thinkingTokens >= rules.thinkingLimit ?? .max
  }
}

// MARK: - What may come next

extension OutputGate {
  /// `nil`: anything.
  var restriction: TokenRestriction? {
    switch place {
    case .before: beforeThinking()
    case .thinking:
      if isOverBudget, let close = tokens.thinkingCloses {
        .only([close])
      } else if let answer, splitter.missingOfClosing != nil {
        .closingThinking(splitter, before: answer, allBut: tokens.ends)
      } else {
        mustAnswer ? .allBut(tokens.ends) : nil
      }
    case .answer: answerRestriction()
    case .calls(let matcher):
      matcher.map { .constrained($0, also: [], end: tokens.callsClose) }
    }
  }

  private func beforeThinking() -> TokenRestriction? {
    let open = [tokens.thinkingOpens].compactMap(\.self)
    switch answerRestriction() {
    case .only(let allowed): return .only(allowed + open)
    case .constrained(let matcher, let also, let end):
      return .constrained(matcher, also: also + open, end: end)
    case let other: return other
    }
  }

  private func answerRestriction() -> TokenRestriction? {
    let open = [tokens.callsOpen].compactMap(\.self)
    let mayCall = rules.calls.map { blocks == 0 || $0.allowsSeveral } ?? !rules.forbidsCalls
    if mustAnswer {
      if blocks > 0 { return .only(tokens.ends + (mayCall ? open : [])) }
      guard let answer else { return .only(open) }
      let isAtStart = rules.calls != nil && !hasAnswerText
      return .constrained(answer, also: isAtStart ? open : [], end: nil)
    }
    return mayCall ? nil : .allBut(open)
  }
}

// MARK: - What came

extension OutputGate {
  /// Takes note of a sampled token.
  ///
  /// - Parameter endsThinking: whether the caller asked for the end of thinking.
  /// - Returns: whether the token is certainly no thinking, and the tokens that follow without a choice. They are taken
  ///   note of, too.
  /// - Throws: `internalError` if a constraint does not allow what was sampled.
  mutating func accept(
    _ token: TokenID, endsThinking: Bool
  ) throws(GenerationFailure) -> (isAnswer: Bool, forced: [ForcedToken]) {
    if endsThinking { isThinkingUnwanted = true }
    try take(token)
    let wasAnswer = isAnswer
    var forced: [ForcedToken] = []
    while rules.isForcing, forced.count < Self.longestForced {
      let next = try nextForced()
      if next.isEmpty { break }
      for token in next {
        try take(token)
        forced.append(ForcedToken(token: token, isAnswer: isAnswer))
      }
    }
    return (wasAnswer, forced)
  }

  private func nextForced() throws(GenerationFailure) -> [TokenID] {
    switch place {
    case .before: return []
    case .thinking:
      return isOverBudget ? [tokens.thinkingCloses].compactMap(\.self) : []
    case .answer:
      guard blocks == 0 else { return [] }
      if let answer { return rules.calls == nil || hasAnswerText ? try forced(by: answer) : [] }
      return rules.calls?.isRequired == true ? [tokens.callsOpen].compactMap(\.self) : []
    case .calls(let matcher):
      guard let matcher else { return [] }
      if matcher.mustEnd { return [tokens.callsClose].compactMap(\.self) }
      return try forced(by: matcher)
    }
  }

  private func forced(by matcher: ConstraintMatcher) throws(GenerationFailure) -> [TokenID] {
    try matcher.forcedTokens(tokenizer, after: last)
  }

  private mutating func take(_ token: TokenID) throws(GenerationFailure) {
    if tokens.ends.contains(token) { return }
    switch place {
    case .before:
      if token == tokens.thinkingOpens || answer == nil {
        try read(token)
        if case .before = place { try takeAnswer(token) }
      } else {
        place = .answer
        try takeAnswer(token)
      }
    case .thinking: try read(token)
    case .answer:
      // Directly behind its end thinking may be opened again.
      if token == tokens.thinkingOpens, answer == nil, !hasAnswerText, blocks == 0 {
        try read(token)
      } else {
        try takeAnswer(token)
      }
    case .calls(var matcher):
      if token == tokens.callsClose {
        blocks += 1
        place = .answer
      } else if matcher != nil {
        // Held here alone, its stacks are changed where they are.
        place = .answer
        defer { place = .calls(matcher) }
        try advance(&matcher, token)
      }
    }
  }

  private mutating func takeAnswer(_ token: TokenID) throws(GenerationFailure) {
    if token == tokens.callsOpen, let calls = rules.calls {
      last = []
      place = .calls(try calls.grammar?.matcher())
    } else if blocks == 0 {
      if answer != nil || !isBlank(token) { hasAnswerText = true }
      var matcher = answer.take()
      defer { answer = matcher }
      try advance(&matcher, token)
    }
  }

  /// Follows the tags of thinking.
  private mutating func read(_ token: TokenID) throws(GenerationFailure) {
    let wasThinking = splitter.isThinking
    let text = String(decoding: tokenizer.vocabulary.bytes(of: token), as: UTF8.self)
    let deltas = splitter.consume(text)
    guard !splitter.isThinking else {
      if wasThinking { thinkingTokens += 1 }
      place = .thinking
      return
    }
    guard wasThinking else { return }
    thinkingEnd = !isOverBudget ? .model : isThinkingUnwanted ? .asked : .budget
    place = .answer
    guard answer != nil else { return }
    // A tag in plain letters may end within a token, whose rest is the answer's.
    let rest = (deltas + splitter.finish()).answerBytes
    if rest.isEmpty { return }
    guard try answer?.advance(bytes: rest) == true else { throw Self.disobeyed }
    hasAnswerText = true
  }

  private mutating func advance(
    _ matcher: inout ConstraintMatcher?, _ token: TokenID
  ) throws(GenerationFailure) {
    guard matcher != nil else { return }
    guard try matcher?.advance(token) == true else { throw Self.disobeyed }
    last.append(token)
    if last.count > 4 { last.removeFirst() }
  }

  private func isBlank(_ token: TokenID) -> Bool {
    tokenizer.vocabulary.bytes(of: token).allSatisfy {
      $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D
    }
  }

  private static let disobeyed = GenerationFailure(
    .internalError, "a token came that the constraint on the output does not allow")
}
