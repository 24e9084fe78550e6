import CLFMKernels
import Foundation
import Testing

/// What a screen keeps, against a plain sort of all scores.
@Suite struct ScreenTests {
  /// Scores in pieces of a random order, on some screens that are joined in the end; nil where it overflowed.
  static func screen(
    _ scores: [Float], largest: Int, reach: Float = .infinity, penalized: [UInt64] = [],
    penalty: Float = 1, piece: Int, screens: Int = 1, capacity: Int = 512,
    random: inout Random
  ) -> (kept: [lfm_candidate], unsound: Int32)? {
    var all = unsafe [lfm_screen](repeating: lfm_screen(), count: screens)
    let kept = UnsafeMutablePointer<lfm_candidate>.allocate(capacity: capacity * screens)
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: capacity * screens)
    let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, penalized.count))
    defer {
      unsafe kept.deallocate()
      unsafe scratch.deallocate()
      unsafe bits.deallocate()
    }
    for word in penalized.indices { unsafe (bits + word).initialize(to: penalized[word]) }
    for index in 0..<screens {
      unsafe all[index].kept = kept + index * capacity
      unsafe all[index].scratch = scratch + index * capacity
      unsafe all[index].capacity = capacity
      unsafe all[index].largest = largest
      unsafe all[index].reach = reach
      unsafe all[index].penalty = penalty
      unsafe all[index].penalized = penalized.isEmpty ? nil : UnsafePointer(bits)
      unsafe lfm_screen_begin(&all[index])
    }
    for begin in stride(from: 0, to: scores.count, by: piece).shuffled(using: &random) {
      var part = Array(scores[begin..<min(begin + piece, scores.count)])
      let index = Int(random.next() % UInt64(screens))
      unsafe lfm_screen_scores(&all[index], &part, Int32(begin), part.count)
    }
    for index in 1..<max(1, screens) {
      unsafe withUnsafePointer(to: all[index]) { unsafe lfm_screen_join(&all[0], $0) }
    }
    unsafe lfm_screen_end(&all[0])
    guard unsafe all[0].overflowed == 0 else { return nil }
    return unsafe (
      Array(UnsafeBufferPointer(start: all[0].kept, count: all[0].count)), all[0].unsound
    )
  }

  @Test(arguments: [1, 2, 3]) func `Keeps the largest, in order, and little more`(
    _ screens: Int
  ) throws {
    var random = Random(state: UInt64(screens))
    for (count, largest) in [(1, 1), (7, 3), (100, 100), (5000, 1), (5000, 80), (20_000, 128)] {
      for piece in [16, 250, 256] {
        let scores = random.floats(count, -20...20)
        let found = try #require(
          Self.screen(
            scores, largest: largest, piece: piece, screens: screens, random: &random))
        let edge = scores.sorted(by: >)[min(largest, count) - 1]
        let tokens = found.kept.map { Int($0.token) }
        #expect(tokens == tokens.sorted() && Set(tokens).count == tokens.count)
        #expect(Set(tokens).isSuperset(of: scores.indices.filter { scores[$0] >= edge }))
        #expect(found.kept.allSatisfy { $0.score == scores[Int($0.token)] })
        #expect(found.kept.allSatisfy { $0.score >= edge - abs(edge) * 1e-5 })
        #expect(found.unsound == -1)
      }
    }
  }

  @Test func `Keeps what is within reach`() throws {
    var random = Random(state: 4)
    for reach in [Float(0), 0.001, 1, 3] {
      let scores = random.floats(5000, -50...50)
      let largest = try #require(scores.max())
      let found = try #require(
        Self.screen(scores, largest: 0, reach: reach, piece: 64, screens: 2, random: &random))
      let expected = scores.indices.filter { scores[$0] >= largest - reach }
      #expect(Set(found.kept.map { Int($0.token) }).isSuperset(of: expected))
      #expect(found.kept.count <= expected.count + 2)
    }
  }

  @Test func `Penalizes the tokens that are marked, and only those`() throws {
    var random = Random(state: 5)
    for penalty in [Float(0.5), 1.05, 3] {
      let scores = random.floats(3000, -2...2)
      let bits = (0..<47).map { _ in random.next() & random.next() }
      let expected = scores.indices.map { token in
        let score = scores[token]
        guard bits[token / 64] >> UInt64(token % 64) & 1 == 1 else { return score }
        return score < 0 ? score * penalty : score / penalty
      }
      let found = try #require(
        Self.screen(
          scores, largest: 40, penalized: bits, penalty: penalty, piece: 48, screens: 2,
          random: &random))
      let edge = expected.sorted(by: >)[39]
      let tokens = Set(found.kept.map { Int($0.token) })
      #expect(tokens.isSuperset(of: expected.indices.filter { expected[$0] >= edge }))
      #expect(found.kept.allSatisfy { $0.score == expected[Int($0.token)] })
    }
  }

  @Test func `Names the first score that is no number, and keeps nothing that is ruled out`() throws
  {
    var random = Random(state: 6)
    var scores = random.floats(2000)
    scores[100] = -.infinity
    for bad in [Float.nan, .infinity] {
      var broken = scores
      broken[1700] = bad
      broken[900] = bad
      let found = Self.screen(broken, largest: 9, piece: 32, screens: 3, random: &random)
      #expect(found?.unsound == 900)
    }
    let few: [Float] = [-.infinity, 3, -.infinity, 2]
    let found = try #require(Self.screen(few, largest: 4, piece: 2, random: &random))
    #expect(found.kept.map(\.token) == [1, 3])
  }

  @Test func `Equal scores stay together, and too many are said to be too many`() throws {
    var random = Random(state: 7)
    var scores = random.floats(4000, -1...0)
    for token in stride(from: 3, to: 4000, by: 40) { scores[token] = 1 }
    let found = try #require(
      Self.screen(scores, largest: 5, piece: 256, screens: 2, random: &random))
    #expect(found.kept.map { Int($0.token) } == Array(stride(from: 3, to: 4000, by: 40)))
    let equal = [Float](repeating: 0.25, count: 4000)
    #expect(Self.screen(equal, largest: 5, piece: 256, random: &random) == nil)
  }
}
