import LFMGeneration

/// Makes a grammar of a JSON Schema: all values that satisfy it, and no others.
///
/// Owns the order of the work: the document is read (`SchemaDocument`), schemas are taken apart into a normal form
/// (`SchemaExpander`), which is written as a grammar (`SchemaGrammarBuilder`). It fails closed: what cannot be honoured exactly is
/// refused. What is supported stands in `SchemaKeyword.all`.
package struct JSONSchemaCompiler: Sendable {
  package var notation: ValueNotation
  /// Whether `format` is enforced, and unknown formats are refused. If not, it says nothing, as in JSON Schema when nobody asks
  /// for more.
  package var assertsFormats: Bool

  package init(notation: ValueNotation = ValueNotation(), assertsFormats: Bool = true) {
    self.notation = notation
    self.assertsFormats = assertsFormats
  }

  /// - Throws: `invalidArgument` with a JSON pointer: for what is not a schema, for what cannot be honoured, for what no value
  ///   satisfies, and for what would take too much time or memory.
  package func compile(_ schema: JSONValue) throws(GenerationFailure) -> Grammar {
    let expander = SchemaExpander(try SchemaDocument(schema), assertsFormats: assertsFormats)
    let builder = SchemaGrammarBuilder(expander, notation)
    let root = try builder.expression(expander.conjunction(expander.document.root, scope: 0))
    try builder.finish()
    var rules = builder.rules
    rules.append(
      Grammar.Rule(
        name: "the whole", expression: .sequence([notation.outerSpace, root, notation.outerSpace])))
    guard let grammar = Grammar(rules: rules, root: rules.count - 1).withoutDeadEnds() else {
      throw SchemaFailure.at(JSONPointer(), "no value satisfies it")
    }
    return grammar
  }

  /// - Throws: as `compile(_: JSONValue)`, and for bytes that are no JSON.
  package func compile(bytes: [UInt8]) throws(GenerationFailure) -> Grammar {
    let schema: JSONValue
    do { schema = try JSONParser.parse(bytes: bytes) } catch {
      throw error.failure(in: "the schema")
    }
    return try compile(schema)
  }
}
