/// The last bytes of an output, from the beginning of a key that is being read.
///
/// Owns their place in the output.
struct KeyText: Sendable {
  private var bytes: [UInt8] = []
  /// How many bytes of the output stand before `bytes`.
  private var start = 0

  /// Of the output.
  var length: Int { start + bytes.count }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }

  /// Takes back what came after so many bytes of the output, which have not been forgotten.
  mutating func cut(to length: Int) { bytes.removeLast(self.length - length) }

  /// Forgets what stands before a place in the output.
  mutating func forget(before place: Int) {
    bytes.removeFirst(place - start)
    start = place
  }

  func bytes(from place: Int) -> ArraySlice<UInt8> { bytes[(place - start)...] }
}
