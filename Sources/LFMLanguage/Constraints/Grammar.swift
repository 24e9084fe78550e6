/// A grammar over bytes: what every constraint on the output is compiled into, and what the matcher runs.
///
/// Owns the shape. JSON Schema, GBNF, regular expressions, choices and tool declarations are compiled into it, each in a file
/// of its own; nothing here knows of tokens.
package struct Grammar: Hashable, Sendable {
  package struct Rule: Hashable, Sendable {
    /// For messages to people.
    package var name: String
    package var expression: GrammarExpression

    package init(name: String, expression: GrammarExpression) {
      self.name = name
      self.expression = expression
    }
  }

  /// `GrammarExpression.rule` is an index into these.
  package var rules: [Rule]
  /// The rule that the whole output follows.
  package var root: Int

  package init(rules: [Rule], root: Int) {
    self.rules = rules
    self.root = root
  }
}

/// What a place of a grammar matches.
package indirect enum GrammarExpression: Hashable, Sendable {
  /// Matches no text, not even the empty one.
  case nothing
  /// These bytes; none of them is the empty text.
  case literal([UInt8])
  /// A text of a regular language.
  case language(ByteAutomaton)
  case sequence([GrammarExpression])
  /// One of these; of none, nothing.
  case choice([GrammarExpression])
  /// `atMost` of `nil`: without end.
  case repetition(GrammarExpression, atLeast: Int, atMost: Int?)
  /// A rule by its index; rules may call themselves and each other.
  case rule(Int)
  case members(GrammarMembers)

  package static var empty: GrammarExpression { .literal([]) }
}

/// Members with names, each at most once and in any order (or in the declared one), such as stand between the braces of a JSON object
/// or the parentheses of a call. As a context-free grammar n of them in any order would take n! rules; here the matcher remembers which
/// ones came.
package struct GrammarMembers: Hashable, Sendable {
  /// A member that comes at most once.
  package struct Named: Hashable, Sendable {
    /// All spellings of the key, quotes included: `"foo"`, `"f\u006fo"`. Disjoint from every other key's.
    package var key: ByteAutomaton
    package var value: GrammarExpression
    package var isRequired: Bool
    /// Indices of named members that have to come if this one does.
    package var requires: [Int]

    package init(
      key: ByteAutomaton, value: GrammarExpression, isRequired: Bool, requires: [Int] = []
    ) {
      self.key = key
      self.value = value
      self.isRequired = isRequired
      self.requires = requires
    }
  }

  /// Members whose keys are only described; any number of them.
  package struct Other: Hashable, Sendable {
    /// Disjoint from every other key's.
    package var key: ByteAutomaton
    package var value: GrammarExpression
    /// How the keys are read, none of which comes twice; `nil` if one may. Only for keys that are `isInexhaustible`.
    package var reading: KeyReading?

    package init(key: ByteAutomaton, value: GrammarExpression, reading: KeyReading? = nil) {
      self.key = key
      self.value = value
      self.reading = reading
    }
  }

  package var named: [Named]
  package var others: [Other]
  /// Between a key and its value, such as a colon with white space around it.
  package var assignment: GrammarExpression
  /// Between two members, such as a comma with white space around it.
  package var separator: GrammarExpression
  /// How many members, named and others together.
  package var atLeast: Int
  package var atMost: Int?
  /// Whether named members come in their order here (those that come), and the others after them.
  package var isOrdered: Bool

  package init(
    named: [Named], others: [Other], assignment: GrammarExpression, separator: GrammarExpression,
    atLeast: Int = 0, atMost: Int? = nil, isOrdered: Bool = false
  ) {
    self.named = named
    self.others = others
    self.assignment = assignment
    self.separator = separator
    self.atLeast = atLeast
    self.atMost = atMost
    self.isOrdered = isOrdered
  }
}

extension GrammarMembers {
  /// Whether members require each other in a circle.
  var hasCircle: Bool {
    let requires = named.enumerated().map { index, member in
      member.requires.filter { $0 != index && named.indices.contains($0) }
    }
    var askers = [Int](repeating: 0, count: named.count)
    for other in requires.joined() { askers[other] += 1 }
    var open = named.indices.filter { askers[$0] == 0 }
    var left = named.count
    while let member = open.popLast() {
      left -= 1
      for other in requires[member] {
        askers[other] -= 1
        if askers[other] == 0 { open.append(other) }
      }
    }
    return left > 0
  }
}
