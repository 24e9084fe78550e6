/// A nondeterministic automaton: places of a regular expression and the edges between them.
///
/// Owns how an expression becomes places, and the bound on how many. Assertions are edges with a condition; `SubsetConstruction` decides
/// whether one holds.
struct PositionGraph {
  typealias Place = Int32

  /// What has to hold, or to be read, on an edge.
  enum Condition: Hashable {
    case none
    /// A scalar of the set with this index.
    case label(Int)
    case beginning
    case end
    /// Whether a word boundary is wanted, or wanted absent.
    case wordBoundary(Bool)
    /// What follows is of the language with this index in `aheads`.
    case ahead(Int)
    /// What stands before is of the language with this index in `behinds`.
    case behind(Int)
  }

  struct Edge {
    var condition: Condition
    var target: Place
    /// The place's next edge, or -1.
    var next: Int32
  }

  /// The rests of a text that satisfy a look ahead, by what stands before: nothing, a character that is none of `\w`, one of `\w`.
  struct Ahead: Hashable {
    var atBeginning: ScalarAutomaton
    var afterOther: ScalarAutomaton
    var afterWord: ScalarAutomaton
  }

  private(set) var edges: [Edge] = []
  private(set) var firstEdges: [Int32] = []
  private(set) var labels: [ScalarSet] = []
  private var labelIndices: [ScalarSet: Int] = [:]
  private(set) var aheads: [Ahead] = []
  private(set) var behinds: [ScalarAutomaton] = []
  private(set) var hasWordBoundaries = false
  /// Places from which every rest is accepted: the ends of expressions that may match anywhere.
  private(set) var universalPlaces: Set<Place> = []
  /// Conditions that are known, as copies of a repetition have the same ones.
  private var conditions: [RegularAssertion: Condition] = [:]
  private var budget: RegularBudget
  let start: Place = 0
  private(set) var accept: Place = 0

  /// - Parameter budget: shared with the automata of look-aheads and look-behinds.
  /// - Throws: `tooLarge` or `unsupported`.
  init(_ node: RegularNode, budget: inout RegularBudget) throws(RegularFailure) {
    self.budget = budget
    _ = try place()
    if try Self.size(node) > RegularLimits.positions {
      throw .tooManyStates(RegularLimits.states)
    }
    accept = try place()
    try add(node, from: start, to: accept)
    budget = self.budget
  }

  var placeCount: Int { firstEdges.count }

  /// How many places a node takes, saturating; counted first, so that a huge repetition costs nothing.
  private static func size(_ node: RegularNode) throws(RegularFailure) -> Int {
    let limit = RegularLimits.positions + 1
    switch node {
    case .set: return 1
    case .assertion(.ahead(let inner, _)), .assertion(.behind(let inner, _)):
      return try min(limit, size(inner) + 1)
    case .assertion: return 1
    case .language(let automaton): return automaton.stateCount
    case .sequence(let parts), .choice(let parts):
      var sum = 1
      for part in parts {
        sum += try size(part)
        if sum >= limit { return limit }
      }
      return sum
    case .repetition(let body, let atLeast, let atMost):
      let copies = max(1, atMost ?? (atLeast + 1))
      let (product, overflow) = try (size(body) + 1).multipliedReportingOverflow(by: copies)
      return overflow ? limit : min(limit, product)
    }
  }

  private mutating func place() throws(RegularFailure) -> Place {
    if firstEdges.count > 2 * RegularLimits.positions + 2 {
      throw .tooManyStates(RegularLimits.states)
    }
    firstEdges.append(-1)
    return Place(firstEdges.count - 1)
  }

  private mutating func connect(_ from: Place, _ to: Place, _ condition: Condition = .none) {
    edges.append(Edge(condition: condition, target: to, next: firstEdges[Int(from)]))
    firstEdges[Int(from)] = Int32(edges.count - 1)
  }

  private mutating func label(_ set: ScalarSet) -> Condition {
    if let index = labelIndices[set] { return .label(index) }
    labelIndices[set] = labels.count
    labels.append(set)
    return .label(labels.count - 1)
  }

  private mutating func add(_ node: RegularNode, from: Place, to: Place) throws(RegularFailure) {
    switch node {
    case .set(let set):
      if !set.isEmpty { connect(from, to, label(set)) }
    case .sequence(let parts):
      var current = from
      for (index, part) in parts.enumerated() {
        let next = index == parts.count - 1 ? to : try place()
        try add(part, from: current, to: next)
        current = next
      }
      if parts.isEmpty { connect(from, to) }
    case .choice(let parts):
      for part in parts {
        // A place of its own: an alternative's loops must not lead into another alternative.
        let inner = try place()
        connect(from, inner)
        try add(part, from: inner, to: to)
      }
    case .repetition(let body, let atLeast, let atMost):
      try addRepetition(body, atLeast, atMost, from: from, to: to)
    case .language(let automaton):
      try add(automaton, from: from, to: to)
    case .assertion(let assertion):
      connect(from, to, try condition(assertion))
    }
  }

