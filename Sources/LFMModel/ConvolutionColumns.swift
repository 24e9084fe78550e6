/// The state of all short convolutions at one position: the last columns of B ⊙ X, `[layer][column][hidden]` in f32,
/// the older column first. 288 KiB for LFM2.5-8B-A1B.
///
/// `@unchecked Sendable`: written only while exactly one `SequenceState` holds it (its pending columns during a step);
/// a snapshot holds a copy that nobody writes.
@safe package final class ConvolutionColumns: @unchecked Sendable {
  /// Floats in all.
  let count: Int
  let values: UnsafeMutablePointer<Float>
  private let poisons: Bool

  /// Zeros, which is the state before position 0 (or NaN, where a test wants to see any read before a write).
  init(count: Int, poisons: Bool, cleared: Bool) {
    self.count = count
    self.poisons = poisons
    unsafe values = .allocate(capacity: max(1, count))
    unsafe values.initialize(repeating: cleared || !poisons ? 0 : .nan, count: max(1, count))
  }

  deinit {
    if poisons { unsafe values.update(repeating: .nan, count: count) }
    unsafe values.deallocate()
  }

  /// Another of the same content.
  func copy() -> ConvolutionColumns {
    let other = ConvolutionColumns(count: count, poisons: poisons, cleared: true)
    unsafe other.values.update(from: values, count: count)
    return other
  }

  /// Bytes of memory.
  package var byteCount: Int { count * MemoryLayout<Float>.stride }
}
