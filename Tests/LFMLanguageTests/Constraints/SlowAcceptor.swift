import LFMLanguage

/// Says whether a grammar has a text, by trying everything: the slow twin of what runs grammars beside a model.
///
/// A rule that is asked for while it is being looked at (left recursion) gives what is known of it so far; then all is done again,
/// until nothing is added.
struct SlowAcceptor {
  private let grammar: Grammar
  private let bytes: [UInt8]
  private var ruleEnds: [[Int: Set<Int>]]
  /// What the last pass found.
  private var before: [[Int: Set<Int>]]
  private var open: [[Int: Bool]]
  private var metItself = false

  static func accepts(_ grammar: Grammar, _ text: String) -> Bool {
    accepts(grammar, Array(text.utf8))
  }

  static func accepts(_ grammar: Grammar, _ bytes: [UInt8]) -> Bool {
    var acceptor = SlowAcceptor(grammar, bytes)
    while true {
      let ends = acceptor.ends(ofRule: grammar.root, from: 0)
      if !acceptor.metItself || acceptor.ruleEnds == acceptor.before {
        return ends.contains(bytes.count)
      }
      acceptor.before = acceptor.ruleEnds
      acceptor.ruleEnds = grammar.rules.map { _ in [:] }
    }
  }

  private init(_ grammar: Grammar, _ bytes: [UInt8]) {
    self.grammar = grammar
    self.bytes = bytes
    ruleEnds = Array(repeating: [:], count: grammar.rules.count)
    before = ruleEnds
    open = Array(repeating: [:], count: grammar.rules.count)
  }

  private mutating func ends(ofRule rule: Int, from start: Int) -> Set<Int> {
    if let known = ruleEnds[rule][start] {
      if open[rule][start] == true { metItself = true }
      return known
    }
    ruleEnds[rule][start] = before[rule][start] ?? []
    open[rule][start] = true
    let result = ends(grammar.rules[rule].expression, from: start)
    open[rule][start] = false
    ruleEnds[rule][start, default: []].formUnion(result)
    return ruleEnds[rule][start] ?? result
  }

  /// Where a text of the expression that begins at `start` may end.
  private mutating func ends(_ expression: GrammarExpression, from start: Int) -> Set<Int> {
    switch expression {
    case .nothing: return []
    case .literal(let literal):
      return bytes[start...].starts(with: literal) ? [start + literal.count] : []
    case .language(let automaton): return ends(automaton, from: start)
    case .sequence(let parts):
      var places: Set<Int> = [start]
      for part in parts {
        var next: Set<Int> = []
        for place in places { next.formUnion(ends(part, from: place)) }
        places = next
      }
      return places
    case .choice(let parts):
      var result: Set<Int> = []
      for part in parts { result.formUnion(ends(part, from: start)) }
      return result
    case .repetition(let part, let atLeast, let atMost):
      return ends(repeating: part, atLeast, atMost, from: start)
    case .rule(let rule): return ends(ofRule: rule, from: start)
    case .members(let members):
      var known: [Progress: Set<Int>] = [:]
      return ends(members, Progress(place: start, used: [], count: 0), &known)
    }
  }

  private func ends(_ automaton: ByteAutomaton, from start: Int) -> Set<Int> {
    var state = automaton.start
    var result: Set<Int> = []
    if state == 0 { return result }
    if automaton.accepts(state) { result.insert(start) }
    for place in bytes.indices[start...] {
      state = automaton.next(state, bytes[place])
      if state == 0 { break }
      if automaton.accepts(state) { result.insert(place + 1) }
    }
    return result
  }

  private mutating func ends(
    repeating part: GrammarExpression, _ atLeast: Int, _ atMost: Int?, from start: Int
  ) -> Set<Int> {
    var places: Set<Int> = [start]
    var result: Set<Int> = atLeast == 0 ? [start] : []
    var count = 0
    while !places.isEmpty, count < atMost ?? Int.max {
      var next: Set<Int> = []
      for place in places { next.formUnion(ends(part, from: place)) }
      count += 1
      if count >= atLeast {
        next.subtract(result)
        result.formUnion(next)
      } else if next == places {
        count = max(count, atLeast - 1)
      }
      places = next
    }
    return result
  }

  private struct Progress: Hashable {
    var place: Int
    var used: Set<Int>
    var count: Int
    /// Those that may not come again, of members that are not named.
    var keys: Set<[UInt16]> = []
  }

  private mutating func ends(
    _ members: GrammarMembers, _ progress: Progress, _ known: inout [Progress: Set<Int>]
  ) -> Set<Int> {
    if let ends = known[progress] { return ends }
    known[progress] = []
    var result: Set<Int> = []
    let isWhole = members.named.enumerated().allSatisfy { index, member in
      progress.used.contains(index)
        ? member.requires.allSatisfy(progress.used.contains) : !member.isRequired
    }
    if isWhole, progress.count >= members.atLeast { result.insert(progress.place) }
    if progress.count < members.atMost ?? Int.max {
      let starts =
        progress.count == 0 ? [progress.place] : ends(members.separator, from: progress.place)
      for start in starts { result.formUnion(ends(members, progress, memberAt: start, &known)) }
    }
    known[progress] = result
    return result
  }

  private mutating func ends(
    _ members: GrammarMembers, _ progress: Progress, memberAt start: Int,
    _ known: inout [Progress: Set<Int>]
  ) -> Set<Int> {
    var result: Set<Int> = []
    for (index, member) in members.named.enumerated() where !progress.used.contains(index) {
      // Where there is an order, others come after the named ones.
      let hadOthers = progress.count > progress.used.count
      if members.isOrdered, hadOthers || (progress.used.max() ?? -1) > index { continue }
      for keyEnd in ends(member.key, from: start) {
        for end in ends(members.assignment, member.value, from: keyEnd) {
          var next = progress
          next.place = end
          next.used.insert(index)
          next.count += 1
          result.formUnion(ends(members, next, &known))
        }
      }
    }
    for other in members.others {
      for keyEnd in ends(other.key, from: start) {
        var keys = progress.keys
        if let reading = other.reading,
          !keys.insert(reading.key(bytes[start..<keyEnd])).inserted
        {
          continue
        }
        for end in ends(members.assignment, other.value, from: keyEnd) {
          var next = progress
          next.place = end
          next.keys = keys
          next.count += 1
          result.formUnion(ends(members, next, &known))
        }
      }
    }
    return result
  }

  private mutating func ends(
    _ assignment: GrammarExpression, _ value: GrammarExpression, from keyEnd: Int
  ) -> Set<Int> {
    var result: Set<Int> = []
    for valueStart in ends(assignment, from: keyEnd) {
      result.formUnion(ends(value, from: valueStart))
    }
    return result
  }
}
