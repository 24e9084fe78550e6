import Testing

@testable import lfmd

/// A repetition's slices, and the limit that is said to have held over them.
@Suite struct BenchRunTests {
  @Test func everySliceHasAProbeBeforeAndAfter() {
    var events: [String] = []
    func probe() -> Double? {
      events.append("probe")
      return 7
    }
    let run = BenchRun(steps: 2, slice: .zero, probe: probe) { events.append("step \($0)") }
    #expect(events == ["probe", "step 0", "probe", "step 1", "probe"])
    #expect(run.slices.map(\.steps) == [0..<1, 1..<2])
    #expect(run.limits == [7, 7, 7])
  }

  @Test func withoutALengthAllStepsAreOneSlice() {
    for slice in [nil, Duration.seconds(1_000_000)] {
      func probe() -> Double? { 7 }
      let run = BenchRun(steps: 3, slice: slice, probe: probe) { _ in }
      #expect(run.slices.map(\.steps) == [0..<3])
      #expect(run.limits.count == 2)
    }
  }

  @Test func theLimitIsThatOfTheWorkDoneSliceBySlice() throws {
    var run = BenchRun(
      slices: [.init(steps: 0..<30, seconds: 1), .init(steps: 30..<40, seconds: 1)],
      limits: [20, 40, 60])
    #expect(run.seconds == 2)
    // 30 steps at 30 a second and 10 at 50: 1.2 s of the 2.
    let limit = try #require(run.limit { Double($0.count) })
    #expect(abs(limit - 40 / 1.2) < 1e-12)
    #expect(abs(40 / run.seconds / limit - 0.6) < 1e-12)
    run.limits = []
    #expect(run.limit { Double($0.count) } == nil)
  }
}
