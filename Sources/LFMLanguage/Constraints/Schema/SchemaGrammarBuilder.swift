import LFMGeneration

/// Writes the normal form as a grammar.
///
/// Owns rules: one for each conjunction, made when it is first asked for. Arrays and objects have files of their own.
final class SchemaGrammarBuilder {
  enum Limits {
    static let rules = 60_000
    /// States of all automata together.
    static let states = 2_000_000
    /// States of one array that counts or tells items apart.
    static let arrayStates = 4_096
    /// Kinds of keys that an object tells apart.
    static let cells = 64
    /// Keys that are described are named one by one where they are not more.
    static let listedKeys = 512
    /// Up to so many names of an object, all spellings of each are taken.
    static let escapedNames = 512
  }

  let expander: SchemaExpander
  let notation: ValueNotation
  private(set) var rules: [Grammar.Rule] = []
  private var numbers: [Conjunction: Int] = [:]
  private var pending: [(conjunction: Conjunction, rule: Int)] = []
  private var states = 0
  /// What is being written, for messages.
  private(set) var current = Conjunction.anything
  var keys: [PropertyName: ByteAutomaton] = [:]
  private var strings: [StringShape: GrammarExpression] = [:]
  private var numberLanguages: [NumberShape: GrammarExpression] = [:]

  init(_ expander: SchemaExpander, _ notation: ValueNotation) {
    self.expander = expander
    self.notation = notation
  }

  /// What matches the values that satisfy a conjunction, once all that it asks for is written by `finish`.
  func expression(_ conjunction: Conjunction) throws(GenerationFailure) -> GrammarExpression {
    if conjunction.isNever { return .nothing }
    if let known = numbers[conjunction] { return .rule(known) }
    let rule = try addRule(expander.name(of: conjunction), .nothing)
    numbers[conjunction] = rule
    pending.append((conjunction, rule))
    return .rule(rule)
  }

  /// - Throws: `invalidArgument` when there are too many.
  func addRule(_ name: String, _ expression: GrammarExpression) throws(GenerationFailure) -> Int {
    if rules.count >= Limits.rules {
      throw SchemaFailure.tooComplex(
        JSONPointer(), "comes to more than \(Limits.rules) rules of a grammar")
    }
    rules.append(Grammar.Rule(name: name, expression: expression))
    return rules.count - 1
  }

  func setRule(_ rule: Int, _ expression: GrammarExpression) {
    rules[rule].expression = expression
  }

  /// Writes everything that has been asked for.
  func finish() throws(GenerationFailure) {
    while let (conjunction, rule) = pending.popLast() {
      current = conjunction
      rules[rule].expression = try write(try expander.expand(conjunction))
    }
  }

  private func write(_ shape: ValueShape) throws(GenerationFailure) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    if shape.hasNull { choices.append(notation.word(null: ())) }
    if shape.hasTrue { choices.append(notation.word(true)) }
    if shape.hasFalse { choices.append(notation.word(false)) }
    for number in shape.numbers { choices.append(try write(number)) }
    for string in shape.strings { choices.append(try write(string)) }
    for array in shape.arrays { choices.append(try write(array)) }
    for object in shape.objects { choices.append(try write(object)) }
    choices.removeAll { $0 == .nothing }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private func write(_ shape: NumberShape) throws(GenerationFailure) -> GrammarExpression {
    for divisor in shape.nonDivisors.sorted() {
      guard let (place, isFloat) = expander.divisors[divisor],
        !NumberSpelling.canExclude(multiplesOf: divisor, isFloat: isFloat)
      else { continue }
      throw expander.fail(
        place, "multipleOf",
        "what is no multiple of it cannot be written (under not, oneOf or if): readers of floats judge "
          + "otherwise; use an integer, or 0.5, 0.25 or 0.125")
    }
    if let known = numberLanguages[shape] { return known }
    try expander.spend(NumberSpelling.cost(of: shape, isPlain: notation.spelling == .plain))
    let language = try regular { () throws(RegularFailure) in
      try NumberSpelling.language(shape, isPlain: notation.spelling == .plain)
    }
    try spend(language)
    let expression: GrammarExpression = language.start == 0 ? .nothing : .language(language)
    numberLanguages[shape] = expression
    return expression
  }

  func write(_ shape: StringShape) throws(GenerationFailure) -> GrammarExpression {
    if let known = strings[shape] { return known }
    let expression = try regular { () throws(RegularFailure) in try notation.string(shape) }
    if case .language(let language) = expression { try spend(language) }
    strings[shape] = expression
    return expression
  }

  /// Counts the states of an automaton that goes into the grammar.
  func spend(_ automaton: ByteAutomaton) throws(GenerationFailure) {
    states += automaton.stateCount
    if states > Limits.states {
      throw SchemaFailure.tooComplex(
        JSONPointer(), "comes to more than \(Limits.states) states of automata")
    }
  }

  /// What `body` makes, with a failure of it told as one of the schema that is being written.
  func regular<Result>(
    _ body: () throws(RegularFailure) -> Result
  ) throws(GenerationFailure) -> Result {
    try SchemaFailure.of(expander.pointer(of: current), body)
  }
}
