// What `generate` prints while events come. One type for each form; the command feeds them and knows none.

import LFMGeneration
import LFMLanguage

/// Where the result of a generation goes.
protocol GenerationOutput {
  mutating func take(_ event: GenerationEvent) throws
  /// Called for every tool call, in the order of the text around them.
  mutating func take(_ call: ToolCall) throws
  /// Called after the terminal event of a generation that went well.
  mutating func finish(_ summary: GenerationSummary) throws
}

/// The answer as it comes.
struct TextOutput: GenerationOutput {
  let sink: ResultSink
  let thinking: ThinkingDisplay
  private var endsWithNewline = true
  private var thinkingIsOpen = false

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
    default: break
    }
  }

  /// A line of its own.
  mutating func take(_ call: ToolCall) throws {
    closeThinking()
    guard thinking != .only else { return }
    try print((endsWithNewline ? "" : "\n") + call.json.serialized + "\n")
  }

  mutating func finish(_ summary: GenerationSummary) throws {
    closeThinking()
    // A prompt after the answer belongs on a line of its own; a file or a pipe gets the exact text.
    if sink.isTerminal, !endsWithNewline { try sink.write("\n") }
    if thinking != .only, let note = Self.note(on: summary.reason) { StandardError.say(note) }
  }

  /// What a person must know who sees less than a whole answer.
  static func note(on reason: FinishReason) -> String? {
    switch reason {
    case .lengthInThinking:
      "there is no answer: the model still thought when --max-tokens was reached"
    case .contextFull: "the answer is cut short: the model's context is full"
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
  private var tokens: [TokenID] = []
  private var logProbabilities: [TokenLogProbability] = []
  private var calls: [JSONValue] = []

  init(sink: ResultSink) { self.sink = sink }

  mutating func take(_ event: GenerationEvent) throws {
    switch event {
    case .thinking(let delta):
      thinking += delta.text
      collect(delta)
    case .answer(let delta):
      text += delta.text
      collect(delta)
    default: break
    }
  }

  mutating func take(_ call: ToolCall) throws { calls.append(call.json) }

  mutating func finish(_ summary: GenerationSummary) throws {
    var members: [(String, JSONValue)] = [
      ("text", .string(text)), ("thinking", .string(thinking)), ("ids", tokens.json),
    ]
    if !calls.isEmpty { members.append(("tool_calls", .array(calls))) }
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
    case .finished, .failed: break
    }
  }

  mutating func take(_ call: ToolCall) throws {
    try line("tool_call", [("tool_call", call.json)])
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
