// One round of `lfmctl agent`: what the model wrote, and what becomes of each call in it.

import LFMGeneration
import LFMLanguage

/// A turn of the model, read.
struct AgentRound {
  private(set) var thinking: String?
  /// The answer without its calls.
  private(set) var text = ""
  private(set) var calls: [ToolCall] = []
  /// Reasons why something that was to be a call is none.
  private(set) var refusals: [String] = []

  mutating func take(_ event: GenerationEvent) {
    switch event {
    case .thinking(let delta): thinking = (thinking ?? "") + delta.text
    case .answer(let delta):
      text += delta.text
      if let problem = delta.problem { refusals.append(problem) }
    case .toolCall(let call):
      // A daemon writes an object, always; what another sent is for the model to hear of.
      guard case .object(let arguments)? = try? JSONParser.parse(call.arguments.text) else {
        return refusals.append("the arguments of \(call.name) are no JSON object")
      }
      calls.append(ToolCall(name: call.name, arguments: arguments, problems: call.problems))
    default: break
    }
  }

  /// Whether the model has said its last word.
  var isFinal: Bool { calls.isEmpty && refusals.isEmpty }

  /// The turn as it stands in the conversation from now on.
  var message: ChatMessage {
    ChatMessage(
      role: "assistant", content: .text(text), thinking: thinking,
      toolCalls: calls.isEmpty
        ? nil : calls.map { ChatToolCall(name: $0.name, arguments: $0.argumentsText) })
  }
}

/// What a tool's run is to the model.
enum ToolResult {
  /// What the model is told instead of a result.
  static func error(_ sentence: String) -> String {
    JSONValue(members: [("error", .string(sentence))]).serialized
  }

  static func text(of outcome: ToolProcess.Outcome) -> String {
    var bytes = outcome.output
    // A cut may have gone through a character.
    while outcome.isCut, let last = bytes.last, last >= 0x80 { bytes.removeLast() }
    while bytes.last == 0x0A { bytes.removeLast() }
    let output = String(decoding: bytes, as: UTF8.self) + (outcome.isCut ? " … (cut)" : "")
    guard outcome.ending != .exited(0) else { return output }
    var members: [(String, JSONValue)] = [
      ("error", .string("the tool " + outcome.ending.sentence))
    ]
    if !output.isEmpty { members.append(("output", .string(output))) }
    return JSONValue(members: members).serialized
  }
}
