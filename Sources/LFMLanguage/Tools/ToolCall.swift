import LFMGeneration

/// A tool call that a model wrote, as read: nothing of it was guessed, changed or left out.
package struct ToolCall: Hashable, Sendable {
  package var name: String
  /// In the order in which the model wrote them.
  package var arguments: JSONObject
  /// What is wrong with it although it could be read: a tool that was not declared, arguments that break its schema. A call
  /// with problems is for its caller to judge.
  package var problems: [String]

  package init(name: String, arguments: JSONObject, problems: [String] = []) {
    self.name = name
    self.arguments = arguments
    self.problems = problems
  }

  /// The arguments as one JSON object, always written the same way.
  package var argumentsText: JSONText { JSONText(JSONValue.object(arguments).serialized) }
}

/// What `ToolCallReader` found, in the order of the text.
package enum ToolCallEvent: Hashable, Sendable {
  /// Text outside of calls. Never empty.
  case text(String)
  /// The model has begun to write a call of this tool. Not a promise: what follows may turn out to be unreadable. `index` counts
  /// what was begun in the whole text, from 0; with the same index again, what came for it before is void.
  case began(index: Int, name: String)
  /// More of the JSON text of the arguments; all pieces since the call began are `argumentsText`, once it is completed.
  case arguments(index: Int, json: String)
  case completed(index: Int, ToolCall)
  /// Text that was to be one or several calls and is none, as it was written, and why. `index` is that of the call that had
  /// begun, if it is one.
  case rejected(index: Int?, text: String, reason: String)
}
