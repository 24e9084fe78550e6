// Bytes that wait to be written. A value: it knows no descriptor, and says when to stop filling it.

/// What is to be written to a peer, in order, small pieces joined.
struct Outbox: Sendable {
  /// Pieces below this size are joined: a Unix socket takes only about 280 writes, however small, before it blocks.
  private static let joinLimit = 32 << 10

  private var pieces: [[UInt8]] = []
  private var firstPiece = 0
  private var firstByte = 0

  /// How many bytes wait.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    count += bytes.count
    if let last = pieces.indices.last, last >= firstPiece,
      pieces[last].count + bytes.count <= Self.joinLimit
    {
      pieces[last].append(contentsOf: bytes)
    } else {
      pieces.append(bytes)
    }
  }

  /// Hands the next contiguous bytes to `write`, which says how many of them it took.
  ///
  /// - Returns: what `write` returned; a negative number takes nothing.
  mutating func writeNext(_ write: (UnsafeRawBufferPointer) -> Int) -> Int {
    guard !isEmpty else { return 0 }
    let offset = firstByte
    let taken = unsafe pieces[firstPiece].withUnsafeBytes { bytes in
      unsafe write(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
    }
    if taken > 0 { drop(taken) }
    return taken
  }

  mutating func removeAll() {
    self = Outbox()
  }

  private mutating func drop(_ taken: Int) {
    count -= taken
    firstByte += taken
    guard firstByte >= pieces[firstPiece].count else { return }
    pieces[firstPiece] = []
    firstPiece += 1
    firstByte = 0
    if firstPiece == pieces.count {
      pieces.removeAll(keepingCapacity: pieces.count <= 64)
      firstPiece = 0
    } else if firstPiece >= 64 {
      pieces.removeFirst(firstPiece)
      firstPiece = 0
    }
  }
}
