// The flags of `generate` about what may come out: thinking, tools, constraints.

import ArgumentParser
import LFMGeneration
import LFMLanguage

struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most tokens of thinking; then it is closed and the answer begins.", valueName: "n"))
  var thinkTokens: Int?

  @Flag(help: "Tell the model that it has thought already.")
  var noThink = false

  @Option(
    help: ArgumentHelp(
      "Tools that the model may call: a JSON list of declarations. Calls are printed as JSON, a line each, and never made.",
      valueName: "file"), completion: .file())
  var tools: String?

  @Option(help: "auto, none, required, or the name of the tool to be called.")
  var toolChoice: String?

  @Flag(help: "At most one call.")
  var singleCall = false

  @Flag(help: "Do not hold calls to the tools' schemas while they are written.")
  var freeCalls = false

  @Option(
    help: ArgumentHelp("The answer is JSON that this JSON Schema allows.", valueName: "file"),
    completion: .file())
  var schema: String?

  @Option(help: ArgumentHelp("The whole answer matches this regular expression.", valueName: "re"))
  var regex: String?

  @Option(
    help: ArgumentHelp("The answer follows this grammar (GBNF).", valueName: "file"),
    completion: .file())
  var grammar: String?

  @Option(
    help: ArgumentHelp("The answer is this text; give it once for each choice.", valueName: "text"))
  var choice: [String] = []

  @Flag(
    help:
      "Say with --json how many tokens of this turn the conversation's next prompt will begin with."
  )
  var continuation = false

  func validate() throws {
    let constraints = [schema != nil, regex != nil, grammar != nil, !choice.isEmpty]
    if constraints.count(where: { $0 }) > 1 {
      throw ValidationError("--schema, --regex, --grammar and --choice exclude each other")
    }
  }

  /// How often standard input is named.
  var inputCount: Int { [tools, schema, grammar].count { $0 == "-" } }

  func apply(to request: inout GenerationRequest) throws {
    request.thinking = ThinkingParameters(maxTokens: thinkTokens, isSkipped: noThink)
    request.toolUse = ToolUse(
      choice: Self.choice(named: toolChoice), allowsSeveralCalls: !singleCall,
      isConstrained: !freeCalls)
    request.constraint = try constraint()
    request.reportsContinuation = continuation
    if let tools { try declare(tools, in: &request) }
  }

  static func choice(named name: String?) -> ToolUse.Choice {
    switch name {
    case nil, "auto": .auto
    case "none": .none
    case "required": .required
    case let name?: .named(name)
    }
  }

  private func constraint() throws -> OutputConstraint? {
    if let schema { return .jsonSchema(JSONText(try Input.readText(schema))) }
    if let regex { return .regularExpression(regex) }
    if let grammar { return .grammar(try Input.readText(grammar)) }
    return choice.isEmpty ? nil : .choice(choice)
  }

  private func declare(_ file: String, in request: inout GenerationRequest) throws {
    guard case .chat(var chat) = request.prompt else {
      throw Failure(.usage, "--tools needs a conversation: leave out --raw")
    }
    chat.tools += try ToolFile(file).texts
    request.prompt = .chat(chat)
  }
}
