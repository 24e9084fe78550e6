/// The model begins to call a tool. With the same index again, what came for it before is void.
public struct ToolCallBegun: Hashable, Sendable {
  /// Of the calls of this generation, from 0.
  public var index: Int
  /// Of this call, for the message with its result. Made up by the daemon, unique within its life.
  public var id: String
  /// As the model wrote it.
  public var name: String

  public init(index: Int, id: String, name: String) {
    self.index = index
    self.id = id
    self.name = name
  }
}

/// More of the JSON text of a call's arguments, as soon as an argument is whole; all pieces since the call began are
/// `GeneratedToolCall.arguments`.
public struct ToolCallArguments: Hashable, Sendable {
  public var index: Int
  public var json: String

  public init(index: Int, json: String) {
    self.index = index
    self.json = json
  }
}

/// A call that the model wrote, whole. Nothing is ever called by the daemon.
public struct GeneratedToolCall: Hashable, Sendable {
  public var index: Int
  public var id: String
  public var name: String
  /// A JSON object, its keys in the order in which the model wrote them.
  public var arguments: JSONText
  /// What is wrong with it, if anything: an unknown tool, arguments that its schema does not allow. For people.
  public var problems: [String]

  public init(
    index: Int, id: String, name: String, arguments: JSONText, problems: [String] = []
  ) {
    self.index = index
    self.id = id
    self.name = name
    self.arguments = arguments
    self.problems = problems
  }
}
