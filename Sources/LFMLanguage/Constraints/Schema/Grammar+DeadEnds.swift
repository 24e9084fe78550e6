/// Takes out of a grammar what can never be finished.
///
/// Owns which rules have texts at all: a schema that asks for itself without end has none, and whoever went into it would never come
/// out.
extension Grammar {
  /// The grammar of the same texts without rules, choices and members that have none, and without rules that nobody calls;
  /// `nil` if there is no text at all.
  package func withoutDeadEnds() -> Grammar? {
    let alive = aliveRules()
    guard alive[root] else { return nil }
    let trimmed = rules.enumerated().map { index, rule in
      alive[index] ? rule.expression.trimmed(alive) ?? .nothing : .nothing
    }
    return renumbered(trimmed)
  }

  /// By rule: whether it has a text.
  private func aliveRules() -> [Bool] {
    var alive = [Bool](repeating: false, count: rules.count)
    var callers: [[Int]] = Array(repeating: [], count: rules.count)
    for (index, rule) in rules.enumerated() {
      rule.expression.forEachCall { callers[$0].append(index) }
    }
    var open = Array(rules.indices)
    while let index = open.popLast() {
      if alive[index] || !rules[index].expression.isAlive(alive) { continue }
      alive[index] = true
      open += callers[index].filter { !alive[$0] }
    }
    return alive
  }

  /// With the rules that are called from the root, rules that are only one automaton or text put in place of their calls.
  private func renumbered(_ expressions: [GrammarExpression]) -> Grammar {
    var numbers: [Int: Int] = [root: 0]
    var order = [root]
    var result: [Rule] = []
    var index = 0
    while index < order.count {
      let old = order[index]
      let expression = expressions[old].mappingCalls { call in
        switch expressions[call] {
        case .literal, .language: return expressions[call]
        default: break
        }
        if let known = numbers[call] { return .rule(known) }
        numbers[call] = order.count
        order.append(call)
        return .rule(order.count - 1)
      }
      result.append(Rule(name: rules[old].name, expression: expression))
      index += 1
    }
    return Grammar(rules: result, root: 0)
  }
}

extension GrammarExpression {
  fileprivate func forEachCall(_ body: (Int) -> Void) {
    switch self {
    case .nothing, .literal, .language: break
    case .rule(let index): body(index)
    case .sequence(let parts), .choice(let parts): for part in parts { part.forEachCall(body) }
    case .repetition(let part, _, _): part.forEachCall(body)
    case .members(let members):
      members.assignment.forEachCall(body)
      members.separator.forEachCall(body)
      for member in members.named { member.value.forEachCall(body) }
      for member in members.others { member.value.forEachCall(body) }
    }
  }

  fileprivate func isAlive(_ alive: [Bool]) -> Bool {
    switch self {
    case .nothing: false
    case .literal: true
    case .language(let automaton): automaton.start != 0
    case .rule(let index): alive[index]
    case .sequence(let parts): parts.allSatisfy { $0.isAlive(alive) }
    case .choice(let parts): parts.contains { $0.isAlive(alive) }
    case .repetition(let part, let atLeast, let atMost):
      (atMost.map { atLeast <= $0 } ?? true) && (atLeast == 0 || part.isAlive(alive))
    case .members(let members): members.trimmed(alive) != nil
    }
  }

  /// Without what has no text; `nil` if nothing is left.
  fileprivate func trimmed(_ alive: [Bool]) -> GrammarExpression? {
    switch self {
    case .nothing: return nil
    case .literal: return self
    case .language(let automaton): return automaton.start == 0 ? nil : self
    case .rule(let index): return alive[index] ? self : nil
    case .sequence(let parts):
      var kept: [GrammarExpression] = []
      for part in parts {
        guard let part = part.trimmed(alive) else { return nil }
        if case .literal([]) = part { continue }
        if case .sequence(let inner) = part { kept += inner } else { kept.append(part) }
      }
      return kept.isEmpty ? .empty : kept.count == 1 ? kept[0] : .sequence(kept)
    case .choice(let parts):
      let kept = parts.compactMap { $0.trimmed(alive) }
      return kept.isEmpty ? nil : kept.count == 1 ? kept[0] : .choice(kept)
    case .repetition(let part, let atLeast, let atMost):
      if let atMost, atMost < atLeast { return nil }
      guard let part = part.trimmed(alive) else { return atLeast == 0 ? .empty : nil }
      return .repetition(part, atLeast: atLeast, atMost: atMost)
    case .members(let members): return members.trimmed(alive).map { .members($0) }
    }
  }

  /// With other expressions in place of the calls of rules.
  func mappingCalls(_ map: (Int) -> GrammarExpression) -> GrammarExpression {
    switch self {
    case .nothing, .literal, .language: return self
    case .rule(let index): return map(index)
    case .sequence(let parts): return .sequence(parts.map { $0.mappingCalls(map) })
    case .choice(let parts): return .choice(parts.map { $0.mappingCalls(map) })
    case .repetition(let part, let atLeast, let atMost):
      return .repetition(part.mappingCalls(map), atLeast: atLeast, atMost: atMost)
    case .members(var members):
      members.assignment = members.assignment.mappingCalls(map)
      members.separator = members.separator.mappingCalls(map)
      for index in members.named.indices {
        members.named[index].value = members.named[index].value.mappingCalls(map)
      }
      for index in members.others.indices {
        members.others[index].value = members.others[index].value.mappingCalls(map)
      }
      return .members(members)
    }
  }
}

extension GrammarMembers {
  /// Without members whose values, or other members that they ask for, have no text; `nil` if one of them is required or too few
  /// are left.
  fileprivate func trimmed(_ alive: [Bool]) -> GrammarMembers? {
    var isKept = named.map { $0.key.start != 0 && $0.value.isAlive(alive) }
    var changes = true
    while changes {
      changes = false
      for (index, member) in named.enumerated()
      where isKept[index] && !member.requires.allSatisfy({ isKept[$0] }) {
        isKept[index] = false
        changes = true
      }
    }
    if zip(named, isKept).contains(where: { $0.isRequired && !$1 }) { return nil }
    var numbers: [Int: Int] = [:]
    for index in named.indices where isKept[index] { numbers[index] = numbers.count }
    var result = self
    result.named = named.indices.filter { isKept[$0] }.map { index in
      var member = named[index]
      member.value = member.value.trimmed(alive) ?? .nothing
      member.requires = member.requires.compactMap { numbers[$0] }
      return member
    }
    result.others = others.compactMap { other in
      guard other.key.start != 0, let value = other.value.trimmed(alive) else { return nil }
      return Other(key: other.key, value: value, reading: other.reading)
    }
    if let atMost, atMost < atLeast { return nil }
    let hasEnough = !result.others.isEmpty || result.named.count >= atLeast
    guard hasEnough, assignment.isAlive(alive), separator.isAlive(alive) else { return nil }
    return result
  }
}
