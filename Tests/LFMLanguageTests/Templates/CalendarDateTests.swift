import Foundation
import LFMLanguage
import Testing

struct CalendarDateTests {
  @Test func daysAreReadAndWritten() {
    for text in ["2026-01-15", "2024-02-29", "2000-02-29", "0999-12-31"] {
      #expect(CalendarDate(text).map { "\($0)" } == text)
    }
    for text in [
      "", "2026-1-15", "2026-13-01", "2023-02-29", "1900-02-29", "2026-04-31", "2026-00-10",
      "2026-01-00", "20260115", "2026-01-1５", "+026-01-15",
    ] {
      #expect(CalendarDate(text) == nil, "\(text)")
    }
  }

  @Test func todayIsTheSystemsDay() {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .current
    let days = { calendar.dateComponents([.year, .month, .day], from: Date()) }
    let before = days()
    let today = CalendarDate.today()
    let after = days()
    #expect(
      [before, after].contains {
        $0.year == today.year && $0.month == today.month && $0.day == today.day
      })
  }
}
