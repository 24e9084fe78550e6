// What `generate` prints while events come. One type for each form; the command feeds them and knows none.

import LFMGeneration
import LFMLanguage

/// Where the result of a generation goes.
protocol GenerationOutput {
  mutating func take(_ event: GenerationEvent) throws
  /// Called after the terminal event of a generation that went well.
  mutating func finish(_ summary: GenerationSummary) throws
}

/// The answer as it comes.
struct TextOutput: GenerationOutput {
  let sink: ResultSink
  let thinking: ThinkingDisplay
  private var endsWithNewline = true
  private var thinkingIsOpen = false
  /// Why parts of the answer are no calls.
  private var problems: [String] = []

  init(sink: ResultSink, thinking: ThinkingDisplay) {
    self.sink = sink
    self.thinking = thinking
  }

  mutating func take(_ event: GenerationEvent) throws {
    switch event {
    case .thinking(let delta):
      switch thinking {
      case .hide: break
      case .show: showThinking(delta.text)
      case .only: try print(delta.text)
      }
    case .answer(let delta):
      closeThinking()
      if thinking != .only { try print(delta.text) }
      if let problem = delta.problem { problems.append(problem) }
    case .toolCall(let call):
      closeThinking()
      guard thinking != .only else { break }
      // A line of its own for each: what reads lines can tell calls from text.
      if !endsWithNewline { try print("\n") }
      try print(call.json.serialized + "\n")
    default: break
    }
  }

  mutating func finish(_ summary: GenerationSummary) throws {
    closeThinking()
    // A prompt after the answer belongs on a line of its own; a file or a pipe gets the exact text.
    if sink.isTerminal, !endsWithNewline { try sink.write("\n") }
    guard thinking != .only else { return }
    for problem in problems {
      StandardError.say("text that was to be a tool call is none: \(problem)")
    }
    if let note = Self.note(on: summary.reason) { StandardError.say(note) }
  }

  /// What a person must know who sees less than a whole answer.
  static func note(on reason: FinishReason) -> String? {
    switch reason {
    case .lengthInThinking:
      "there is no answer: the model still thought when --max-tokens was reached"
    case .contextFull: "the answer is cut short: the model's context is full"
    case .repetition:
      "the answer is cut short: the model only repeated itself"
    default: nil
    }
  }

  private mutating func print(_ text: String) throws {
    guard !text.isEmpty else { return }
    try sink.write(text)
    endsWithNewline = text.last?.isNewline == true
  }

  private mutating func showThinking(_ text: String) {
    guard !text.isEmpty else { return }
    if !thinkingIsOpen { Style.begin() }
    thinkingIsOpen = true
    StandardError.write(text)
  }

  private mutating func closeThinking() {
    guard thinkingIsOpen else { return }
    thinkingIsOpen = false
    Style.end()
    StandardError.write("\n")
  }
}

/// One JSON object at the end.
struct JSONOutput: GenerationOutput {
  let sink: ResultSink
  private var text = ""
  private var thinking = ""
  private var toolCalls: [GeneratedToolCall] = []
  private var problems: [String] = []
  private var tokens: [TokenID] = []
  private var logProbabilities: [TokenLogProbability] = []

  init(sink: ResultSink) { self.sink = sink }

  mutating func take(_ event: GenerationEvent) throws {
    switch event {
    case .thinking(let delta):
      thinking += delta.text
      collect(delta)
    case .answer(let delta):
      text += delta.text
      if let problem = delta.problem { problems.append(problem) }
      collect(delta)
    case .toolCall(let call): toolCalls.append(call)
    default: break
    }
  }

  mutating func finish(_ summary: GenerationSummary) throws {
    var members: [(String, JSONValue)] = [
      ("text", .string(text)), ("thinking", .string(thinking)), ("ids", tokens.json),
    ]
    if !toolCalls.isEmpty { members.append(("tool_calls", .array(toolCalls.map(\.json)))) }
    if !problems.isEmpty {
      members.append(("problems", .array(problems.map { JSONValue.string($0) })))
    }
    if !logProbabilities.isEmpty {
      members.append(("log_probabilities", .array(logProbabilities.map(\.json))))
    }
    try sink.write(JSONValue(members: members + summary.members).serialized + "\n")
  }

  private mutating func collect(_ delta: TextDelta) {
    tokens += delta.tokens
    logProbabilities += delta.logProbabilities
  }
}

/// One JSON object for each event, a line each.
struct JSONStreamOutput: GenerationOutput {
  let sink: ResultSink

  mutating func take(_ event: GenerationEvent) throws {
    switch event {
    case .queued(let ahead): try line("queued", [("ahead", .whole(ahead))])
    case .prefill(let done, let total):
      try line("prefill", [("done", .whole(done)), ("total", .whole(total))])
    case .thinking(let delta): try line("thinking", delta.members)
    case .answer(let delta): try line("answer", delta.members)
    case .toolCallBegun(let begun):
      try line(
        "tool_call_begun",
        [
          ("index", .whole(begun.index)), ("id", .string(begun.id)), ("name", .string(begun.name)),
        ])
    case .toolCallArguments(let more):
      try line(
        "tool_call_arguments", [("index", .whole(more.index)), ("json", .string(more.json))])
    case .toolCall(let call):
      try line("tool_call", [("index", .whole(call.index))] + call.members)
    case .finished, .failed: break
    }
  }

  mutating func finish(_ summary: GenerationSummary) throws {
    try line("finished", summary.members)
  }

  /// The last line of a generation that failed.
  func fail(_ failure: Failure) throws {
    try line("failed", failure.members)
  }

  private func line(_ event: String, _ members: [(String, JSONValue)]) throws {
    try sink.write(JSONValue(members: [("event", .string(event))] + members).serialized + "\n")
  }
}
