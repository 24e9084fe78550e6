// What is kept of the rows that `PerplexityRun` computes: sums, a file, or a comparison; and how far it is.

import LFMModel

/// The scores so far.
struct Scoring {
  let windows: TextWindows
  let threads: Int
  var progress = ProgressOutput()
  private(set) var perplexity = PerplexitySum()
  private(set) var divergence = DivergenceStatistics()
  /// The perplexity after each window.
  private(set) var running: [Double] = []
  private let begun = ContinuousClock.now

  init(windows: TextWindows, threads: Int) {
    self.windows = windows
    self.threads = threads
  }

  mutating func score(_ rows: ScoredRows) {
    var surprises = [Double](repeating: 0, count: rows.rows.count)
    unsafe surprises.withUnsafeMutableBufferPointer { surprises in
      // Each row writes its own element.
      nonisolated(unsafe) let surprises = unsafe surprises
      rows.forEach(threads: threads) { index, logits, next in
        unsafe surprises[index] = LogSoftmax(logits).surprise(of: logits[next])
      }
    }
    take(surprises, rows)
  }

  mutating func save(_ rows: ScoredRows, to writer: LogitsFileWriter) throws(StartFailure) {
    let stride = PackedLogProbabilities.stride(vocabulary: rows.logits.vocabularyCount)
    var surprises = [Double](repeating: 0, count: rows.rows.count)
    var packed = [UInt16](repeating: 0, count: rows.rows.count * stride)
    unsafe surprises.withUnsafeMutableBufferPointer { surprises in
      unsafe packed.withUnsafeMutableBufferPointer { packed in
        // Each row writes its own element and its own run.
        nonisolated(unsafe) let surprises = unsafe surprises
        nonisolated(unsafe) let packed = unsafe packed
        rows.forEach(threads: threads) { index, logits, next in
          let softmax = LogSoftmax(logits)
          unsafe surprises[index] = softmax.surprise(of: logits[next])
          let run = unsafe UnsafeMutableBufferPointer(
            rebasing: packed[index * stride..<(index + 1) * stride])
          var row = unsafe run.mutableSpan
          PackedLogProbabilities.pack(logits, softmax, to: &row)
        }
      }
    }
    try writer.write(packed)
    take(surprises, rows)
  }

  mutating func compare(_ rows: ScoredRows, with base: LogitsFileReader) throws(StartFailure) {
    let packed = try base.rows(rows.rows.count)
    let stride = packed.count / max(1, rows.rows.count)
    var results = [RowDivergence](repeating: RowDivergence(), count: rows.rows.count)
    unsafe results.withUnsafeMutableBufferPointer { results in
      // Each row writes its own element.
      nonisolated(unsafe) let results = unsafe results
      rows.forEach(threads: threads) { index, logits, next in
        let row = packed.span.extracting(index * stride..<(index + 1) * stride)
        unsafe results[index] = RowDivergence(logits, base: row, next: next)
      }
    }
    for result in results { divergence.add(result) }
    note(rows, divergence.own)
  }

  private mutating func take(_ surprises: [Double], _ rows: ScoredRows) {
    for surprise in surprises { perplexity.add(surprise) }
    note(rows, perplexity)
  }

  private mutating func note(_ rows: ScoredRows, _ sum: PerplexitySum) {
    let done = sum.count / max(1, windows.scored)
    if sum.count % max(1, windows.scored) == 0 { running.append(sum.perplexity.value) }
    let total = windows.count
    let left = (ContinuousClock.now - begun) / max(1, done) * (total - done)
    let divergence = divergence.count > 0 ? divergence.meanDivergence : nil
    progress.show(
      "window \(done) of \(total), perplexity \(sum.perplexity.value.fixed(4))"
        + (divergence.map { ", KL divergence \($0.value.fixed(6))" } ?? "")
        + ", \(Self.clock(left)) left")
  }

  /// `1:02:03` or `2:03`.
  private static func clock(_ time: Duration) -> String {
    let seconds = Int(min(time.inSeconds, 1e9).rounded())
    let tail = "\(seconds / 60 % 60):" + String(seconds % 60).twoDigits
    return seconds < 3600
      ? tail : "\(seconds / 3600):" + String(seconds / 60 % 60).twoDigits + tail.suffix(3)
  }
}

extension String {
  fileprivate var twoDigits: String { count < 2 ? "0" + self : self }
}
