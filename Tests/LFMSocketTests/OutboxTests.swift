import Testing

@testable import LFMSocket

struct OutboxTests {
  /// Takes at most `most` bytes at a time.
  private func drain(_ outbox: inout Outbox, most: Int) -> (bytes: [UInt8], writes: Int) {
    var bytes: [UInt8] = []
    var writes = 0
    while !outbox.isEmpty {
      let taken = unsafe outbox.writeNext { piece in
        let count = min(most, piece.count)
        unsafe bytes += piece.prefix(count)
        return count
      }
      #expect(taken > 0)
      writes += 1
    }
    return (bytes, writes)
  }

  @Test func smallPiecesAreJoined() {
    var outbox = Outbox()
    for number in 0..<1000 { outbox.append([UInt8(truncatingIfNeeded: number)]) }
    #expect(outbox.count == 1000)
    let (bytes, writes) = drain(&outbox, most: .max)
    #expect(bytes == (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
    #expect(writes == 1)
  }

  @Test(arguments: [1, 7, 1000, 40_000, Int.max])
  func bytesLeaveInOrder(most: Int) {
    var outbox = Outbox()
    var expected: [UInt8] = []
    var seed: UInt64 = 1
    for _ in 0..<200 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let piece = [UInt8](repeating: UInt8(seed >> 56), count: Int(seed >> 33) % 3000)
      outbox.append(piece)
      expected += piece
      // Some leave in between.
      var left: [UInt8] = []
      _ = unsafe outbox.writeNext { bytes in
        left = unsafe Array(bytes.prefix(min(most, 500)))
        return left.count
      }
      #expect(Array(expected.prefix(left.count)) == left)
      expected.removeFirst(left.count)
      #expect(outbox.count == expected.count)
    }
    #expect(drain(&outbox, most: most).bytes == expected)
  }

  @Test func refusedWriteTakesNothing() {
    var outbox = Outbox()
    outbox.append([1, 2, 3])
    let refused = unsafe outbox.writeNext { _ in -11 }
    #expect(refused == -11)
    #expect(outbox.count == 3)
  }
}
