// One repetition of a test of `lfmd bench`: how long its steps took, and what the machine could give meanwhile.

/// Steps in slices, with a probe of the machine's limit before, between and after them.
///
/// The memory of a virtual machine changes its rate within seconds: what it gave before and after a whole repetition
/// need not have held in between. Around a slice of some tenths of a second it nearly does.
struct BenchRun: Equatable {
  struct Slice: Equatable {
    /// Which of the repetition's steps.
    var steps: Range<Int>
    /// Without the probes.
    var seconds: Double
  }

  var slices: [Slice] = []
  /// Work per second at most: before the first slice, between each two, and after the last. Empty without probes.
  var limits: [Double] = []

  /// The whole repetition's.
  var seconds: Double { slices.reduce(0) { $0 + $1.seconds } }

  /// Work per second of one who did the same work slice by slice at the limit, the mean of both sides being said to
  /// hold in between: against it, `seconds` says what share of the limit the repetition took.
  ///
  /// - Parameter work: what these steps have to do.
  /// - Returns: `nil` without probes or work.
  func limit(work: (Range<Int>) -> Double) -> Double? {
    guard !slices.isEmpty, limits.count == slices.count + 1 else { return nil }
    var done = 0.0
    var seconds = 0.0
    for (index, slice) in slices.enumerated() {
      let work = work(slice.steps)
      done += work
      seconds += work / max((limits[index] + limits[index + 1]) / 2, 1)
    }
    return seconds > 0 ? done / seconds : nil
  }
}

extension BenchRun {
  /// Runs and times steps.
  ///
  /// - Parameters:
  ///   - slice: how long a slice lasts at least, but for the last; `nil`: all steps are one.
  ///   - probe: measures the machine's limit, if it is asked for and there is one.
  ///   - step: runs the step of this number.
  init(
    steps: Int, slice: Duration?, probe: () -> Double?, step: (Int) throws -> Void
  ) rethrows {
    self.init()
    probe().map { limits.append($0) }
    var first = 0
    var begun = ContinuousClock.now
    for index in 0..<steps {
      try step(index)
      let time = ContinuousClock.now - begun
      guard index + 1 == steps || slice.map({ time >= $0 }) == true else { continue }
      slices.append(Slice(steps: first..<index + 1, seconds: time.inSeconds))
      probe().map { limits.append($0) }
      first = index + 1
      begun = .now
    }
  }
}
