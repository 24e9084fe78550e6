// What `generate` prints while events come. One type for each form; the command feeds them and knows none.

import Foundation
import LFMGeneration
import LFMLanguage

/// Where the result of a generation goes.
protocol GenerationOutput {
  mutating func take(_ event: GenerationEvent) throws
  /// Called after the terminal event of a generation that went well.
  mutating func finish(_ summary: GenerationSummary) throws
}

/// Where result bytes go: standard output or a file.
struct ResultSink {
  private let file: OutputFile?

  init(path: String?) throws {
    file = try path.map { try OutputFile($0) }
  }

  /// Whether a person reads along.
  var isTerminal: Bool { file == nil && StandardOutput.isTerminal }

  func write(_ text: String) throws {
    if let file { try file.write(Array(text.utf8)) } else { try StandardOutput.write(text) }
  }

  func write(_ bytes: [UInt8]) throws {
    if let file { try file.write(bytes) } else { try StandardOutput.write(bytes) }
  }

  /// Gives a file its name. Not called when the generation failed: half an answer never looks like a whole one.
  func commit() throws {
    try file?.commit()
  }
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

  mutating func finish(_ summary: GenerationSummary) throws {
    closeThinking()
    // A prompt after the answer belongs on a line of its own; a file or a pipe gets the exact text.
    if sink.isTerminal, !endsWithNewline { try sink.write("\n") }
  }

  private mutating func print(_ text: String) throws {
    guard !text.isEmpty else { return }
    try sink.write(text)
    endsWithNewline = text.last?.isNewline == true
  }

  private mutating func showThinking(_ text: String) {
    guard !text.isEmpty else { return }
    if !thinkingIsOpen, Style.isOn { StandardError.write(Style.dim) }
    thinkingIsOpen = true
    StandardError.write(text)
  }

  private mutating func closeThinking() {
    guard thinkingIsOpen else { return }
    thinkingIsOpen = false
    StandardError.write((Style.isOn ? Style.reset : "") + "\n")
  }
}

/// One JSON object at the end.
struct JSONOutput: GenerationOutput {
  let sink: ResultSink
  private var text = ""
  private var thinking = ""
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
      collect(delta)
    default: break
    }
  }

  mutating func finish(_ summary: GenerationSummary) throws {
    var members: [(String, JSONValue)] = [
      ("text", .string(text)), ("thinking", .string(thinking)), ("ids", tokens.json),
    ]
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

  mutating func finish(_ summary: GenerationSummary) throws {
    try line("finished", summary.members)
  }

  private func line(_ event: String, _ members: [(String, JSONValue)]) throws {
    try sink.write(JSONValue(members: [("event", .string(event))] + members).serialized + "\n")
  }
}
