import LFMGeneration

/// Makes a grammar of calls of tools in Python's notation: `[f(a=1), g(b="x")]`, each with arguments that satisfy its tool's schema.
///
/// Owns the notation of calls. What a schema means is `JSONSchemaCompiler`'s, with one difference: arguments that a schema does not speak
/// of are not written, though it may allow any (`"additionalProperties": true` says that they are wanted).
package enum ToolCallGrammar {
  /// Which tools may be called.
  package enum Choice: Hashable, Sendable {
    case any
    /// Those with these names.
    case only([String])
  }

  /// What stands from the opening to the closing bracket: at least one call.
  ///
  /// - Parameter parallel: whether there may be more than one call.
  /// - Throws: `invalidArgument`: for a schema that cannot be honoured, with the tool's name and a JSON pointer into the schema; for
  ///   a name in `choice` that no tool has; if there is no tool.
  package static func compile(
    tools: [ToolDeclaration], choice: Choice = .any, parallel: Bool = true,
    spacing: ValueNotation.Spacing = .flexible
  ) throws(GenerationFailure) -> Grammar {
    let notation = ValueNotation(.python, spacing: spacing, spelling: .plain)
    var rules: [Grammar.Rule] = []
    var calls: [GrammarExpression] = []
    // One for all, so that many tools do not take many times as long as one may.
    var budget = RegularBudget()
    for tool in try chosen(tools, choice) {
      let grammar: Grammar
      do {
        grammar = try self.grammar(tool, notation, &budget)
      } catch {
        var failure = error
        failure.message = "tool \(tool.name): \(error.message)"
        throw failure
      }
      let offset = rules.count
      rules += grammar.rules.map { rule in
        Grammar.Rule(
          name: "\(tool.name) \(rule.name)",
          expression: rule.expression.mappingCalls { .rule($0 + offset) })
      }
      calls.append(
        .sequence([
          .literal(Array("\(tool.name)(".utf8)), .rule(grammar.root + offset),
          .literal(Array(")".utf8)),
        ]))
    }
    rules.append(Grammar.Rule(name: "call", expression: .choice(calls)))
    let call = GrammarExpression.rule(rules.count - 1)
    var list = [GrammarExpression.literal(Array("[".utf8)), call]
    if parallel {
      list.append(.repetition(.sequence([notation.separator, call]), atLeast: 0, atMost: nil))
    }
    list.append(.literal(Array("]".utf8)))
    rules.append(Grammar.Rule(name: "calls", expression: .sequence(list)))
    guard let grammar = Grammar(rules: rules, root: rules.count - 1).withoutDeadEnds() else {
      throw GenerationFailure(.invalidArgument, "the tools: none of them can be called")
    }
    return grammar
  }

  private static func chosen(
    _ tools: [ToolDeclaration], _ choice: Choice
  ) throws(GenerationFailure) -> [ToolDeclaration] {
    if tools.isEmpty {
      throw GenerationFailure(.invalidArgument, "there are no tools; give at least one to call")
    }
    guard case .only(let names) = choice else { return tools }
    for name in names where !tools.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      throw GenerationFailure(
        .invalidArgument, "no tool has the name that the tool choice gives; use one of the tools'")
    }
    let chosen = tools.filter { tool in
      names.contains { $0.utf8.elementsEqual(tool.name.utf8) }
    }
    if chosen.isEmpty {
      throw GenerationFailure(.invalidArgument, "the tool choice allows no tool; name at least one")
    }
    return chosen
  }

  /// The arguments of one tool, without the parentheses.
  private static func grammar(
    _ tool: ToolDeclaration, _ notation: ValueNotation, _ budget: inout RegularBudget
  ) throws(GenerationFailure) -> Grammar {
    let expander = SchemaExpander(
      try SchemaDocument(tool.parameters), assertsFormats: true, budget: budget)
    defer { budget = expander.budget }
    let builder = SchemaGrammarBuilder(expander, notation)
    let schema = expander.conjunction(expander.document.root, scope: 0)
    var takesMore = false
    if case .object(let object) = tool.parameters {
      takesMore = object["additionalProperties"] == .bool(true)
    }
    let root = try builder.addRule("arguments", .nothing)
    let declared = tool.parameterNames.map { PropertyName($0) }
    builder.setRule(root, try builder.arguments(schema, declared: declared, takesMore: takesMore))
    try builder.finish()
    guard let grammar = Grammar(rules: builder.rules, root: root).withoutDeadEnds() else {
      throw SchemaFailure.at(JSONPointer(), "no arguments satisfy it")
    }
    return grammar
  }
}

