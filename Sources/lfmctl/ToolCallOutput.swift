// `generate --tools`: calls are taken out of the answer and printed as JSON; every form of output gets them in its own way.

import LFMGeneration
import LFMLanguage

/// Parts the answer from the calls in it, before a form of output sees either.
struct ToolCallOutput: GenerationOutput {
  private var form: any GenerationOutput
  private var reader: ToolCallReader

  init(form: any GenerationOutput, tools: [ToolDeclaration]) {
    self.form = form
    reader = ToolCallReader(tools: tools)
  }

  mutating func take(_ event: GenerationEvent) throws {
    guard case .answer(var delta) = event else { return try form.take(event) }
    let events = reader.consume(delta.text)
    delta.text = ""
    try give(events, delta)
  }

  mutating func take(_ call: ToolCall) throws { try form.take(call) }

  mutating func finish(_ summary: GenerationSummary) throws {
    try give(reader.finish(), TextDelta(text: ""))
    try form.finish(summary)
  }

  /// - Parameter tokens: the tokens that the text came with, and no text.
  private mutating func give(_ events: [ToolCallEvent], _ tokens: TextDelta) throws {
    var delta = tokens
    for event in events {
      switch event {
      case .text(let text): delta.text += text
      case .began: break
      case .completed(_, let call):
        try flush(&delta)
        for problem in call.problems {
          StandardError.say("the call of \(call.name) is not as declared: \(problem)")
        }
        try form.take(call)
      case .rejected(_, let text, let reason):
        StandardError.say("text that was to be a tool call is none: \(reason)")
        delta.text += text
      }
    }
    try flush(&delta)
  }

  private mutating func flush(_ delta: inout TextDelta) throws {
    defer { delta = TextDelta(text: "") }
    if delta != TextDelta(text: "") { try form.take(.answer(delta)) }
  }
}

extension ToolCall {
  /// The names that scripts rely on.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(name)), ("arguments", .object(arguments)),
    ]
    if !problems.isEmpty {
      members.append(("problems", .array(problems.map { .string($0) })))
    }
    return JSONValue(members: members)
  }
}
