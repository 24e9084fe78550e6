import LFMGeneration

/// What a caller asks of an output, as the caller wrote it.
package enum ConstraintSource: Hashable, Sendable {
  /// A JSON value that is valid under this JSON Schema.
  case jsonSchema(JSONValue)
  /// A text that matches as a whole.
  case regularExpression(String)
  /// A text of a grammar in GBNF, from its rule `root` on.
  case grammar(String)
  /// One of these texts.
  case choice([String])
  /// Calls of these tools in Python's notation, from the opening to the closing bracket, each with arguments that satisfy the tool's
  /// schema.
  case toolCalls([ToolDeclaration], ToolCallGrammar.Choice, parallel: Bool)

  /// - Parameter isToBeWritten: whether a model writes by it, instead of somebody's text being judged: then values have few
  ///   spellings (`ValueNotation.Spelling`), of those that mean the same.
  /// - Throws: INVALID_ARGUMENT that names what cannot be honoured, and where.
  package func grammar(isToBeWritten: Bool = false) throws(GenerationFailure) -> Grammar {
    switch self {
    case .jsonSchema(let schema):
      try JSONSchemaCompiler(notation: isToBeWritten ? .written : ValueNotation())
        .compile(schema)
    case .regularExpression(let pattern): try Self.regular(pattern)
    case .grammar(let text): try GBNFParser.parse(text)
    case .choice(let texts): try ChoiceGrammar.grammar(texts)
    case .toolCalls(let tools, let choice, let parallel):
      try ToolCallGrammar.compile(
        tools: tools, choice: choice, parallel: parallel,
        spacing: isToBeWritten ? .plain : .flexible)
    }
  }

  private static func regular(_ pattern: String) throws(GenerationFailure) -> Grammar {
    do {
      let automaton = try RegularExpression.automaton(pattern, .whole).utf8()
      return Grammar(
        rules: [.init(name: "expression", expression: .language(automaton))], root: 0)
    } catch {
      throw GenerationFailure(
        .invalidArgument, "the regular expression: \(error.description)")
    }
  }
}
