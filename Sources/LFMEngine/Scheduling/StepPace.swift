/// How long a step with a chunk takes on this machine, learned from the steps that were: a fixed part (the
/// weights are read whatever the number of rows) and a part for each row.
///
/// A line through recent steps, older ones fading. Turns a time into a number of rows.
package struct StepPace: Sendable {
  /// Rows of a chunk when nothing is known yet.
  private static let guess = 32
  /// No chunk is smaller, and sizes come in multiples of it.
  package static let smallest = 8
  /// What a step is worth after the next one.
  private static let fading = 0.7

  private var weight = 0.0
  private var rows = 0.0
  private var seconds = 0.0
  private var rowsSquared = 0.0
  private var rowsSeconds = 0.0
  /// The line as it was when the sizes last differed enough to tell its parts.
  private var known: (fixed: Double, perRow: Double)?

  package init() {}

  /// Notes a step with a chunk. Steps of a few rows touch few experts and say nothing about many.
  package mutating func note(rows count: Int, took duration: Duration) {
    let time = duration / .seconds(1)
    guard count >= Self.smallest, time > 0, time.isFinite else { return }
    let n = Double(count)
    weight = weight * Self.fading + 1
    rows = rows * Self.fading + n
    seconds = seconds * Self.fading + time
    rowsSquared = rowsSquared * Self.fading + n * n
    rowsSeconds = rowsSeconds * Self.fading + n * time
    fit()
  }

  /// Rows that fit into `budget`, a multiple of 8 and at least 8.
  ///
  /// A budget that the fixed part eats up cannot be kept: then the rows take as long again as the fixed part, so
  /// that no more than half of the work is in vain.
  package func rows(within budget: Duration) -> Int {
    guard weight > 0 else { return Self.guess }
    let (n, t) = (rows / weight, seconds / weight)
    let budget = budget / .seconds(1)
    let fitting: Double
    if let known {
      // The proportion of the parts is kept, the machine may be faster or slower by now.
      let scale = t / (known.fixed + known.perRow * n)
      let fixed = known.fixed * scale
      fitting = max(budget - fixed, fixed) / (known.perRow * scale)
    } else {
      // Sizes that are all alike do not tell the parts: towards the budget, which makes the next one another.
      fitting = n * min(max(budget / t, 0.5), 2)
    }
    let rows = Int(max(0, min(1e6, fitting)))
    return max(Self.smallest, rows / Self.smallest * Self.smallest)
  }

  private mutating func fit() {
    let (n, t) = (rows / weight, seconds / weight)
    let variance = rowsSquared / weight - n * n
    guard variance > 0.01 * n * n else { return }
    let slope = (rowsSeconds / weight - n * t) / variance
    // Noise may tilt the line: neither part below 0, and each row costs something.
    let perRow = min(max(slope, 0.05 * t / n), t / n)
    known = (t - perRow * n, perRow)
  }
}
