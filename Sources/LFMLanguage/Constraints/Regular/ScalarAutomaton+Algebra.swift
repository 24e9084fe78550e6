/// How languages are combined.
///
/// Owns products, complement and what goes by way of places; all results are minimal and bounded by `RegularLimits`.
extension ScalarAutomaton {
  /// Every text that is not of the language.
  package var complement: ScalarAutomaton {
    let width = alphabet.classCount
    // The dead state becomes one that accepts, so that a new dead one goes before it.
    var table = [State](repeating: 0, count: width)
    table += transitions.map { $0 + 1 }
    return AutomatonDraft(
      alphabet: alphabet, transitions: table, accepting: [false] + accepting.map { !$0 },
      start: start + 1
    ).minimized()
  }

  package func intersection(_ other: ScalarAutomaton) throws(RegularFailure) -> ScalarAutomaton {
    if self == .anyText || other == .nothing { return other }
    if other == .anyText || self == .nothing || self == other { return self }
    return try product(with: other, needsBoth: true) { $0 && $1 }
  }

  package func union(_ other: ScalarAutomaton) throws(RegularFailure) -> ScalarAutomaton {
    if self == .nothing || other == .anyText { return other }
    if other == .nothing || self == .anyText || self == other { return self }
    return try product(with: other, needsBoth: false) { $0 || $1 }
  }

  /// The texts of this language that are not of `other`.
  package func subtracting(_ other: ScalarAutomaton) throws(RegularFailure) -> ScalarAutomaton {
    if other == .nothing || self == .nothing { return self }
    return try product(with: other, needsBoth: false) { $0 && !$1 }
  }

  /// A text of this language and then one of `other`.
  package func concatenation(_ other: ScalarAutomaton) throws(RegularFailure) -> ScalarAutomaton {
    if self == .emptyText { return other }
    if other == .emptyText { return self }
    return try ScalarAutomaton(.sequence([.language(self), .language(other)]))
  }

  /// From `atLeast` to `atMost` texts of the language, one after the other; without end if `nil`.
  package func repetition(
    atLeast: Int, atMost: Int?
  ) throws(RegularFailure) -> ScalarAutomaton {
    if let atMost, atMost < atLeast { return .nothing }
    return try ScalarAutomaton(
      .repetition(.language(self), atLeast: max(0, atLeast), atMost: atMost))
  }

  /// Texts that have a text of the language somewhere in them.
  package func containing() throws(RegularFailure) -> ScalarAutomaton {
    try ScalarAutomaton(.sequence([.anyText, .language(self), .anyText]))
  }

  /// Texts of one of several languages.
  package static func union(of languages: [ScalarAutomaton]) throws(RegularFailure)
    -> ScalarAutomaton
  {
    try ScalarAutomaton(.choice(languages.map { .language($0) }))
  }

  /// Texts of at least and at most so many scalars (code points), which is how JSON Schema counts.
  ///
  /// - Throws: `tooLarge` beyond what an automaton can count; `minLength` and `maxLength` of any text are better counted by
  ///   `GrammarExpression.repetition`.
  package static func length(
    atLeast: Int, atMost: Int?
  ) throws(RegularFailure) -> ScalarAutomaton {
    let atLeast = max(0, atLeast)
    if let atMost, atMost < atLeast { return .nothing }
    let last = atMost ?? atLeast
    if last >= RegularLimits.states {
      throw RegularFailure(
        .tooLarge,
        "a length of \(last) is more than an automaton can count; leave it out or make it smaller than \(RegularLimits.states)"
      )
    }
    var transitions: [State] = [0]
    for count in 0...last {
      transitions.append(count < last ? State(count + 2) : atMost == nil ? State(count + 1) : 0)
    }
    let accepting = [false] + (0...last).map { $0 >= atLeast }
    return AutomatonDraft(
      alphabet: .single, transitions: transitions, accepting: accepting, start: 1
    ).minimized()
  }

  /// Runs both side by side.
  ///
  /// - Parameter needsBoth: whether nothing is accepted once either has failed.
  private func product(
    with other: ScalarAutomaton, needsBoth: Bool, accepts: (Bool, Bool) -> Bool
  ) throws(RegularFailure) -> ScalarAutomaton {
    let (alphabet, mine, others) = alphabet.refined(by: other.alphabet)
    let width = alphabet.classCount
    var numbers: [UInt64: State] = [:]
    var order: [(State, State)] = []
    func number(_ left: State, _ right: State) -> State {
      if needsBoth ? (left == 0 || right == 0) : (left == 0 && right == 0) { return 0 }
      let key = UInt64(left) << 32 | UInt64(right)
      if let known = numbers[key] { return known }
      order.append((left, right))
      numbers[key] = State(order.count)
      return State(order.count)
    }
    let first = number(start, other.start)
    var transitions = [State](repeating: 0, count: width)
    var accepting = [false]
    var next = 0
    while next < order.count {
      let (left, right) = order[next]
      next += 1
      accepting.append(accepts(self.accepting[Int(left)], other.accepting[Int(right)]))
      for column in 0..<width {
        transitions.append(
          number(
            self.next(left, classIndex: Int(mine[column])),
            other.next(right, classIndex: Int(others[column]))))
      }
      if order.count > RegularLimits.states { throw .tooManyStates(RegularLimits.states) }
      if transitions.count > RegularLimits.tableEntries { throw .tooMuchWork }
    }
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions, accepting: accepting, start: first
    ).minimized()
  }
}
