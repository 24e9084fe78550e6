import Testing

@testable import LFMLanguage

@Suite struct WrittenKeysTests {
  /// What is kept, beside lists that are kept as such.
  private struct Both {
    var keys = WrittenKeys()
    /// By index: where the object's first key begins, and all keys up to this one.
    var lists: [(start: Int32, keys: [[UInt16]])] = []
    var work = 0

    mutating func add(_ key: [UInt16], after last: Int, from start: Int32) {
      let before: (start: Int32, keys: [[UInt16]]) = last < 0 ? (start, []) : lists[last]
      let found = keys.adding(key, after: Int32(last), from: start, &work)
      guard !before.keys.contains(key) else {
        #expect(found == nil)
        return
      }
      let whole = before.keys + [key]
      let known = lists.firstIndex { $0.start == before.start && $0.keys == whole }
      #expect(found == Int32(known ?? lists.count))
      if known == nil { lists.append((before.start, whole)) }
    }

    mutating func drop(_ count: Int) {
      lists.removeLast(count)
      keys.drop(to: lists.count)
    }
  }

  @Test(arguments: 0..<8) func agreesWithLists(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var both = Both()
    for _ in 0..<1_500 {
      let count = both.lists.count
      if Int.random(in: 0..<8, using: &random) == 0 {
        both.drop(Int.random(in: 0...min(count, 6), using: &random))
        continue
      }
      // Mostly long lists, as the newest keys are taken for the last one.
      let last = max(-1, count - Int.random(in: 1...12, using: &random))
      let key = [0x61, UInt16.random(in: 0..<60, using: &random)]
      both.add(
        Bool.random(using: &random) ? key : Array(key.dropFirst()), after: last,
        from: Int32.random(in: 0..<3, using: &random))
    }
    #expect(both.keys.count == both.lists.count)
    #expect(both.lists.contains { $0.keys.count > 20 })
    takeOver(both, &random)
  }

  /// Some keys into another table: what came before each is the same.
  private func takeOver(_ both: Both, _ random: inout SeededGenerator) {
    var result = WrittenKeys()
    var known: [Int32: Int32] = [:]
    for index in both.lists.indices.shuffled(using: &random).prefix(20) {
      let last = result.take(Int32(index), from: both.keys, &known)
      #expect(last == known[Int32(index)])
      var work = 0
      for key in both.lists[index].keys {
        #expect(result.adding(key, after: last, from: 0, &work) == nil)
      }
      let count = result.count
      #expect(result.adding([1, 2, 3], after: last, from: 0, &work) == Int32(count))
      result.drop(to: count)
    }
  }

  @Test func aKeyIsFoundAmongManyInFewSteps() throws {
    var keys = WrittenKeys()
    var work = 0
    var last: Int32 = -1
    for key in 0..<100_000 {
      let units = [UInt16(key >> 8), UInt16(key & 0xFF)]
      last = try #require(keys.adding(units, after: last, from: 7, &work))
    }
    for key in [0, 1, 50_000, 99_998, 99_999] {
      work = 0
      let units = [UInt16(key >> 8), UInt16(key & 0xFF)]
      #expect(keys.adding(units, after: last, from: 7, &work) == nil)
      #expect(work < 100)
    }
    work = 0
    #expect(keys.adding([0xFFFF], after: last, from: 7, &work) == 100_000)
    #expect(work < 100)
  }

  /// Two places with the same keys have the same register, so that they become one.
  @Test func equalProgressesAreOne() throws {
    let schema = try JSONParser.parse(#"{"type":"object"}"#)
    let constraint = try CompiledConstraint(try JSONSchemaCompiler().compile(schema))
    let rules = try #require(constraint.program.members.first).rules
    var table = ProgressTable()
    var work = 0
    let start = table.start(0, rules)
    func add(_ key: [UInt16], to number: Int32) -> Int32? {
      table.adding(rules.namedCount, key, from: 1, to: number, rules, &work)
    }
    let first = try #require(add([0x61], to: start))
    let mark = table.mark
    let second = try #require(add([0x62], to: first))
    let again = [add([0x61], to: start), add([0x62], to: first)]
    #expect(again == [first, second])
    let written = [add([0x61], to: second), add([0x62], to: second)]
    #expect(written == [nil, nil])
    #expect(table.keyCount == 2)
    let base = table.adding(rules.namedCount, to: start, rules)
    #expect(table.base(first) == base && table.base(base) == base)
    table.drop(to: mark)
    #expect(table.keyCount == 1)
    let after = [add([0x61], to: first), add([0x62], to: first)]
    #expect(after == [nil, second])
  }
}
