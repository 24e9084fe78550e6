/// Compares calls with the tools that were declared.
///
/// Owns the sentences about a tool that nobody declared and about arguments that break its schema. It never changes a call.
struct ToolCallCheck: Sendable {
  /// By the bytes of their names.
  private let tools: [[UInt8]: ToolDeclaration]

  init(_ tools: [ToolDeclaration]) {
    self.tools = Dictionary(tools.map { (Array($0.name.utf8), $0) }) { first, _ in first }
  }

  func problems(of call: CallParser.Call) -> [String] {
    guard let tool = tools[Array(call.name.utf8)] else {
      return ["there is no tool of this name among those that were declared"]
    }
    return SchemaCheck.problems(of: .object(call.arguments), under: tool.parameters)
  }
}
