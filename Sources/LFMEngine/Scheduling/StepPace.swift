/// How long a row of a chunk takes on this machine, learned from the steps that were.
///
/// A moving average; the first chunk is a guess. Turns a time into a number of rows.
package struct StepPace: Hashable, Sendable {
  /// Rows of a chunk when nothing is known yet.
  private static let guess = 64
  /// No chunk is smaller: below this the weights are read for too few rows.
  package static let smallest = 16

  private var secondsPerRow: Double?

  package init() {}

  /// Notes a step with a chunk. Steps of a few rows say nothing about many.
  package mutating func note(rows: Int, took duration: Duration) {
    let seconds = duration / .seconds(1)
    guard rows >= Self.smallest, seconds > 0, seconds.isFinite else { return }
    let pace = seconds / Double(rows)
    secondsPerRow = secondsPerRow.map { $0 * 0.5 + pace * 0.5 } ?? pace
  }

  /// Rows that fit into `budget`, in steps of 16, at least 16.
  package func rows(within budget: Duration) -> Int {
    guard let secondsPerRow else { return Self.guess }
    let rows = max(0, min(1e6, (budget / .seconds(1)) / secondsPerRow))
    return max(Self.smallest, Int(rows) / 16 * 16)
  }
}
