// One round of `lfmctl agent`: what the model wrote. What becomes of the calls in it is AgentRun's affair.

import LFMGeneration
import LFMLanguage

/// A turn of the model, read.
struct AgentRound {
  /// What has to be answered.
  enum Part: Hashable {
    case call(ToolCall)
    /// Why something that was to be a call is none.
    case refusal(String)

    var isCall: Bool {
      guard case .call = self else { return false }
      return true
    }
  }

  private(set) var thinking: String?
  /// The answer without its calls.
  private(set) var text = ""
  /// In the order in which the model wrote them.
  private(set) var parts: [Part] = []
  /// Why it ended, once it has.
  private(set) var reason: FinishReason?

  mutating func take(_ event: GenerationEvent) {
    switch event {
    case .thinking(let delta): thinking = (thinking ?? "") + delta.text
    case .answer(let delta):
      text += delta.text
      if let problem = delta.problem { parts.append(.refusal(problem)) }
    case .toolCall(let call):
      // A daemon writes an object, always; what another sent is for the model to hear of.
      guard case .object(let arguments)? = try? JSONParser.parse(call.arguments.text) else {
        return parts.append(.refusal("the arguments of \(call.name) are no JSON object"))
      }
      parts.append(
        .call(ToolCall(name: call.name, arguments: arguments, problems: call.problems)))
    case .finished(let summary): reason = summary.reason
    default: break
    }
  }

  /// Whether the model has said its last word.
  var isFinal: Bool { parts.isEmpty }

  /// The turn as it stands in the conversation from now on.
  var message: ChatMessage {
    let calls = parts.compactMap { part -> ChatToolCall? in
      guard case .call(let call) = part else { return nil }
      return ChatToolCall(name: call.name, arguments: call.argumentsText)
    }
    return ChatMessage(
      role: "assistant", content: .text(text), thinking: thinking,
      toolCalls: calls.isEmpty ? nil : calls)
  }
}
