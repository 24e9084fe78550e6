import Testing

@testable import LFMTokenizer

struct ByteKeyedTableTests {
  @Test func findsEveryStringAndNoOther() {
    var generator = SplitMix(state: 1)
    var ids: [[UInt8]: Int] = [:]
    while ids.count < 5000 {
      let length = Int.random(in: 1...20, using: &generator)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...3, using: &generator) }
      if ids[bytes] == nil { ids[bytes] = ids.count }
    }
    let strings = ByteStrings(ids.sorted { $0.value < $1.value }.map(\.key))
    var table = ByteKeyedTable(capacity: 5000)
    for id in 0..<5000 { #expect(table.insert(id, of: strings) == nil) }
    for (bytes, id) in ids {
      let text = [9] + bytes + [9]
      #expect(table.find(text, 1..<(text.count - 1), in: strings) == TokenID(id))
      #expect(table.find(text, 0..<(text.count - 1), in: strings) == nil)
    }
  }

  @Test func aSecondInsertionNamesTheFirst() {
    let strings = ByteStrings([[1, 2], [3], [1, 2]])
    var table = ByteKeyedTable(capacity: 3)
    #expect(table.insert(0, of: strings) == nil)
    #expect(table.insert(1, of: strings) == nil)
    #expect(table.insert(2, of: strings) == 0)
    #expect(table.find([1, 2], 0..<2, in: strings) == 0)
  }

  @Test func leadingZerosAndLengthsMatter() {
    let strings = ByteStrings([[0], [0, 0], [0, 0, 0, 0, 0, 0, 0, 0], []])
    var table = ByteKeyedTable(capacity: 4)
    for id in 0..<4 { #expect(table.insert(id, of: strings) == nil) }
    let zeros = [UInt8](repeating: 0, count: 9)
    #expect(table.find(zeros, 0..<1, in: strings) == 0)
    #expect(table.find(zeros, 0..<2, in: strings) == 1)
    #expect(table.find(zeros, 0..<3, in: strings) == nil)
    #expect(table.find(zeros, 0..<8, in: strings) == 2)
    #expect(table.find(zeros, 4..<4, in: strings) == 3)
    #expect(table.find(zeros, 0..<9, in: strings) == nil)
  }
}
