/// A sequence with memory of its own: for measurements, where sharing pages would flatter.
extension SequenceSnapshot {
  /// The same sequence in other pages.
  ///
  /// - Throws: `ModelError` of kind `outOfPages`.
  package func copyingPages() throws(ModelError) -> SequenceSnapshot {
    var copies: [KVPage] = []
    for page in pages {
      guard let copy = page.copy() else {
        throw ModelError(
          .outOfPages, "no key/value page is free for a copy: all \(pool.capacity) are in use")
      }
      copies.append(copy)
    }
    return SequenceSnapshot(
      pool: pool, position: position, pages: copies, convolution: convolution.copy())
  }
}
