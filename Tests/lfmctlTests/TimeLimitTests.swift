import Testing

@testable import lfmctl

@Suite struct TimeLimitTests {
  @Test(arguments: [
    ("30", Duration.seconds(30)), ("30s", .seconds(30)), ("1.5m", .seconds(90)),
    ("200ms", .milliseconds(200)), ("2h", .seconds(7200)), ("0", .zero), (".5", .milliseconds(500)),
  ])
  func timesAreReadAsPeopleWriteThem(text: String, expected: Duration) {
    #expect(TimeLimit(argument: text)?.duration == expected)
  }

  @Test(arguments: [
    "", "s", "ms", "soon", "-1", "1e9", "0x10", "inf", "nan", "1,5", "5 s", "1.2.3", "5d",
    "99999999999999999999",
  ])
  func anythingElseIsRefused(text: String) {
    #expect(TimeLimit(argument: text) == nil)
  }

  @Test func whatIsLeftIsNeverNegative() throws {
    ProgramClock.begin()
    #expect(try #require(TimeLimit(argument: "0")).remaining == .zero)
    let hour = try #require(TimeLimit(argument: "1h"))
    #expect(hour.remaining > .zero && hour.remaining <= .seconds(3600))
  }
}
