import LFMEngine
import Testing

@Suite struct StepPaceTests {
  /// A machine whose steps take `fixed` and `perRow` milliseconds, asked for chunks within `budget`.
  func settle(fixed: Int, perRow: Int, budget: Duration, steps: Int = 12) -> Int {
    var pace = StepPace()
    for _ in 0..<steps {
      let rows = min(512, pace.rows(within: budget))
      pace.note(rows: rows, took: .milliseconds(fixed + perRow * rows))
    }
    return min(512, pace.rows(within: budget))
  }

  @Test func `Finds the size that fits, whatever the machine`() {
    #expect((32...48).contains(settle(fixed: 0, perRow: 50, budget: .seconds(2))))
    #expect(settle(fixed: 100, perRow: 1, budget: .seconds(2)) == 512)
    #expect((136...168).contains(settle(fixed: 400, perRow: 10, budget: .seconds(2))))
    #expect((16...24).contains(settle(fixed: 50, perRow: 10, budget: .milliseconds(250))))
  }

  @Test func `A budget that cannot be kept does not starve the prompt`() {
    // Reading the weights alone takes longer: chunks of 8 rows would be four fifths in vain.
    #expect((48...72).contains(settle(fixed: 300, perRow: 5, budget: .milliseconds(250))))
    #expect(settle(fixed: 0, perRow: 500, budget: .milliseconds(250)) == 8)
  }

  @Test func `Small steps, and times that are none, teach nothing`() {
    var pace = StepPace()
    pace.note(rows: 1, took: .seconds(1))
    pace.note(rows: 64, took: .zero)
    pace.note(rows: 64, took: .seconds(-1))
    #expect(pace.rows(within: .seconds(100)) == 32)
    pace.note(rows: 1_000_000, took: .nanoseconds(1))
    #expect(pace.rows(within: .seconds(1_000_000)) <= 1_000_000)
    #expect(pace.rows(within: .seconds(-5)) >= 8)
  }
}
