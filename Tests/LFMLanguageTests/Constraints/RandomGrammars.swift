@testable import LFMLanguage

/// Small grammars and texts over few letters, so that texts meet grammars often.
struct RandomGrammars {
  var random: SeededGenerator
  private var ruleCount = 1
  /// Whether members have others whose keys are remembered.
  private let tellsKeys: Bool

  init(seed: UInt64, tellsKeys: Bool = false) {
    random = SeededGenerator(seed: seed)
    self.tellsKeys = tellsKeys
  }

  static let letters = Array("abc".utf8)

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  mutating func grammar() -> Grammar {
    ruleCount = number(1...4)
    let rules = (0..<ruleCount).map { rule in
      Grammar.Rule(name: "r\(rule)", expression: expression(depth: number(1...3)))
    }
    return Grammar(rules: rules, root: 0)
  }

  mutating func text(atMost count: Int) -> [UInt8] {
    (0..<number(0...count)).map { _ in Self.letters[number(0...2)] }
  }

  private mutating func expression(depth: Int) -> GrammarExpression {
    let kind = number(0...(depth > 0 ? 11 : 4))
    switch kind {
    case 0, 1: return .literal(text(atMost: 2))
    case 2: return .language(automaton())
    case 3, 4: return .rule(number(0...(ruleCount - 1)))
    case 5, 6: return .sequence((0..<number(0...3)).map { _ in expression(depth: depth - 1) })
    case 7, 8: return .choice((0..<number(0...3)).map { _ in expression(depth: depth - 1) })
    case 9, 10:
      let least = number(0...3)
      let most = number(0...2) == 0 ? nil : least + number(0...3)
      return .repetition(expression(depth: depth - 1), atLeast: least, atMost: most)
    default: return .members(members(depth: depth - 1))
    }
  }

  private mutating func automaton() -> ByteAutomaton {
    let low = Self.letters[number(0...2)]
    let high = Self.letters[number(0...2)]
    let range = min(low, high)...max(low, high)
    return ByteAutomaton(ranges: [ClosedRange](repeating: range, count: number(1...2)))
  }

  /// `cb`, `ccb`, `cccb` and so on.
  static let manyKeys: ByteAutomaton = {
    var classes = [UInt8](repeating: 0, count: 256)
    classes[0x62] = 1
    classes[0x63] = 2
    return ByteAutomaton(
      classes: classes, classCount: 3, transitions: [0, 0, 0, 0, 0, 2, 0, 3, 2, 0, 0, 0],
      accepting: [false, false, false, true], start: 1)
  }()

  private mutating func members(depth: Int) -> GrammarMembers {
    let keys: [[UInt8]] = [[0x61], [0x62, 0x61], [0x62, 0x62], [0x61, 0x62]]
    let count = number(0...3)
    let named = keys.shuffled(using: &random).prefix(count).map { key in
      GrammarMembers.Named(
        key: ByteAutomaton(literal: key), value: expression(depth: depth),
        isRequired: number(0...2) == 0,
        requires: number(0...4) == 0 ? [number(0...(count - 1))] : [])
    }
    var others: [GrammarMembers.Other] =
      number(0...2) == 0
      ? [.init(key: ByteAutomaton(literal: [0x63]), value: expression(depth: depth))] : []
    if tellsKeys {
      others.append(.init(key: Self.manyKeys, value: expression(depth: depth), reading: .bare))
    }
    let least = number(0...3) == 0 ? number(0...3) : 0
    return GrammarMembers(
      named: Array(named), others: others, assignment: .literal(text(atMost: 1)),
      separator: .literal(text(atMost: 1)), atLeast: least,
      atMost: number(0...2) == 0 ? least + number(0...2) : nil, isOrdered: number(0...1) == 0)
  }
}

extension Grammar {
  /// As it would stand in a GBNF of our own, for failures of tests.
  var notation: String {
    rules.map { "\($0.name) ::= \($0.expression.notation)" }.joined(separator: "; ")
  }
}

extension GrammarExpression {
  fileprivate var notation: String {
    switch self {
    case .nothing: "∅"
    case .literal(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
    case .language(let automaton): automaton.sample
    case .sequence(let parts): "(" + parts.map(\.notation).joined(separator: " ") + ")"
    case .choice(let parts): "(" + parts.map(\.notation).joined(separator: " | ") + ")"
    case .repetition(let part, let atLeast, let atMost):
      "\(part.notation){\(atLeast),\(atMost.map(String.init) ?? "")}"
    case .rule(let rule): "r\(rule)"
    case .members(let members): members.notation
    }
  }
}

extension GrammarMembers {
  fileprivate var notation: String {
    let names = named.map {
      "\($0.key.sample)\($0.isRequired ? "!" : "")\($0.requires): \($0.value.notation)"
    }
    let rest = others.map { "*\($0.key.sample): \($0.value.notation)" }
    return "<\(isOrdered ? "in order" : "") \(atLeast)...\(atMost ?? -1), :=\(assignment.notation) "
      + ",=\(separator.notation) " + (names + rest).joined(separator: ", ") + ">"
  }
}

extension ByteAutomaton {
  /// The texts of up to two letters.
  fileprivate var sample: String {
    let letters = RandomGrammars.letters
    let texts = letters.map { [$0] } + letters.flatMap { a in letters.map { [a, $0] } }
    return "["
      + texts.filter { accepts($0) }.map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: " ") + "]"
  }
}
