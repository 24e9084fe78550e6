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
  private let reportsTokens: Bool
  private var waitingTokens: [TokenID] = []
  private var waitingReports: [TokenLogProbability] = []

  private(set) var thinkingTokens = 0
  private(set) var answerTokens = 0

  init(
    tokenizer: Tokenizer, request: GenerationRequest, start: ThinkingSplitter.Start
  ) {
    vocabulary = tokenizer.vocabulary
    decoder = IncrementalDecoder(tokenizer: tokenizer, skipsSpecialTokens: false)
    reader = GeneratedTextReader(stops: request.stop.strings, start: start)
    reportsTokens = request.reportsTokens
  }

  /// Whether the model is thinking, as far as is known.
  var isThinking: Bool { reader.isThinking }
  /// Whether a stop string has come.
  var hasStopped: Bool { reader.matchedStop != nil }

  /// - Parameter isSilent: the token ends the generation and is no text.
  mutating func append(
    _ token: TokenID, report: TokenLogProbability?, isSilent: Bool
  ) -> [GenerationEvent] {
    if reportsTokens { waitingTokens.append(token) }
    if let report { waitingReports.append(report) }
    let wasThinking = reader.isThinking
    var deltas: [GeneratedDelta] = []
    if !isSilent, !vocabulary.isEndOfGeneration(token) {
      let text = characters(of: token)
      if !text.isEmpty { deltas = reader.consume(text) }
    }
    if wasThinking || reader.isThinking { thinkingTokens += 1 } else { answerTokens += 1 }
    return events(deltas)
  }

  /// What was held back, and the tokens that no delta has carried yet.
  mutating func finish() -> [GenerationEvent] {
    var deltas: [GeneratedDelta] = []
    let rest = decoder.finish()
    if !rest.isEmpty { deltas += reader.consume(rest) }
    let wasThinking = reader.isThinking
    deltas += reader.finish()
    var events = events(deltas)
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
    deltas.map { delta in
      switch delta {
      case .thinking(let text): .thinking(takeWaiting(text: text))
      case .answer(let text): .answer(takeWaiting(text: text))
      }
    }
  }

  /// The first delta after some tokens carries them.
  private mutating func takeWaiting(text: String) -> TextDelta {
    defer {
      waitingTokens = []
      waitingReports = []
    }
    return TextDelta(text: text, tokens: waitingTokens, logProbabilities: waitingReports)
  }
}
