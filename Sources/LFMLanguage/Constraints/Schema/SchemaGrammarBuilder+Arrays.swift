import LFMGeneration

/// Arrays as grammars: plain ones, ones that count items of a kind, ones whose items are all different.
extension SchemaGrammarBuilder {
  func write(_ shape: ArrayShape) throws(GenerationFailure) -> GrammarExpression {
    let contents: GrammarExpression?
    if shape.uniquePlace != nil {
      contents = try unique(shape)
    } else if shape.counts.isEmpty {
      contents = try plain(shape)
    } else {
      contents = try counted(shape)
    }
    let mayBeEmpty = shape.minimum == 0 && shape.counts.allSatisfy { $0.atLeast == 0 }
    return notation.enclosed("[", "]", content: contents, isOptional: mayBeEmpty)
  }

  /// At least one item; `nil` if there can be none.
  private func plain(_ shape: ArrayShape) throws(GenerationFailure) -> GrammarExpression? {
    let maximum = shape.maximum ?? Int.max
    if maximum == 0 { return nil }
    let separator = notation.separator
    // What may follow after so many items, from the last one that has a place of its own.
    var tail = GrammarExpression.empty
    let placed = min(shape.prefix.count, maximum)
    let first = max(placed, 1)
    if maximum > first, !shape.rest.isNever {
      tail = .repetition(
        .sequence([separator, try expression(shape.rest)]),
        atLeast: max(0, shape.minimum - first), atMost: shape.maximum.map { $0 - first })
    } else if shape.minimum > first {
      return nil
    }
    for index in (1..<max(placed, 1)).reversed() {
      let item = GrammarExpression.sequence([separator, try expression(shape.prefix[index]), tail])
      if index >= shape.minimum {
        tail = .rule(try addRule("items from \(index)", .choice([.empty, item])))
      } else if index % 32 == 0 {
        // So that the expression of many items is not as deep as they are many.
        tail = .rule(try addRule("items from \(index)", item))
      } else {
        tail = item
      }
    }
    return .sequence([try expression(shape.item(0)), tail])
  }

  // MARK: Counting

  /// How far one has come in an array: how many items, and how many of each kind that is counted.
  private struct Progress: Hashable {
    var index: Int
    var counts: [Int]
  }

  private func counted(_ shape: ArrayShape) throws(GenerationFailure) -> GrammarExpression? {
    // From here on positions need not be told apart.
    let ends = [shape.prefix.count, shape.minimum, shape.maximum ?? 0] + shape.counts.map(\.from)
    let lastIndex = ends.max() ?? 0
    var size = lastIndex + 1
    for count in shape.counts {
      let (product, overflows) = size.multipliedReportingOverflow(
        by: max(count.atLeast, (count.atMost ?? 0) + 1) + 1)
      size = overflows ? Int.max : product
      if size > Limits.arrayStates {
        throw expander.fail(
          count.place, "contains", "takes too many cases with these limits; use smaller ones")
      }
    }
    var numbers: [Progress: Int] = [:]
    var open: [Progress] = []
    func rule(_ progress: Progress) throws(GenerationFailure) -> Int {
      if let known = numbers[progress] { return known }
      let number = try addRule("items after \(progress.index)", .nothing)
      numbers[progress] = number
      open.append(progress)
      return number
    }
    let start = Progress(index: 0, counts: shape.counts.map { _ in 0 })
    let root = try rule(start)
    while let progress = open.popLast() {
      var choices: [GrammarExpression] = []
      let isDone =
        progress.index >= shape.minimum
        && zip(progress.counts, shape.counts).allSatisfy { $0 >= $1.atLeast }
      if isDone, progress.index > 0 { choices.append(.empty) }
      if progress.index < shape.maximum ?? Int.max {
        for (item, next) in steps(from: progress, shape, lastIndex: lastIndex) {
          if item.isNever { continue }
          let follow = GrammarExpression.rule(try rule(next))
          let value = try expression(item)
          choices.append(
            .sequence(
              progress.index == 0 ? [value, follow] : [notation.separator, value, follow]))
        }
      }
      setRule(try rule(progress), .choice(choices))
    }
    return .rule(root)
  }

