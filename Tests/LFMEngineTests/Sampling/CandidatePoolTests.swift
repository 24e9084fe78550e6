import LFMGeneration
import Testing

@testable import LFMEngine

@Suite struct CandidatePoolTests {
  func makePool(_ scores: [Float]) -> CandidatePool {
    var pool = CandidatePool(vocabularySize: scores.count)
    pool.scores = scores
    return pool
  }

  func kept(_ pool: CandidatePool) -> [TokenID] { Array(pool.tokens[..<pool.count]) }

  /// Against plain sorting, with many ties, both signs, zeros, subnormals and −∞.
  @Test(arguments: 0..<50)
  func `The largest by number`(seed: UInt64) {
    var random = RandomSource(seed: seed)
    let values: [Float] = [
      0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 3.5, -3.5,
      .greatestFiniteMagnitude, -.infinity, 100, 101,
    ]
    let scores = (0..<200).map { _ in
      seed % 2 == 0
        ? values[Int(random.next() % UInt64(values.count))] : Float(random.nextUnit() * 10 - 5)
    }
    for limit in [1, 2, 3, 50, 199, 200, 500] {
      var pool = makePool(scores)
      pool.admitLargest(limit)
      let edge = scores.sorted(by: >)[min(limit, 200) - 1]
      let expected = scores.indices.filter { scores[$0] >= edge && scores[$0] > -.infinity }
      #expect(kept(pool) == expected.map { TokenID($0) }, "limit \(limit)")
    }
  }

  @Test func `A draw falls where the unit falls, and never on what is ruled out`() {
    var pool = makePool([-.infinity, 0, -2000, 0, -.infinity])
    pool.admitAll()
    pool.weigh(largest: 0)
    #expect(kept(pool) == [1, 2, 3])
    #expect(pool.total == 2)
    #expect(pool.draw(0) == 1 && pool.draw(0.499) == 1)
    #expect(pool.draw(0.5) == 3 && pool.draw(0.999_999) == 3)
    // A unit is below 1; rounding must not run off the end all the same.
    #expect(pool.draw(1) == 3)
  }

  @Test func `An empty pool draws nothing`() {
    var pool = makePool([-.infinity, -.infinity])
    pool.admitLargest(1)
    pool.weigh(largest: 0)
    pool.keepMass(0.5)
    #expect(pool.count == 0 && pool.draw(0.5) == nil)
  }
}