extension SchemaGrammarBuilder {
  /// Arguments by name: `a=1, b="x"`. A name that is no identifier is unpacked: `**{"a b": 1}`.
  ///
  /// - Parameters:
  ///   - declared: arguments that have a name in the schema, though it may ask nothing of their values.
  ///   - takesMore: whether arguments may be written of which the schema says nothing.
  func arguments(
    _ schema: Conjunction, declared: [PropertyName], takesMore: Bool
  ) throws(GenerationFailure) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    for var shape in try expander.expand(schema).objects {
      let known = Set(shape.rules.compactMap(\.keys.single))
      // What asks nothing is left out of shapes, and would not be among the names.
      for name in declared where !known.contains(name) {
        shape.rules.append(ObjectShape.Rule(keys: KeySet(name), value: .anything))
      }
      for settled in try settled(shape) {
        choices.append(try arguments(settled, takesMore: takesMore))
      }
    }
    return .choice(choices)
  }

  private func arguments(
    _ shape: ObjectShape, takesMore: Bool
  ) throws(GenerationFailure) -> GrammarExpression {
    let layout = try layout(shape)
    guard let names = try keptNames(shape, layout) else { return .nothing }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var named: [GrammarMembers.Named] = []
    for name in names {
      let (key, closing) = try argumentKey(name)
      var value = try expression(layout.values[name] ?? .anything)
      if let closing { value = .sequence([value, closing]) }
      named.append(
        GrammarMembers.Named(
          key: key, value: value, isRequired: shape.required.contains(name),
          requires: (shape.dependencies[name] ?? []).compactMap { places[$0] }.sorted()))
    }
    var others: [GrammarMembers.Other] = []
    for cell in layout.cells where takesMore || cell.language != nil || !cell.value.isAnything {
      let key = try regular { () throws(RegularFailure) in
        let identifiers = try RegularExpression.automaton("[A-Za-z_][A-Za-z0-9_]*", .whole)
        var language = try identifiers.subtracting(
          SchemaLanguages.texts(layout.names.map(\.text)))
        if let cellLanguage = cell.language { language = try language.intersection(cellLanguage) }
        return try language.concatenation(SchemaLanguages.texts(["="])).utf8()
      }
      if key.start == 0 { continue }
      others.append(
        GrammarMembers.Other(
          key: key, value: try expression(cell.value), reading: key.isInexhaustible ? .bare : nil))
    }
    let mayBeEmpty = shape.required.isEmpty && shape.minimum == 0
    let members = GrammarExpression.members(
      try checked(
        GrammarMembers(
          named: named, others: others, assignment: .empty, separator: notation.separator,
          atLeast: max(1, shape.minimum), atMost: shape.maximum), shape))
    return mayBeEmpty ? .choice([.empty, members]) : members
  }

  /// How an argument begins, up to its value, and what closes it.
  private func argumentKey(
    _ name: PropertyName
  ) throws(GenerationFailure) -> (ByteAutomaton, GrammarExpression?) {
    try regular { () throws(RegularFailure) in
      if ToolCallText.isKeyword(name.text) {
        return (try SchemaLanguages.texts([name.text + "="]).utf8(), nil)
      }
      let text = JSONValue.string(name.text).serialized
      return (
        try SchemaLanguages.texts(["**{" + text + ": "]).utf8(), .literal(Array("}".utf8))
      )
    }
  }
}
