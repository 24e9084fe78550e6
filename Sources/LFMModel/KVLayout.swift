/// Where keys and values lie inside a page of 64 positions. Offsets only; the memory is `KVPool`'s.
///
/// A page holds, for every attention layer and key/value head in turn, first the keys as
/// `[head dimension][64 positions]` (so that 64 scores are computed without a horizontal sum), then the values as
/// `[64 positions][head dimension]`; of 16-bit integers, dimensions and positions go in pairs (`LFM_KV_I16`). Of integers and
/// bytes, each of the two is followed by 64 scales, one a position.
package struct KVLayout: Equatable, Sendable {
  /// How an element is stored. `float32` is the exact family's; `float16` halves the memory and rounds keys and
  /// values to 11 bits, once, when they are stored; `int16` takes as much and rounds to 13 bits of the largest, with a
  /// float32 scale for each position of each head. `bytes` halves it again, nearly: 8 bits, and such a scale.
  package enum Element: Int32, Sendable {
    case float32 = 0
    case float16 = 1
    case bytes = 2
    case int16 = 3

    /// Bytes of one head's key (or value) at one position, its scale included.
    package func bytes(dimension: Int) -> Int {
      switch self {
      case .float32: 4 * dimension
      case .float16: 2 * dimension
      case .bytes: dimension + 4
      case .int16: (dimension + 1) / 2 * 4 + 4
      }
    }
  }

  /// Positions in a page.
  package static let positionsPerPage = 64

  package let element: Element
  package let headDimension: Int
  /// Key/value heads of each attention layer, in layer order.
  package let headsPerLayer: [Int]
  /// Bytes from a page's start to the keys of each attention layer's first head.
  let layerOffsets: [Int]
  /// Bytes of one page, a multiple of 64.
  package let pageBytes: Int

  /// - Parameter headsPerLayer: the key/value heads of each attention layer; values already bounded by
  ///   `Hyperparameters`, so that no product here overflows.
  package init(headsPerLayer: [Int], headDimension: Int, element: Element) {
    self.element = element
    self.headDimension = headDimension
    self.headsPerLayer = headsPerLayer
    var offset = 0
    var offsets: [Int] = []
    for heads in headsPerLayer {
      offsets.append(offset)
      offset += heads * 2 * Self.positionsPerPage * element.bytes(dimension: headDimension)
    }
    layerOffsets = offsets
    pageBytes = max(64, (offset + 63) / 64 * 64)
  }

  /// Bytes of one head's keys (or values) in a page.
  var headBytes: Int { Self.positionsPerPage * element.bytes(dimension: headDimension) }

  /// Bytes from a page's start to the keys of one head; its values follow `headBytes` later.
  func keyOffset(attentionLayer: Int, head: Int) -> Int {
    layerOffsets[attentionLayer] + head * 2 * headBytes
  }

  /// Pages that hold this many positions.
  package static func pages(for positions: Int) -> Int {
    (positions + positionsPerPage - 1) / positionsPerPage
  }
}
