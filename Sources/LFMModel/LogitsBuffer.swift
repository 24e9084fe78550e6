/// The logits that a step was asked for: rows of `vocabularyCount` floats, of which only what a sampler may choose is
/// there where it asked for no more (`Screening`), and nothing for other rows.
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
  private(set) var places: ScreeningPlaces?
  private var screened: [ScreenedRow?] = []

  package init(vocabularyCount: Int) {
    self.vocabularyCount = vocabularyCount
  }

  /// The candidates of one row that was asked for by a `Screening`; nil where the whole row is there: it was not, or
  /// there were too many to keep.
  package func screened(_ row: Int) -> ScreenedRow? {
    screened.indices.contains(row) ? screened[row] : nil
  }

  /// The logits of one row, to read, or to change in place (a sampler's penalties).
  ///
  /// - Precondition: `row < rowCount`.
  package func withRow<R: ~Copyable, E: Error>(
    _ row: Int, _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(row >= 0 && row < rowCount && screened(row) == nil, "no such row of logits")
    var span = unsafe MutableSpan(
      _unsafeStart: base + row * vocabularyCount, count: vocabularyCount)
    return try body(&span)
  }

  /// One row as an array: for tests and for callers that keep it.
  package func row(_ row: Int) -> [Float] {
    precondition(row >= 0 && row < rowCount && screened(row) == nil, "no such row of logits")
    return unsafe Array(
      UnsafeBufferPointer(start: base + row * vocabularyCount, count: vocabularyCount))
  }

  /// Fewer rows than prepared: some segments were cancelled.
  func shrink(toRows rows: Int) { rowCount = min(rows, rowCount) }

  var base: UnsafeMutablePointer<Float> {
    unsafe memory!.base.assumingMemoryBound(to: Float.self)
  }

  /// Make room to screen this many rows on so many threads.
  func prepareScreening(rows: Int, threads: Int) throws(ModelError) {
    if let places, places.rows >= rows, places.threads >= threads { return }
    places = nil
    places = try ScreeningPlaces(threads: threads, rows: rows, vocabularyCount: vocabularyCount)
  }

  /// What was found of one row; nil: it is there as a whole.
  func set(_ found: ScreenedRow?, row: Int) {
    while screened.count <= row { screened.append(nil) }
    screened[row] = found
  }

  /// Make room for this many rows; earlier content is lost. Rows that are screened take only addresses.
  func prepare(rows: Int) throws(ModelError) {
    rowCount = 0
    screened.removeAll(keepingCapacity: true)
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