  /// What the next item may be, and where that leads.
  private func steps(
    from progress: Progress, _ shape: ArrayShape, lastIndex: Int
  ) -> [(Conjunction, Progress)] {
    var result = [
      (shape.item(progress.index), Progress(index: progress.index + 1, counts: progress.counts))
    ]
    // The last position stands for all that follow, unless there is an end.
    if shape.maximum == nil { result[0].1.index = min(result[0].1.index, max(lastIndex, 1)) }
    for (kind, count) in shape.counts.enumerated() where progress.index >= count.from {
      let seen = progress.counts[kind]
      // Once enough have come and there is no upper limit, it does not matter.
      if count.atMost == nil, seen >= count.atLeast { continue }
      var split: [(Conjunction, Progress)] = []
      for (item, next) in result {
        if count.atMost.map({ seen < $0 }) ?? true {
          var counting = next
          counting.counts[kind] += 1
          split.append((item.and(count.value), counting))
        }
        // Without an upper limit, an item of the kind that is not counted does no harm.
        let other = count.atMost == nil ? item : item.and(expander.complement(count.value))
        split.append((other, next))
      }
      result = split
    }
    return result
  }

  // MARK: Items that are all different

  private func unique(_ shape: ArrayShape) throws(GenerationFailure) -> GrammarExpression? {
    let place = shape.uniquePlace ?? 0
    var plainShape = shape
    plainShape.uniquePlace = nil
    let refusal = expander.fail(
      place, "uniqueItems",
      "can only be honoured for items of a few listed values, or for at most one item; leave it out"
    )
    if !shape.counts.isEmpty { throw refusal }
    if shape.prefix.isEmpty {
      guard let values = try expander.listedValues(shape.rest),
        values.count <= ConstraintLimits.namedMembers
      else { throw refusal }
      try expander.spend(20 * values.count)
      return try anyOrder(values, shape)
    }
    if shape.rest.isNever {
      if try areDisjoint(shape.prefix) { return try plain(plainShape) }
      return try telling(shape, orFail: refusal)
    }
    throw refusal
  }

  private func areDisjoint(_ items: [Conjunction]) throws(GenerationFailure) -> Bool {
    if items.count > 64 { return false }
    for (index, item) in items.enumerated() {
      for other in items[..<index] where !expander.isEmpty(item.and(other)) { return false }
    }
    return true
  }

  /// Values, each at most once and in any order: as members that have no value behind their key.
  private func anyOrder(
    _ values: [JSONValue], _ shape: ArrayShape
  ) throws(GenerationFailure) -> GrammarExpression? {
    let named = try values.map { (value) throws(GenerationFailure) in
      GrammarMembers.Named(key: try spelling(value), value: .empty, isRequired: false)
    }
    let most = min(values.count, shape.maximum ?? Int.max)
    if most < max(1, shape.minimum) { return nil }
    return .members(
      GrammarMembers(
        named: named, others: [], assignment: .empty, separator: notation.separator,
        atLeast: max(1, shape.minimum), atMost: most))
  }

  private func spelling(_ value: JSONValue) throws(GenerationFailure) -> ByteAutomaton {
    try regular { () throws(RegularFailure) in try SchemaLanguages.scalar(value, notation) }
  }

  /// Few values at a few positions: which ones have come is remembered in the rules.
  private func telling(
    _ shape: ArrayShape, orFail refusal: GenerationFailure
  ) throws(GenerationFailure) -> GrammarExpression? {
    var sets: [[JSONValue]] = []
    for item in shape.prefix {
      guard let values = try expander.listedValues(item) else { throw refusal }
      sets.append(values)
    }
    var all: [JSONValue] = []
    for value in sets.joined() where !all.contains(where: { $0.isSameNumberOrText(as: value) }) {
      // One more, and the sets of those that have come would be too many.
      if all.count == 10 { throw refusal }
      all.append(value)
    }
    if (1 << all.count) * sets.count > Limits.arrayStates { throw refusal }
    var known: [[Int]: Int] = [:]
    func rest(_ used: Int, _ index: Int) throws(GenerationFailure) -> GrammarExpression {
      if let rule = known[[used, index]] { return .rule(rule) }
      let rule = try addRule("items from \(index)", .nothing)
      known[[used, index]] = rule
      var choices: [GrammarExpression] = index >= max(1, shape.minimum) ? [.empty] : []
      if index < sets.count {
        for value in sets[index] {
          guard let bit = all.firstIndex(where: { $0.isSameNumberOrText(as: value) }),
            used & (1 << bit) == 0
          else { continue }
          let written = GrammarExpression.language(try spelling(value))
          let follow = try rest(used | 1 << bit, index + 1)
          choices.append(
            .sequence(index == 0 ? [written, follow] : [notation.separator, written, follow]))
        }
      }
      setRule(rule, .choice(choices))
      return .rule(rule)
    }
    return try rest(0, 0)
  }
}