  private mutating func addRepetition(
    _ body: RegularNode, _ atLeast: Int, _ atMost: Int?, from: Place, to: Place
  ) throws(RegularFailure) {
    var current = from
    for _ in 0..<atLeast {
      let next = try place()
      try add(body, from: current, to: next)
      current = next
    }
    guard let atMost else {
      let loop = try place()
      let end = try place()
      connect(current, loop)
      try add(body, from: loop, to: end)
      connect(end, loop)
      connect(loop, to)
      if body == .set(.all), to == accept { universalPlaces.insert(loop) }
      return
    }
    if atMost > atLeast {
      for _ in atLeast..<atMost {
        // Leaving at any count goes straight to the end: chains of empty edges would make sets long.
        connect(current, to)
        let inner = try place()
        connect(current, inner)
        let next = try place()
        try add(body, from: inner, to: next)
        current = next
      }
    }
    connect(current, to)
  }

  private mutating func add(
    _ automaton: ScalarAutomaton, from: Place, to: Place
  ) throws(RegularFailure) {
    guard automaton.start != 0 else { return }
    let offset = Place(placeCount) - 1
    for _ in 1..<automaton.stateCount { _ = try place() }
    let conditions = automaton.alphabet.sets.map { label($0) }
    let width = automaton.alphabet.classCount
    connect(from, offset + automaton.start)
    for state in 1..<automaton.stateCount {
      if automaton.accepting[state] { connect(offset + Place(state), to) }
      for column in 0..<width {
        let target = automaton.transitions[state * width + column]
        if target != 0 { connect(offset + Place(state), offset + target, conditions[column]) }
      }
    }
  }

  private mutating func condition(
    _ assertion: RegularAssertion
  ) throws(RegularFailure) -> Condition {
    switch assertion {
    case .beginning: return .beginning
    case .end: return .end
    case .wordBoundary, .noWordBoundary:
      hasWordBoundaries = true
      return .wordBoundary(assertion == .wordBoundary)
    case .ahead, .behind: break
    }
    if let known = conditions[assertion] { return known }
    let condition = try lookCondition(assertion)
    conditions[assertion] = condition
    return condition
  }

  private mutating func lookCondition(
    _ assertion: RegularAssertion
  ) throws(RegularFailure) -> Condition {
    if case .behind(let node, let isNegative) = assertion {
      if node.looksOutside {
        throw RegularFailure(
          .unsupported, "$, \\b and further assertions inside (?<=…) are not supported")
      }
      let positive = try ScalarAutomaton(
        .sequence([.anyText, node]), after: .nothing, budget: &budget)
      behinds.append(isNegative ? positive.complement : positive)
      return .behind(behinds.count - 1)
    }
    guard case .ahead(let node, let isNegative) = assertion else { return .none }
    let ahead = try ahead(node, isNegative: isNegative)
    if ahead.afterOther != ahead.afterWord || ahead.atBeginning != ahead.afterOther {
      hasWordBoundaries = true
    }
    aheads.append(ahead)
    return .ahead(aheads.count - 1)
  }

  private mutating func ahead(
    _ node: RegularNode, isNegative: Bool
  ) throws(RegularFailure) -> Ahead {
    if node.looksFarBack {
      throw RegularFailure(.unsupported, "(?<=…) inside (?=…) is not supported")
    }
    let whole = RegularNode.sequence([node, .anyText])
    func rests(
      _ before: SubsetConstruction.Before, _ budget: inout RegularBudget
    ) throws(RegularFailure) -> ScalarAutomaton {
      let automaton = try ScalarAutomaton(whole, after: before, budget: &budget)
      return isNegative ? automaton.complement : automaton
    }
    let atBeginning = try rests(.nothing, &budget)
    guard node.looksBack else {
      return Ahead(atBeginning: atBeginning, afterOther: atBeginning, afterWord: atBeginning)
    }
    return Ahead(
      atBeginning: atBeginning, afterOther: try rests(.otherCharacter, &budget),
      afterWord: try rests(.wordCharacter, &budget))
  }
}

extension RegularNode {
  /// Whether it has an assertion that depends on more of the text than it matches and what stands before.
  fileprivate var looksOutside: Bool {
    contains {
      switch $0 {
      case .beginning: false
      default: true
      }
    }
  }

  /// Whether it has an assertion that depends on what stands before it.
  fileprivate var looksBack: Bool {
    contains {
      switch $0 {
      case .end: false
      case .ahead(let node, _): node.looksBack
      default: true
      }
    }
  }

  /// Whether it has a look-behind, at any depth.
  fileprivate var looksFarBack: Bool {
    contains {
      switch $0 {
      case .behind: true
      case .ahead(let node, _): node.looksFarBack
      default: false
      }
    }
  }

  private func contains(_ isWanted: (RegularAssertion) -> Bool) -> Bool {
    switch self {
    case .set, .language: false
    case .sequence(let parts), .choice(let parts): parts.contains { $0.contains(isWanted) }
    case .repetition(let body, _, _): body.contains(isWanted)
    case .assertion(let assertion): isWanted(assertion)
    }
  }
}
