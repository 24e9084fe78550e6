import LFMEngine
import Testing

@Suite struct StepPaceTests {
  @Test func `Guesses, then learns, within bounds`() {
    var pace = StepPace()
    #expect(pace.rows(within: .seconds(1)) == 64)
    pace.note(rows: 100, took: .seconds(1))
    #expect(pace.rows(within: .seconds(2)) == 192)
    #expect(pace.rows(within: .zero) == 16)
    #expect(pace.rows(within: .seconds(-5)) == 16)
    // Half of what is new, half of what was.
    pace.note(rows: 100, took: .seconds(3))
    #expect(pace.rows(within: .seconds(2)) == 96)
  }

  @Test func `Small steps, and times that are none, teach nothing`() {
    var pace = StepPace()
    pace.note(rows: 1, took: .seconds(1))
    pace.note(rows: 64, took: .zero)
    pace.note(rows: 64, took: .seconds(-1))
    #expect(pace.rows(within: .seconds(100)) == 64)
    pace.note(rows: 1_000_000, took: .nanoseconds(1))
    #expect(pace.rows(within: .seconds(1_000_000)) <= 1_000_000)
  }
}
