import LFMCheckpoint

/// The work of packing, cut into pieces that threads can take in any order: each fills a run of bytes of the prepared
/// file. Reads the checkpoint, writes where it is told; opens no file.
///
/// `@unchecked Sendable`: constants all; the source pointers are into the checkpoint's read-only mapping, which the
/// checkpoint in here keeps alive.
@safe final class PackingPieces: @unchecked Sendable {
  /// Groups `groups` of one matrix, or of a gate and its up in turn.
  struct Piece: Sendable {
    /// Bytes from the start of the file, and how many.
    var offset: Int
    var bytes: Int
    fileprivate var groups: Range<Int>
    fileprivate var sources: [Source]
  }

  /// One matrix of the checkpoint.
  fileprivate struct Source: Sendable {
    var tensor: Int
    /// Which of the tensor's matrices.
    var matrix: Int
    var groupBytes: Int
  }

  /// In the order of the file.
  let pieces: [Piece]
  /// Of the largest.
  let mostBytes: Int
  private let checkpoint: Checkpoint
  private let packing: GroupPacking
  private let extents: [PackedPlan.Extent]
  private let data: [MappedBytes]

  /// What a piece has at least one group of, and otherwise at most: large enough for a disk and for a file's huge pages.
  private static let target = 4 << 20

  /// - Throws: `ModelError` where a tensor has no bytes, which `Weights` would have found.
  init(_ checkpoint: Checkpoint, _ plan: PackedPlan, packing: GroupPacking) throws(ModelError) {
    self.checkpoint = checkpoint
    self.packing = packing
    extents = plan.extents
    var data: [MappedBytes] = []
    for extent in plan.extents {
      guard let tensor = checkpoint.tensor(ifPresent: extent.name),
        let bytes = try? checkpoint.bytes(of: tensor),
        bytes.count >= extent.count * extent.rows * tensor.bytesPerRow
      else {
        throw ModelError(.badTensor, "\(checkpoint.path): tensor \(extent.name) has too few bytes")
      }
      data.append(bytes)
    }
    self.data = data
    var pieces: [Piece] = []
    var index = 0
    while index < plan.extents.count {
      if let experts = plan.experts.values.first(where: { $0.gate == index }) {
        Self.addExperts(experts, plan.extents, packing, to: &pieces)
        index += 3
      } else {
        Self.add([index], matrix: 0, plan.extents, packing, to: &pieces)
        index += 1
      }
    }
    self.pieces = pieces
    mostBytes = pieces.map(\.bytes).max() ?? 0
  }

  private static func addExperts(
    _ experts: PackedPlan.Experts, _ extents: [PackedPlan.Extent], _ packing: GroupPacking,
    to pieces: inout [Piece]
  ) {
    for matrix in 0..<extents[experts.gate].count {
      add([experts.gate, experts.up], matrix: matrix, extents, packing, to: &pieces)
      add([experts.down], matrix: matrix, extents, packing, to: &pieces)
    }
  }

  /// Cuts one matrix, or two that alternate, at whole groups.
  private static func add(
    _ tensors: [Int], matrix: Int, _ extents: [PackedPlan.Extent], _ packing: GroupPacking,
    to pieces: inout [Piece]
  ) {
    let first = extents[tensors[0]]
    let sources = tensors.map { index in
      Source(
        tensor: index, matrix: matrix,
        groupBytes: packing.groupBytes(Int32(extents[index].type), extents[index].columns))
    }
    let step = max(1, target / max(1, first.groupStride))
    for from in stride(from: 0, to: first.groups, by: step) {
      let groups = from..<min(from + step, first.groups)
      pieces.append(
        Piece(
          offset: first.offset + matrix * first.matrixStride + from * first.groupStride,
          bytes: groups.count * first.groupStride, groups: groups, sources: sources))
    }
  }

  /// Writes a piece's bytes to `out`, which is aligned to 64 bytes and has room for them.
  func pack(_ piece: Piece, to out: UnsafeMutablePointer<UInt8>) {
    var place = unsafe out
    for group in piece.groups {
      for source in piece.sources {
        let extent = extents[source.tensor]
        let rowBytes = data[source.tensor].count / (extent.count * extent.rows)
        let row = group * PackedMatrix.groupRows
        let start = (source.matrix * extent.rows + row) * rowBytes
        let rows = unsafe data[source.tensor].baseAddress + start
        unsafe packing.pack(
          Int32(extent.type), rows.assumingMemoryBound(to: UInt8.self), rowBytes,
          min(PackedMatrix.groupRows, extent.rows - row), extent.columns, place)
        unsafe place += source.groupBytes
      }
    }
  }
}
