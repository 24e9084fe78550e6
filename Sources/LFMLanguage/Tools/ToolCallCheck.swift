/// Compares calls with the tools that were declared.
///
/// Owns the sentences about a tool that nobody declared and about arguments that break its schema, and what of a schema is looked at. It
/// never changes a call.
struct ToolCallCheck: Sendable {
  /// By the bytes of their names.
  private let tools: [[UInt8]: ToolDeclaration]

  /// Whether a schema is compiled where it has what `SchemaCheck` passes over. That takes up to a second: too long where others wait.
  private let isThorough: Bool
  /// By tool, of those that were called; `nil` where the schema cannot be honoured.
  private var compiled: [[UInt8]: CompiledConstraint?] = [:]

  init(_ tools: [ToolDeclaration], isThorough: Bool) {
    self.isThorough = isThorough
    self.tools = Dictionary(tools.map { (Array($0.name.utf8), $0) }) { first, _ in first }
  }

  mutating func problems(of call: CallParser.Call) -> [String] {
    guard let tool = tools[Array(call.name.utf8)] else {
      return ["there is no tool of this name among those that were declared"]
    }
    let arguments = JSONValue.object(call.arguments)
    let problems = SchemaCheck.problems(of: arguments, under: tool.parameters)
    guard problems.isEmpty, isThorough, SchemaCheck.passesOver(in: tool.parameters),
      Self.isPlain(arguments),
      let constraint = constraint(of: tool),
      (try? constraint.accepts(Array(arguments.serialized.utf8))) == false
    else { return problems }
    return [
      "the arguments: they break the schema in a pattern, in which members go together, or in what a list contains"
    ]
  }

  private mutating func constraint(of tool: ToolDeclaration) -> CompiledConstraint? {
    let name = Array(tool.name.utf8)
    if let known = compiled[name] { return known }
    let made = try? CompiledConstraint(
      JSONSchemaCompiler(assertsFormats: false).compile(tool.parameters))
    compiled[name] = .some(made)
    return made
  }

  /// Whether a grammar judges such a value as everybody does: of floats, and of texts beyond its counting, it has few spellings.
  private static func isPlain(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool, .integer: true
    case .float: false
    case .string(let text): text.utf8.count <= 4_096
    case .array(let items): items.allSatisfy(isPlain)
    case .object(let object): object.members.allSatisfy { isPlain($0.value) }
    }
  }
}
