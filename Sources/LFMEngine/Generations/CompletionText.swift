import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Turns one generation's tokens into the events that its caller sees: text, thinking and answer, counted.
///
/// Owns the way token → characters → stop strings → thinking, and the tokens that wait for a delta to carry
/// them. Which token ends the generation is `StopCondition`'s.
struct CompletionText: Sendable {
  private let vocabulary: Vocabulary
  private var decoder: IncrementalDecoder
  private var reader: GeneratedTextReader
  /// `nil` where calls of tools are not told from text.
  private var calls: ToolCallReader?
  private let marks: TurnTokens
  /// Whether a block of calls is open. Only the marks' own tokens open and close one: their letters in an answer are text.
  private var isInCalls = false
  private let reportsTokens: Bool
  private var waitingTokens: [TokenID] = []
  private var waitingReports: [TokenLogProbability] = []

  private(set) var thinkingTokens = 0
  private(set) var answerTokens = 0
  /// Whether a call has come whole.
  private(set) var hasCalled = false
  /// What the model said, as a message; `nil` unless the request asks how the conversation goes on.
  private(set) var turn: ChatMessage?
  /// What the ids of this generation's calls begin with.
  var callPrefix = "call"

  init(
    tokenizer: Tokenizer, request: GenerationRequest, start: ThinkingSplitter.Start
  ) {
    vocabulary = tokenizer.vocabulary
    marks = TurnTokens(tokenizer.vocabulary)
    decoder = IncrementalDecoder(tokenizer: tokenizer, skipsSpecialTokens: false)
    reader = GeneratedTextReader(stops: request.stop.strings, start: start)
    reportsTokens = request.reportsTokens
    if request.reportsContinuation { turn = ChatMessage(role: "assistant", text: "") }
    guard case .chat(let chat) = request.prompt, !chat.tools.isEmpty,
      request.toolUse.choice != .none
    else { return }
    // Tools that are only texts for the template cannot be checked against.
    calls = ToolCallReader(tools: try? ToolDeclaration.read(chat.tools))
  }

  /// Whether the model is thinking, as far as is known.
  var isThinking: Bool { reader.isThinking }
  /// Whether a stop string has come.
  var hasStopped: Bool { reader.matchedStop != nil }

  /// - Parameters:
  ///   - isSilent: the token ends the generation and is no text.
  ///   - isAnswer: the token is certainly no thinking.
  mutating func append(
    _ token: TokenID, report: TokenLogProbability?, isSilent: Bool, isAnswer: Bool = false
  ) -> [GenerationEvent] {
    if isAnswer { reader.beginAnswer() }
    if token == marks.callsOpen, calls != nil, !reader.isThinking { isInCalls = true }
    if reportsTokens { waitingTokens.append(token) }
    if let report { waitingReports.append(report) }
    let wasThinking = reader.isThinking
    var deltas: [GeneratedDelta] = []
    if !isSilent, !vocabulary.isEndOfGeneration(token) {
      let text = characters(of: token)
      if !text.isEmpty { deltas = reader.consume(text) }
    }
    if wasThinking || reader.isThinking { thinkingTokens += 1 } else { answerTokens += 1 }
    var events = events(deltas)
    if token == marks.callsClose, isInCalls {
      events += closeCalls()
      isInCalls = false
    }
    return events
  }

  /// What a block held back; its index is the reader's, and goes on counting.
  private mutating func closeCalls() -> [GenerationEvent] {
    guard let rest = calls?.finish() else { return [] }
    return rest.flatMap { events($0) }
  }

  /// What was held back, and the tokens that no delta has carried yet.
  mutating func finish() -> [GenerationEvent] {
    var deltas: [GeneratedDelta] = []
    let rest = decoder.finish()
    if !rest.isEmpty { deltas += reader.consume(rest) }
    let wasThinking = reader.isThinking
    deltas += reader.finish()
    var events = events(deltas)
    events += closeCalls()
    if !waitingTokens.isEmpty || !waitingReports.isEmpty {
      let delta = takeWaiting(text: "")
      events.append(wasThinking ? .thinking(delta) : .answer(delta))
    }
    return events
  }

  /// The text that this token completes; of a special token its name.
  private mutating func characters(of token: TokenID) -> String {
    guard vocabulary.isSpecial(token) else { return decoder.append(token) }
    // A character cut short by a special token stays cut short.
    return decoder.finish() + String(decoding: vocabulary.bytes(of: token), as: UTF8.self)
  }

  private mutating func events(_ deltas: [GeneratedDelta]) -> [GenerationEvent] {
    deltas.flatMap { delta -> [GenerationEvent] in
      switch delta {
      case .thinking(let text):
        turn?.add(thinking: text)
        return [.thinking(takeWaiting(text: text))]
      case .answer(let text):
        guard isInCalls, let found = calls?.consume(text) else { return [answer(text)] }
        return found.flatMap { events($0) }
      }
    }
  }

  private mutating func events(_ found: ToolCallEvent) -> [GenerationEvent] {
    switch found {
    case .text(let text): return [answer(text)]
    case .began(let index, let name):
      return [.toolCallBegun(ToolCallBegun(index: index, id: id(index), name: name))]
    case .arguments(let index, let json):
      return [.toolCallArguments(ToolCallArguments(index: index, json: json))]
    case .completed(let index, let call):
      hasCalled = true
      let arguments = call.argumentsText
      turn?.add(ChatToolCall(name: call.name, arguments: arguments))
      return [
        .toolCall(
          GeneratedToolCall(
            index: index, id: id(index), name: call.name, arguments: arguments,
            problems: call.problems))
      ]
    case .rejected(_, let text, let reason): return [answer(text, problem: reason)]
    }
  }

  private mutating func answer(_ text: String, problem: String? = nil) -> GenerationEvent {
    turn?.add(answer: text)
    var delta = takeWaiting(text: text)
    delta.problem = problem
    return .answer(delta)
  }

  private func id(_ index: Int) -> String { "\(callPrefix)_\(index)" }

  /// The first delta after some tokens carries them.
  private mutating func takeWaiting(text: String) -> TextDelta {
    defer {
      waitingTokens = []
      waitingReports = []
    }
    return TextDelta(text: text, tokens: waitingTokens, logProbabilities: waitingReports)
  }
}

extension ChatMessage {
  fileprivate mutating func add(thinking text: String) { thinking = (thinking ?? "") + text }

  fileprivate mutating func add(answer text: String) {
    if case .text(let before)? = content { content = .text(before + text) }
  }

  fileprivate mutating func add(_ call: ChatToolCall) { toolCalls = (toolCalls ?? []) + [call] }
}
