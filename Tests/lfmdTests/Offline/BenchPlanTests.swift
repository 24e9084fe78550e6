import ArgumentParser
import LFMModel
import Testing

@testable import lfmd

/// Which tests the flags of `lfmd bench` choose, and what the numbers say of them.
@Suite struct BenchPlanTests {
  @Test func namesAreLlamaBenchs() {
    #expect(BenchTest(kind: .prefill(512), depth: 0).name == "pp512")
    #expect(BenchTest(kind: .decode(128, sequences: 1), depth: 4096).name == "tg128@d4096")
    #expect(BenchTest(kind: .decode(32, sequences: 4), depth: 0).name == "tg32x4")
    #expect(BenchTest(kind: .mixed(chunk: 512, sequences: 4), depth: 7).name == "pp512+4@d7")
  }

  @Test func testsComeByDepth() throws {
    let tests = try BenchTests.parse([
      "-p", "8,16", "-n", "none", "--batch", "2", "--batch-tokens", "5", "--mixed", "none",
      "--depth", "0,100",
    ]).tests(chunk: 64)
    #expect(
      tests.map(\.name) == [
        "pp8", "pp16", "tg5x2", "pp8@d100", "pp16@d100", "tg5x2@d100",
      ])
    #expect(tests.map(\.tokens) == [8, 16, 10, 8, 16, 10])
    #expect(tests.map { $0.rows(chunk: 10) } == [8, 10, 2, 8, 10, 2])
  }

  @Test(arguments: [
    ["-p", "0"], ["-p", "x"], ["-p", "8,"], ["-p", "8,8"], ["-p", "-1"], ["-n", ""],
    ["-p", "99999999999999999999"], ["-d", "2000000"], ["--batch-tokens", "0"],
    ["-p", "none", "-n", "none", "-b", "none", "--mixed", "none"],
  ])
  func numbersOutOfRangeAreRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try BenchTests.parse(arguments) }
  }

  @Test func sharesAreOfTheRateMeasuredBesideThem() throws {
    var workload = BenchPlanTests.workload
    workload.bytesPerPosition = 10
    var decode = BenchResult(
      test: BenchTest(kind: .decode(5, sequences: 1), depth: 100), workload: workload)
    decode.seconds = [1, 2]
    decode.readerRates = [20_000, 10_000]
    // 1000 bytes of weights, and keys and values of 102 positions on average.
    #expect(decode.bytesPerStep == 2020.0)
    let shares = try #require(decode.readerShares)
    let truth: [Double] = [5 * 2020 / 20_000, 5 * 2020 / 2 / 10_000]
    #expect(shares.values == truth)
    #expect(decode.integerShares == nil)

    var prefill = BenchResult(
      test: BenchTest(kind: .prefill(50), depth: 0), workload: workload)
    prefill.seconds = [0.5]
    prefill.integerRates = [1_000_000]
    #expect(prefill.integerShares?.values == [0.07])
    #expect(prefill.rates.values == [100])
  }

  @Test func aRepetitionIsTakenInByItsKind() throws {
    var workload = BenchPlanTests.workload
    workload.bytesPerPosition = 10
    var decode = BenchResult(
      test: BenchTest(kind: .decode(5, sequences: 1), depth: 100), workload: workload)
    // 2 * 2005 bytes at 2000 a second, 3 * 2030 at 1000: 8.095 s of the reader's time.
    decode.append(
      BenchRun(
        slices: [.init(steps: 0..<2, seconds: 4), .init(steps: 2..<5, seconds: 6)],
        limits: [2500, 1500, 500]))
    #expect(decode.seconds == [10])
    #expect(abs(decode.readerRates[0] - 10_100 / 8.095) < 1e-9)
    #expect(try abs(#require(decode.readerShares).median - 0.8095) < 1e-12)
    #expect(decode.integerRates.isEmpty)

    var prefill = BenchResult(
      test: BenchTest(kind: .prefill(50), depth: 0), workload: workload)
    prefill.append(BenchRun(slices: [.init(steps: 0..<3, seconds: 0.5)], limits: [1e11, 3e11]))
    #expect(prefill.integerRates == [2e11] && prefill.readerRates.isEmpty)
  }

  static let workload = Workload(
    bytesPerToken: 1000, expertBytesPerToken: 400, bytesPerPosition: 0, productsPerToken: 700,
    experts: 8, expertsPerToken: 2)
}

/// Means, deviations, medians, and how numbers are printed.
@Suite struct StatisticsTests {
  @Test func samplesAreSummedUp() {
    let sample = Sample([4, 1, 3, 2])
    #expect(sample.mean == 2.5)
    #expect(sample.median == 2.5)
    #expect(abs(sample.deviation - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(Sample([7]).deviation == 0)
    #expect(Sample([9, 1, 5]).median == 5)
    #expect(Sample().mean == 0 && Sample().median == 0)
  }

  @Test func numbersHaveTheirPlaces() {
    #expect(12.345.fixed(2) == "12.35" || 12.345.fixed(2) == "12.34")
    #expect(0.05.fixed(3) == "0.050")
    #expect((-0.0001).fixed(2) == "0.00")
    #expect((-1.5).fixed(1) == "-1.5")
    #expect(99.999.fixed(1) == "100.0")
    #expect(7.0.fixed(0) == "7")
    #expect(Double.nan.fixed(2) == "nan")
    #expect(Double.infinity.fixed(2) == "inf")
  }
}
