import LFMGeneration

/// Objects as grammars.
///
/// Owns which keys are named, and into which kinds the others fall.
extension SchemaGrammarBuilder {
  /// Keys that are not named, of one kind.
  struct Cell {
    /// `nil` for all.
    var language: ScalarAutomaton?
    var value: Conjunction
  }

  /// What an object's rules come to.
  struct Layout {
    /// In the order in which they were declared.
    var names: [PropertyName]
    var values: [PropertyName: Conjunction]
    var cells: [Cell]
  }

  func write(_ shape: ObjectShape) throws(GenerationFailure) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    for settled in try settled(shape) {
      guard let members = try members(settled) else { continue }
      let mayBeEmpty = settled.required.isEmpty && settled.minimum == 0
      let hasAny = !members.named.isEmpty || !members.others.isEmpty
      choices.append(
        notation.enclosed(
          "{", "}", content: hasAny && members.atMost != 0 ? .members(members) : nil,
          isOptional: mayBeEmpty))
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// The members of objects of the shape, at least one; `nil` if a required one cannot be.
  private func members(_ shape: ObjectShape) throws(GenerationFailure) -> GrammarMembers? {
    let layout = try layout(shape)
    guard let names = try keptNames(shape, layout) else { return nil }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var named: [GrammarMembers.Named] = []
    for name in names {
      let requires = (shape.dependencies[name] ?? []).compactMap { places[$0] }.sorted()
      named.append(
        GrammarMembers.Named(
          key: try key(name, among: names.count),
          value: try expression(layout.values[name] ?? .anything),
          isRequired: shape.required.contains(name), requires: requires))
    }
    var others: [GrammarMembers.Other] = []
    for cell in layout.cells {
      let key = try regular { () throws(RegularFailure) in
        var language = cell.language ?? .anyText
        if !layout.names.isEmpty {
          language = try language.subtracting(SchemaLanguages.texts(layout.names.map(\.text)))
        }
        return try notation.key(language)
      }
      if key.start == 0 { continue }
      try spend(key)
      others.append(
        GrammarMembers.Other(
          key: key, value: try expression(cell.value),
          reading: key.isInexhaustible ? .quoted : nil))
    }
    return try checked(
      GrammarMembers(
        named: named, others: others, assignment: notation.assignment,
        separator: notation.separator, atLeast: max(1, shape.minimum), atMost: shape.maximum),
      shape)
  }

  /// The members, if they can be counted as the shape asks.
  func checked(
    _ members: GrammarMembers, _ shape: ObjectShape
  ) throws(GenerationFailure) -> GrammarMembers {
    if members.atMost == 0 { return members }
    if let most = members.atMost, members.others.isEmpty, most < members.named.count,
      members.hasCircle
    {
      throw SchemaFailure.at(
        expander.pointer(of: current, toOneOf: ["dependentRequired", "dependencies"]),
        "keys that ask for each other cannot be counted; leave out the object's largest number of members"
      )
    }
    // Where a key may come twice, it would be counted twice; but then there is one key at least.
    if members.others.contains(where: { $0.reading == nil }),
      shape.minimum > shape.required.count + 1
    {
      throw SchemaFailure.at(
        expander.pointer(of: current, toOneOf: ["minProperties", "maxProperties"]),
        "keys with an end of which there are not endlessly many (such as a largest length or a fixed "
          + "ending) are not remembered, and might be counted twice; name the keys that are required, "
          + "or ask for one member at most")
    }
    return members
  }

  /// Names that may occur, as their values and dependencies can be; `nil` if a required one cannot.
  ///
  /// - Throws: `invalidArgument` when there are too many.
  func keptNames(
    _ shape: ObjectShape, _ layout: Layout
  ) throws(GenerationFailure) -> [PropertyName]? {
    var kept = Set(layout.names.filter { layout.values[$0]?.isNever == false })
    var changes = true
    while changes {
      changes = false
      for (name, asked) in shape.dependencies
      where kept.contains(name) && !asked.isSubset(of: kept) {
        kept.remove(name)
        changes = true
      }
    }
    if kept.count > ConstraintLimits.namedMembers {
      throw SchemaFailure.tooComplex(
        expander.pointer(of: current, toOneOf: ["properties", "required"]),
        "names more than \(ConstraintLimits.namedMembers) members")
    }
    return shape.required.isSubset(of: kept) ? layout.names.filter(kept.contains) : nil
  }

  /// - Parameter count: of the names of the object. When they are very many, characters stand for themselves where they can, so
  ///   that the automata stay small.
  private func key(
    _ name: PropertyName, among count: Int
  ) throws(GenerationFailure) -> ByteAutomaton {
    if notation.language == .json {
      let key = KeySpelling.automaton(
        name.text, escapesAll: notation.spelling == .any && count <= Limits.escapedNames)
      try spend(key)
      return key
    }
    if let known = keys[name] { return known }
    let key = try regular { () throws(RegularFailure) in
      try notation.key(SchemaLanguages.texts([name.text]))
    }
    keys[name] = key
    return key
  }

  // MARK: Layout

  func layout(_ shape: ObjectShape) throws(GenerationFailure) -> Layout {
    var names: [PropertyName] = []
    var known: Set<PropertyName> = []
    func add(_ some: some Sequence<PropertyName>) {
      for name in some where known.insert(name).inserted { names.append(name) }
    }
    for rule in shape.rules {
      if let name = rule.keys.single { add([name]) } else { add(rule.keys.names.sorted()) }
    }
    add(shape.required.sorted())
    for (name, asked) in shape.dependencies.sorted(by: { $0.key < $1.key }) {
      add([name])
      add(asked.sorted())
    }
    for existence in shape.existences { add(existence.keys.names.sorted()) }
    // Keys that are few are named, too: so each is taken once.
    var cells: [Cell] = []
    for cell in try self.cells(shape) {
      if let texts = cell.language?.texts(atMost: Limits.listedKeys) {
        add(texts.map { PropertyName($0) })
      } else {
        cells.append(cell)
      }
    }
    return Layout(
      names: names, values: try expander.values(of: names, in: shape), cells: cells)
  }

  private func cells(_ shape: ObjectShape) throws(GenerationFailure) -> [Cell] {
    var cells = [Cell(language: nil, value: .anything)]
    // What closes an object comes first, so that what follows has nothing left to split.
    let rules = shape.rules.filter { $0.value.isNever } + shape.rules.filter { !$0.value.isNever }
    for rule in rules where rule.keys.single == nil {
      if rule.keys.kinds.isEmpty {
        if rule.keys.isComplement {
          for index in cells.indices { cells[index].value = cells[index].value.and(rule.value) }
        }
      } else {
        let language = try language(rule.keys)
        var split: [Cell] = []
        for cell in cells {
          let (inside, outside) = try self.split(cell, language)
          if var inside {
            inside.value = inside.value.and(rule.value)
            split.append(inside)
          }
          if let outside { split.append(outside) }
        }
        cells = split
      }
      cells.removeAll { $0.value.isNever }
      if cells.count > Limits.cells {
        throw SchemaFailure.tooComplex(
          expander.pointer(of: current), "tells apart more than \(Limits.cells) kinds of keys")
      }
    }
    return cells
  }

  private func split(
    _ cell: Cell, _ language: ScalarAutomaton
  ) throws(GenerationFailure) -> (inside: Cell?, outside: Cell?) {
    try expander.spend(20)
    let outer = cell.language ?? .anyText
    try expander.spend(outer, language)
    return try regular { () throws(RegularFailure) in
      let inside = try outer.intersection(language)
      let outside = try outer.subtracting(language)
      return (
        inside == .nothing ? nil : Cell(language: inside, value: cell.value),
        outside == .nothing ? nil : Cell(language: outside, value: cell.value)
      )
    }
  }

  /// The keys of a set, those that it names left aside.
  private func language(_ keys: KeySet) throws(GenerationFailure) -> ScalarAutomaton {
    var strings: [StringShape] = []
    for case .schema(let schema) in keys.kinds { strings += try expander.expandKeys(schema) }
    return try regular { () throws(RegularFailure) in
      var parts: [ScalarAutomaton] = []
      for case .language(let language) in keys.kinds { parts.append(language) }
      for shape in strings { parts.append(try shape.automaton()) }
      let union = try ScalarAutomaton.union(of: parts)
      return keys.isComplement ? union.complement : union
    }
  }

  // MARK: Members that have to be, but whose keys are not said

  /// The shape without existences: one for each key that may be the one that has to be.
  func settled(_ shape: ObjectShape) throws(GenerationFailure) -> [ObjectShape] {
    guard let existence = shape.existences.first else { return [shape] }
    try expander.spend(20)
    let layout = try layout(shape)
    var rest = shape
    rest.existences.removeFirst()
    let found = try candidates(for: existence, layout)
    if found.isForced {
      // Whatever member there is, it is such a one.
      rest.minimum = max(1, rest.minimum)
      return try settled(rest)
    }
    if found.hasUnnamed {
      throw SchemaFailure.at(
        expander.document.pointer(existence.place),
        "asks (under not, oneOf or if) for a member of any key, which cannot be written; "
          + "name the keys and set additionalProperties to false")
    }
    var result: [ObjectShape] = []
    for name in found.names {
      if let narrowed = rest.intersection(.having(name, existence.value)) {
        result += try settled(narrowed)
      }
      if result.count > SchemaExpander.Limits.width {
        throw SchemaFailure.tooComplex(
          expander.pointer(of: current),
          "comes to more than \(SchemaExpander.Limits.width) alternatives")
      }
    }
    return result
  }

  private struct Candidates {
    var names: [PropertyName] = []
    /// Whether a member that is not named could be it, too.
    var hasUnnamed = false
    /// Whether every member that there can be is one.
    var isForced = true
  }

  private func candidates(
    for existence: ObjectShape.Existence, _ layout: Layout
  ) throws(GenerationFailure) -> Candidates {
    var found = Candidates()
    let opposite = expander.complement(existence.value)
    for name in layout.names {
      guard let value = layout.values[name], !value.isNever else { continue }
      guard try expander.contains(existence.keys, name) else {
        found.isForced = false
        continue
      }
      if !expander.isEmpty(value.and(existence.value)) { found.names.append(name) }
      if !expander.isEmpty(value.and(opposite)) { found.isForced = false }
    }
    for cell in layout.cells {
      let (inside, outside): (Cell?, Cell?)
      if existence.keys.kinds.isEmpty {
        (inside, outside) = existence.keys.isComplement ? (cell, nil) : (nil, cell)
      } else {
        (inside, outside) = try split(cell, try language(existence.keys))
      }
      if outside != nil { found.isForced = false }
      guard let inside else { continue }
      if !expander.isEmpty(inside.value.and(existence.value)) { found.hasUnnamed = true }
      if !expander.isEmpty(inside.value.and(opposite)) { found.isForced = false }
    }
    return found
  }
}
