import Foundation
import LFMEngine
import Testing

@testable import lfmd

/// Probabilities of a row of logits, and their packed form, against plain 64-bit arithmetic.
@Suite struct LogSoftmaxTests {
  @Test func surprisesAreNegativeLogarithms() {
    let logits: [Float] = [1, -2, 0.5, 8, 8]
    let softmax = LogSoftmax(logits.span)
    let sum = logits.reduce(0) { $0 + exp(Double($1)) }
    for logit in logits {
      #expect(abs(softmax.surprise(of: logit) + log(exp(Double(logit)) / sum)) < 1e-6)
    }
    #expect(softmax.top == 3)
  }

  @Test(arguments: [5, 6, 1000])
  func packedRowsAreNearTheLogarithms(_ count: Int) {
    let logits = Self.logits(count, seed: 3)
    let packed = Self.pack(logits)
    #expect(packed.count == (count + 1) / 2 * 2 + 4)
    let (scale, smallest) = PackedLogProbabilities.scale(of: packed.span)
    let softmax = LogSoftmax(logits.span)
    for index in logits.indices {
      let value = Double(scale * Float(packed[4 + index]) + smallest)
      let truth = max(-softmax.surprise(of: logits[index]), Double(smallest))
      #expect(abs(value - truth) <= 16.0 / 65535)
    }
  }

  @Test func rowsThatAreNoNumbersAreNoTrap() {
    let rows: [[Float]] = [
      [.nan, 1, 2], [.infinity, 1, 2], [-.infinity, -.infinity], [0, 0, 0],
    ]
    for row in rows {
      let packed = Self.pack(row)
      _ = RowDivergence(row.span, base: packed.span, next: 0)
    }
  }

  @Test func aRowDivergesFromAnotherAsTheFormulaSays() {
    let logits = Self.logits(300, seed: 1)
    let base = Self.logits(300, seed: 2)
    let row = RowDivergence(logits.span, base: Self.pack(base).span, next: 17)
    let p = Self.probabilities(base)
    let q = Self.probabilities(logits)
    let truth = zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    #expect(abs(row.divergence - truth) < 1e-3 * truth + 1e-4)
    #expect(abs(row.surprise + log(q[17])) < 1e-5)
    #expect(abs(row.baseSurprise + log(p[17])) < 3e-4)
    #expect(abs(row.probabilityDifference - (q[17] - p[17])) < 1e-4)
    #expect(!row.hasSameTop)
  }

  @Test func aRowDoesNotDivergeFromItself() {
    let logits = Self.logits(300, seed: 5)
    let row = RowDivergence(logits.span, base: Self.pack(logits).span, next: 3)
    #expect(abs(row.divergence) < 1e-4)
    #expect(row.hasSameTop)
  }

  static func pack(_ logits: [Float]) -> [UInt16] {
    var row = [UInt16](
      repeating: 0xFFFF, count: PackedLogProbabilities.stride(vocabulary: logits.count))
    var span = row.mutableSpan
    PackedLogProbabilities.pack(logits.span, LogSoftmax(logits.span), to: &span)
    return row
  }

  static func logits(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { _ in Float.random(in: -4...4, using: &random) }
  }

  static func probabilities(_ logits: [Float]) -> [Double] {
    let powers = logits.map { exp(Double($0)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

/// What many rows come to.
@Suite struct DivergenceStatisticsTests {
  @Test func estimatesHaveTheErrorOfTheMean() {
    let values = [1.0, 2, 4, 5]
    let estimate = Estimate(
      mean: values.reduce(0, +), squares: values.reduce(0) { $0 + $1 * $1 }, count: 4)
    #expect(estimate.value == 3)
    // The variance of the four is 2.5, and that of their mean a third of it.
    #expect(abs(estimate.error - (2.5 / 3).squareRoot()) < 1e-12)
    #expect(abs(estimate.exponential.value - exp(3)) < 1e-9)
    #expect(Estimate(mean: 0, squares: 0, count: 0).value.isNaN)
  }

  @Test func rowsAreSummedUp() {
    var statistics = DivergenceStatistics()
    for index in 0..<100 {
      var row = RowDivergence()
      row.surprise = 2 + Double(index % 10) / 10
      row.baseSurprise = row.surprise - 0.5
      row.divergence = Double(index)
      row.probabilityDifference = index % 2 == 0 ? 0.1 : -0.1
      row.hasSameTop = index < 90
      statistics.add(row)
    }
    #expect(statistics.count == 100)
    #expect(abs(statistics.logarithmOfRatio.value - 0.5) < 1e-12)
    // The two go together, so their ratio is certain.
    #expect(statistics.logarithmOfRatio.error < 1e-6)
    #expect(abs(statistics.correlation - 1) < 1e-6)
    #expect(abs(statistics.meanDivergence.value - 49.5) < 1e-9)
    #expect(statistics.divergencePercentiles([0, 0.5, 0.99, 1]) == [0, 49.5, 98.01, 99])
    #expect(abs(statistics.rootMeanSquareDifference.value - 0.1) < 1e-6)
    #expect(abs(statistics.sameTopShare.value - 0.9) < 1e-12)
  }

  @Test func noRowsAreNoTrap() {
    let statistics = DivergenceStatistics()
    #expect(statistics.divergencePercentiles([0.5])[0].isNaN)
    #expect(statistics.ratio.value.isNaN)
    #expect(statistics.sameTopShare.value.isNaN)
  }
}
