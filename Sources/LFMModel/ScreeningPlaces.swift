import CLFMKernels

/// Where the threads of a team screen the head's products: for every thread and row a strip of scores, the candidates
/// found so far, and pointers to where the kernels write. Grows with the rows asked for and is kept.
///
/// `@unchecked Sendable`: belongs to a `LogitsBuffer` and goes with it; inside a step, a thread uses its own places.
@safe final class ScreeningPlaces: @unchecked Sendable {
  /// Rows of the head that are multiplied at once, at most.
  static let strip = ForwardPass.mostRows
  /// Candidates of a row, of each thread.
  private static let capacity = 4 * Screening.most

  let threads: Int
  let rows: Int
  /// One a thread and row: [thread][row]
  private let screens: UnsafeMutablePointer<lfm_screen>
  /// [thread][row]
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  private let strips: UnsafeMutablePointer<Float>
  private let penalized: UnsafeMutablePointer<UInt64>
  private let words: Int
  private let memory: MappedPages

  /// - Throws: `ModelError` of kind `outOfMemory`.
  init(threads: Int, rows: Int, vocabularyCount: Int) throws(ModelError) {
    self.threads = threads
    self.rows = rows
    words = (vocabularyCount + 63) / 64
    let cells = threads * rows
    // Lines of the cache are not shared between threads but at the ends of a thread's places.
    let sizes = unsafe [
      cells * Self.capacity * MemoryLayout<lfm_candidate>.stride, cells * Self.capacity * 4,
      cells * Self.strip * 4, rows * words * 8, cells * MemoryLayout<lfm_screen>.stride, cells * 8,
    ].map { ($0 + 63) / 64 * 64 }
    guard let memory = MappedPages(bytes: sizes.reduce(0, +)) else {
      throw ModelError(
        .outOfMemory, "no memory to screen the logits of \(rows) rows; ask for fewer at a time")
    }
    self.memory = memory
    var places: [UnsafeMutableRawPointer] = unsafe []
    var offset = 0
    for size in sizes {
      unsafe places.append(memory.base + offset)
      offset += size
    }
    let kept = unsafe places[0].bindMemory(
      to: lfm_candidate.self, capacity: cells * Self.capacity)
    let scratch = unsafe places[1].bindMemory(to: Float.self, capacity: cells * Self.capacity)
    unsafe strips = places[2].bindMemory(to: Float.self, capacity: cells * Self.strip)
    unsafe penalized = places[3].bindMemory(to: UInt64.self, capacity: rows * words)
    unsafe screens = places[4].bindMemory(to: lfm_screen.self, capacity: cells)
    unsafe outputs = places[5].bindMemory(
      to: UnsafeMutablePointer<Float>?.self, capacity: cells)
    for cell in 0..<cells {
      unsafe screens[cell] = lfm_screen()
      unsafe screens[cell].capacity = Self.capacity
      unsafe screens[cell].kept = kept + cell * Self.capacity
      unsafe screens[cell].scratch = scratch + cell * Self.capacity
    }
  }

  private func cell(_ thread: Int, _ row: Int) -> Int { thread * rows + row }

  /// Ask for candidates of one row.
  func begin(_ screening: Screening, row: Int) {
    let bits = unsafe penalized + row * words
    let isPenalized = screening.penalty != 1 && !screening.penalized.isEmpty
    if isPenalized {
      for word in 0..<words {
        unsafe bits[word] = word < screening.penalized.count ? screening.penalized[word] : 0
      }
    }
    for thread in 0..<threads {
      let screen = unsafe screens + cell(thread, row)
      unsafe screen.pointee.penalized = isPenalized ? UnsafePointer(bits) : nil
      unsafe screen.pointee.penalty = screening.penalty
      unsafe screen.pointee.largest = max(0, min(screening.largest, Screening.most))
      unsafe screen.pointee.reach = screening.reach
      unsafe lfm_screen_begin(screen)
    }
  }

  /// Where the kernels write the products of the head's rows from `first` on, of each row of the step; `full` are the rows
  /// that are wanted whole.
  func outputs(
    _ thread: Int, first: Int, count: Int, full: (Int) -> UnsafeMutablePointer<Float>?
  ) -> UnsafePointer<UnsafeMutablePointer<Float>?> {
    let own = unsafe outputs + cell(thread, 0)
    for row in 0..<count {
      unsafe own[row] = full(row) ?? strips + cell(thread, row) * Self.strip - first
    }
    return unsafe UnsafePointer(own)
  }

  /// Screen what was written of one row.
  func screen(_ thread: Int, row: Int, _ range: Range<Int>) {
    let cell = cell(thread, row)
    unsafe lfm_screen_scores(
      screens + cell, strips + cell * Self.strip, Int32(truncatingIfNeeded: range.lowerBound),
      range.count)
  }

  /// What all threads found of one row; nil where that was too much to keep.
  func end(row: Int) -> ScreenedRow? {
    let screen = unsafe screens + cell(0, row)
    for thread in 1..<max(1, threads) {
      unsafe lfm_screen_join(screen, screens + cell(thread, row))
    }
    unsafe lfm_screen_end(screen)
    guard unsafe screen.pointee.overflowed == 0 else { return nil }
    let unsound = unsafe screen.pointee.unsound
    return unsafe ScreenedRow(
      unsound: unsound < 0 ? nil : unsound, count: screen.pointee.count,
      kept: UnsafePointer(screen.pointee.kept))
  }
}
