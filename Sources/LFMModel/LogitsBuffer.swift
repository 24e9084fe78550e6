/// The logits that a step was asked for: rows of `vocabularyCount` floats, and nothing for other rows.
///
/// Kept by the caller and given to step after step, so that a decode allocates nothing once it has grown.
///
/// `@unchecked Sendable`: handed over with the step, from the queue that computes to the one that samples, never
/// shared.
package final class LogitsBuffer: @unchecked Sendable {
  package let vocabularyCount: Int
  /// Rows that hold logits.
  package private(set) var rowCount = 0
  private var capacity = 0
  private var memory: MappedPages?

  package init(vocabularyCount: Int) {
    self.vocabularyCount = vocabularyCount
  }

  /// The logits of one row, to read, or to change in place (a sampler's penalties).
  ///
  /// - Precondition: `row < rowCount`.
  package func withRow<R: ~Copyable, E: Error>(
    _ row: Int, _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(row >= 0 && row < rowCount, "no such row of logits")
    var span = unsafe MutableSpan(
      _unsafeStart: base + row * vocabularyCount, count: vocabularyCount)
    return try body(&span)
  }

  /// One row as an array: for tests and for callers that keep it.
  package func row(_ row: Int) -> [Float] {
    precondition(row >= 0 && row < rowCount, "no such row of logits")
    return unsafe Array(
      UnsafeBufferPointer(start: base + row * vocabularyCount, count: vocabularyCount))
  }

  /// Fewer rows than prepared: some segments were cancelled.
  func shrink(toRows rows: Int) { rowCount = min(rows, rowCount) }

  var base: UnsafeMutablePointer<Float> {
    unsafe memory!.base.assumingMemoryBound(to: Float.self)
  }

  /// Make room for this many rows; earlier content is lost.
  func prepare(rows: Int) throws(ModelError) {
    rowCount = 0
    if rows > capacity {
      memory = nil
      capacity = 0
      let (floats, overflow) = rows.multipliedReportingOverflow(by: vocabularyCount)
      guard !overflow, floats < Int.max / 8, let mapped = MappedPages(bytes: floats * 4) else {
        throw ModelError(
          .outOfMemory, "no memory for the logits of \(rows) rows; ask for fewer at a time")
      }
      memory = mapped
      capacity = rows
    }
    rowCount = rows
  }
}
