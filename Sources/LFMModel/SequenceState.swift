import Synchronization

/// What the model remembers of one sequence: its KV pages, its convolution columns, and how many tokens are in them.
///
/// A step changes nothing that can be seen until it commits at its end: keys and values are written beyond
/// `position`, new convolution columns into the pending ones. A step that is cancelled or fails leaves the state as
/// it was.
///
/// `@unchecked Sendable`: belongs to one queue at a time and is handed over, never shared; a step marks it as busy
/// and refuses one that already is.
package final class SequenceState: @unchecked Sendable {
  package let pool: KVPool
  /// Committed tokens; the next token's position.
  package private(set) var position: Int
  /// The pages of positions 0 …, with those reserved beyond `position`.
  private(set) var pages: [KVPage]
  private(set) var convolution: ConvolutionColumns
  private(set) var pendingConvolution: ConvolutionColumns
  private let busy = Atomic<Bool>(false)

  /// The empty sequence. `Model.makeSequence(in:)` is the usual way here.
  init(pool: KVPool, convolutionCount: Int) {
    self.pool = pool
    position = 0
    pages = []
    convolution = ConvolutionColumns(
      count: convolutionCount, poisons: pool.poisons, cleared: true)
    pendingConvolution = ConvolutionColumns(
      count: convolutionCount, poisons: pool.poisons, cleared: false)
  }

  /// The sequence that a snapshot was taken of, as it was then. Costs the copy of the convolution columns; the tail
  /// page is copied when the next token is reserved.
  package init(restoring snapshot: SequenceSnapshot) {
    pool = snapshot.pool
    position = snapshot.position
    pages = snapshot.pages
    convolution = snapshot.convolution.copy()
    pendingConvolution = ConvolutionColumns(
      count: convolution.count, poisons: snapshot.pool.poisons, cleared: false)
  }

  /// Pages held, shared ones included.
  package var pageCount: Int { pages.count }

  /// New pages that `reserve` will take from the pool for this many more tokens (a shared tail page is copied).
  package func pagesNeeded(for tokens: Int) -> Int {
    let beyond = max(0, KVLayout.pages(for: position + max(0, tokens)) - pages.count)
    return beyond + (tokens > 0 && position % KVLayout.positionsPerPage != 0 ? 1 : 0)
  }

  /// Make room for this many tokens after `position`: pages that only this sequence holds.
  ///
  /// `Model.forward` does it too; the engine calls it first to learn on its own queue whether the pool suffices.
  /// - Throws: `ModelError` of kind `outOfPages`; pages got before the pool ran dry stay reserved.
  package func reserve(_ tokens: Int) throws(ModelError) {
    guard tokens > 0 else { return }
    let first = position / KVLayout.positionsPerPage
    let needed = KVLayout.pages(for: position + tokens)
    for index in first..<needed {
      if index < pages.count {
        if !isKnownUniquelyReferenced(&pages[index]) {
          guard let copy = pages[index].copy() else { throw exhausted(tokens) }
          pages[index] = copy
        }
      } else {
        guard let page = pool.allocate() else { throw exhausted(tokens) }
        pages.append(page)
      }
    }
  }

  /// Give back pages reserved beyond `position`.
  package func releaseReserve() {
    let kept = KVLayout.pages(for: position)
    if pages.count > kept { pages.removeLast(pages.count - kept) }
  }

  /// The state as it is now, to be restored any number of times. Shares the pages and copies the convolution columns.
  package func snapshot() -> SequenceSnapshot {
    SequenceSnapshot(
      pool: pool, position: position,
      pages: Array(pages.prefix(KVLayout.pages(for: position))), convolution: convolution.copy())
  }

  private func exhausted(_ tokens: Int) -> ModelError {
    ModelError(
      .outOfPages,
      "no key/value page is free for \(tokens) tokens at position \(position): all \(pool.capacity) are in use"
    )
  }

  // MARK: what a step does

  /// Mark the state as part of a step; false if it already is part of one.
  func beginStep() -> Bool {
    busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func endStep() { busy.store(false, ordering: .releasing) }

  /// The tokens of a finished step become part of the sequence.
  func commit(_ tokens: Int) {
    position += tokens
    swap(&convolution, &pendingConvolution)
  }

  /// Become the empty sequence.
  func commitStart() {
    unsafe pendingConvolution.values.update(repeating: 0, count: pendingConvolution.count)
    commitCut(to: 0)
  }

  /// Cut to an earlier position, whose convolution columns the pending ones are.
  func commitCut(to position: Int) {
    self.position = position
    swap(&convolution, &pendingConvolution)
    releaseReserve()
  }
}

/// A sequence at one position, immutable: pages shared, convolution columns its own.
package final class SequenceSnapshot: Sendable {
  package let pool: KVPool
  /// Tokens that the snapshot holds.
  package let position: Int
  /// The pages of those positions; the last one may be partly filled.
  package let pages: [KVPage]
  package let convolution: ConvolutionColumns

  init(pool: KVPool, position: Int, pages: [KVPage], convolution: ConvolutionColumns) {
    self.pool = pool
    self.position = position
    self.pages = pages
    self.convolution = convolution
  }

  /// Bytes that only this snapshot holds (the pages are counted by the pool).
  package var byteCount: Int { convolution.byteCount }
}
