import LFMLanguage

/// Makes random texts of a grammar: what a model without an opinion would write.
struct GrammarSampler {
  private let grammar: Grammar
  private var random: SeededGenerator
  /// Choices still to be made before everything is made as short as it can be.
  private var fuel = 0
  /// By rule: how many calls deep its shallowest text is.
  private let heights: [Int]

  init(_ grammar: Grammar, seed: UInt64) {
    self.grammar = grammar
    random = SeededGenerator(seed: seed)
    var heights = [Int](repeating: Int.max, count: grammar.rules.count)
    var changes = true
    while changes {
      changes = false
      for (index, rule) in grammar.rules.enumerated() {
        let height = Self.height(rule.expression, heights)
        if height < heights[index] {
          heights[index] = height
          changes = true
        }
      }
    }
    self.heights = heights
  }

  mutating func text() -> [UInt8] {
    fuel = Int.random(in: 0...60, using: &random)
    return text(of: .rule(grammar.root))
  }

  private static func height(_ expression: GrammarExpression, _ rules: [Int]) -> Int {
    switch expression {
    case .nothing: Int.max
    case .literal, .language: 0
    case .sequence(let parts): parts.map { height($0, rules) }.max() ?? 0
    case .choice(let parts): parts.map { height($0, rules) }.min() ?? Int.max
    case .repetition(let part, let atLeast, _): atLeast == 0 ? 0 : height(part, rules)
    case .rule(let rule): rules[rule] == Int.max ? Int.max : rules[rule] + 1
    case .members(let members): height(members, rules)
    }
  }

  private static func height(_ members: GrammarMembers, _ rules: [Int]) -> Int {
    let required = members.named.filter(\.isRequired).map { height($0.value, rules) }
    if !required.isEmpty, required.count >= members.atLeast { return required.max() ?? 0 }
    let all =
      members.named.map { height($0.value, rules) } + members.others.map { height($0.value, rules) }
    return max(required.max() ?? 0, members.atLeast == 0 ? 0 : all.min() ?? Int.max)
  }

  private mutating func text(of expression: GrammarExpression) -> [UInt8] {
    switch expression {
    case .nothing: return []
    case .literal(let bytes): return bytes
    case .language(let automaton): return text(of: automaton)
    case .sequence(let parts):
      var result: [UInt8] = []
      for part in parts { result += text(of: part) }
      return result
    case .choice(let parts):
      fuel -= 1
      let heights = parts.map { Self.height($0, self.heights) }
      let lowest = heights.min() ?? 0
      let open = parts.indices.filter {
        heights[$0] != Int.max && (fuel > 0 || heights[$0] == lowest)
      }
      guard let index = open.randomElement(using: &random) else { return [] }
      return text(of: parts[index])
    case .repetition(let part, let atLeast, let atMost):
      let most = max(atLeast, min(atMost ?? Int.max, fuel > 0 ? atLeast + 3 : atLeast))
      let isPossible = Self.height(part, heights) != Int.max
      var result: [UInt8] = []
      let count = isPossible ? Int.random(in: atLeast...most, using: &random) : 0
      for _ in 0..<count { result += text(of: part) }
      return result
    case .rule(let rule): return text(of: grammar.rules[rule].expression)
    case .members(let members): return text(of: members)
    }
  }

  private mutating func text(of members: GrammarMembers) -> [UInt8] {
    var chosen = Set(members.named.indices.filter { members.named[$0].isRequired })
    func close() {
      var size = -1
      while size != chosen.count {
        size = chosen.count
        for index in chosen { chosen.formUnion(members.named[index].requires) }
      }
    }
    close()
    for index in members.named.indices where fuel > 0 && chosen.count < members.atMost ?? 8 {
      let before = chosen
      if Bool.random(using: &random) { chosen.insert(index) }
      close()
      if chosen.count > members.atMost ?? Int.max { chosen = before }
    }
    var index = 0
    while chosen.count < members.atLeast, members.others.isEmpty, index < members.named.count {
      let before = chosen
      chosen.insert(index)
      close()
      if chosen.count > members.atMost ?? Int.max { chosen = before }
      index += 1
    }
    var parts = members.isOrdered ? chosen.sorted() : chosen.shuffled(using: &random)
    var missing = max(0, members.atLeast - parts.count)
    if fuel > 0, parts.count + missing < members.atMost ?? Int.max { missing += 1 }
    if !members.others.isEmpty {
      for _ in 0..<missing { parts.append(-1) }
    }
    var result: [UInt8] = []
    var keys: Set<[UInt16]> = []
    for (place, part) in parts.enumerated() {
      if place > 0 { result += text(of: members.separator) }
      if part >= 0 {
        result += text(of: members.named[part].key) + text(of: members.assignment)
        result += text(of: members.named[part].value)
      } else if let other = members.others.randomElement(using: &random) {
        result += key(of: other, notIn: &keys) + text(of: members.assignment)
        result += text(of: other.value)
      }
    }
    return result
  }

  private mutating func key(
    of other: GrammarMembers.Other, notIn keys: inout Set<[UInt16]>
  ) -> [UInt8] {
    while true {
      let text = text(of: other.key)
      guard let reading = other.reading else { return text }
      if keys.insert(reading.key(text[...])).inserted { return text }
    }
  }

  /// A walk that goes for the nearest end after some letters.
  private mutating func text(of automaton: ByteAutomaton) -> [UInt8] {
    let distances = Self.distances(automaton)
    var result: [UInt8] = []
    var state = automaton.start
    var steps = Int.random(in: 0...8, using: &random)
    while state != 0 {
      if automaton.accepts(state), steps <= 0 || Int.random(in: 0..<4, using: &random) == 0 {
        return result
      }
      let bytes = (UInt8.min...UInt8.max).filter { automaton.next(state, $0) != 0 }
      let nearest = bytes.map { distances[Int(automaton.next(state, $0))] }.min() ?? 0
      let open =
        steps > 0
        ? bytes : bytes.filter { distances[Int(automaton.next(state, $0))] == nearest }
      // Plain letters more often: most states of strings are inside of escapes otherwise.
      let plain = open.filter { (0x61...0x7A).contains($0) }
      let from = !plain.isEmpty && Bool.random(using: &random) ? plain : open
      guard let byte = from.randomElement(using: &random) else { return result }
      result.append(byte)
      state = automaton.next(state, byte)
      steps -= 1
    }
    return result
  }

  private static func distances(_ automaton: ByteAutomaton) -> [Int] {
    var result = (0..<automaton.stateCount).map { automaton.accepting[$0] ? 0 : Int.max }
    var changes = true
    while changes {
      changes = false
      for state in 1..<max(1, automaton.stateCount) {
        for index in 0..<automaton.classCount {
          let next = Int(automaton.transitions[state * automaton.classCount + index])
          if next != 0, result[next] != Int.max, result[next] + 1 < result[state] {
            result[state] = result[next] + 1
            changes = true
          }
        }
      }
    }
    return result
  }
}
