@testable import LFMLanguage

/// The slow twin of `GrammarMatcher`: where a grammar's texts end, by the definition of each expression and nothing else.
///
/// For every rule and every place of one text it keeps where the rule may end, and repeats until nothing is added any more: so
/// left recursion and ambiguity need no care.
struct GrammarTwin {
  private let grammar: Grammar
  private let text: [UInt8]
  private var ends: [[Set<Int>]]

  static func accepts(_ text: [UInt8], _ grammar: Grammar) -> Bool {
    var acceptor = GrammarTwin(grammar: grammar, text: text)
    acceptor.run()
    return acceptor.ends[grammar.root][0].contains(text.count)
  }

  private init(grammar: Grammar, text: [UInt8]) {
    self.grammar = grammar
    self.text = text
    ends = grammar.rules.map { _ in (0...text.count).map { _ in [] } }
  }

  private mutating func run() {
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for (rule, body) in grammar.rules.enumerated() {
        for start in 0...text.count {
          let found = ends(of: body.expression, start)
          if !found.isSubset(of: ends[rule][start]) {
            ends[rule][start].formUnion(found)
            hasChanged = true
          }
        }
      }
    }
  }

  private func ends(of expression: GrammarExpression, _ start: Int) -> Set<Int> {
    switch expression {
    case .nothing: return []
    case .literal(let bytes):
      return text[start...].starts(with: bytes) ? [start + bytes.count] : []
    case .language(let automaton):
      return Set((start...text.count).filter { automaton.accepts(text[start..<$0]) })
    case .sequence(let parts):
      return parts.reduce([start]) { starts, part in
        starts.reduce(into: []) { $0.formUnion(ends(of: part, $1)) }
      }
    case .choice(let parts):
      return parts.reduce(into: []) { $0.formUnion(ends(of: $1, start)) }
    case .repetition(let part, let atLeast, let atMost):
      return ends(repeating: part, atLeast, atMost, start)
    case .rule(let rule): return ends[rule][start]
    case .members(let members):
      var found: Set<Int> = []
      collect(members, came: [], at: start, &found)
      return found
    }
  }

  private func ends(
    repeating part: GrammarExpression, _ atLeast: Int, _ atMost: Int?, _ start: Int
  ) -> Set<Int> {
    var found: Set<Int> = []
    var starts: Set<Int> = [start]
    // More often than this only empty texts are added, which changes nothing.
    let most = min(atMost ?? .max, atLeast + text.count + 1)
    if most < atLeast { return [] }
    for count in 0...most {
      if count >= atLeast { found.formUnion(starts) }
      starts = starts.reduce(into: []) { $0.formUnion(ends(of: part, $1)) }
    }
    return found
  }

  /// Every way to go on with members after these came.
  private func collect(
    _ members: GrammarMembers, came: [Int], at place: Int, _ found: inout Set<Int>
  ) {
    let named = members.named
    let isWhole = named.indices.allSatisfy { index in
      came.contains(index)
        ? named[index].requires.allSatisfy(came.contains) : !named[index].isRequired
    }
    if isWhole, came.count >= members.atLeast, came.count <= members.atMost ?? .max {
      found.insert(place)
    }
    guard came.count < members.atMost ?? .max, came.count < text.count + 2 else { return }
    let starts = came.isEmpty ? [place] : ends(of: members.separator, place)
    for member in 0..<(named.count + members.others.count) {
      let isNamed = member < named.count
      if isNamed, came.contains(member) { continue }
      if members.isOrdered, let last = came.last, isNamed ? last >= member : false { continue }
      let key = isNamed ? named[member].key : members.others[member - named.count].key
      let value = isNamed ? named[member].value : members.others[member - named.count].value
      let whole = GrammarExpression.sequence([.language(key), members.assignment, value])
      for start in starts {
        for end in ends(of: whole, start) where end > place || isNamed {
          collect(members, came: came + [member], at: end, &found)
        }
      }
    }
  }
}
