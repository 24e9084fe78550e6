import LFMLanguage
import Testing

@Suite struct GrammarDeadEndsTests {
  private func rule(_ name: String, _ expression: GrammarExpression) -> Grammar.Rule {
    Grammar.Rule(name: name, expression: expression)
  }

  @Test func ruleWithoutEnd() {
    let loop = rule("loop", .sequence([.literal([0x61]), .rule(0)]))
    #expect(Grammar(rules: [loop], root: 0).withoutDeadEnds() == nil)
    let either = Grammar(
      rules: [loop, rule("root", .choice([.rule(0), .literal([0x62])]))], root: 1)
    #expect(
      either.withoutDeadEnds()
        == Grammar(rules: [rule("root", .literal([0x62]))], root: 0))
  }

  @Test func membersThatCannotBe() throws {
    func key(_ byte: UInt8) -> ByteAutomaton {
      var classes = [UInt8](repeating: 0, count: 256)
      classes[Int(byte)] = 1
      return ByteAutomaton(
        classes: classes, classCount: 2, transitions: [0, 0, 0, 2, 0, 0],
        accepting: [false, false, true], start: 1)
    }
    func grammar(isRequired: Bool) -> Grammar {
      let members = GrammarMembers(
        named: [
          GrammarMembers.Named(key: key(0x61), value: .nothing, isRequired: isRequired),
          GrammarMembers.Named(key: key(0x62), value: .empty, isRequired: false, requires: [0]),
          GrammarMembers.Named(key: key(0x63), value: .empty, isRequired: false),
        ], others: [], assignment: .empty, separator: .literal([0x2C]), atLeast: 1)
      return Grammar(rules: [rule("root", .members(members))], root: 0)
    }
    #expect(grammar(isRequired: true).withoutDeadEnds() == nil)
    let trimmed = try #require(grammar(isRequired: false).withoutDeadEnds())
    #expect(SlowAcceptor.accepts(trimmed, "c"))
    #expect(!SlowAcceptor.accepts(trimmed, "b"))
    #expect(!SlowAcceptor.accepts(trimmed, "c,c"))
  }
}
