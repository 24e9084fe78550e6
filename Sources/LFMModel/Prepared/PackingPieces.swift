import LFMCheckpoint

/// The work of packing, cut into pieces of the prepared file that threads take in any order. Reads the checkpoint, writes
/// where it is told; opens no file.
///
/// A piece is whole huge pages of the file: written at once, it gets huge pages in the page cache (measured: writes that
/// begin elsewhere get half of them). A group that lies across the border of two pieces is packed for each.
///
/// `@unchecked Sendable`: constants all; the source pointers are into the checkpoint's read-only mapping, which the
/// checkpoint in here keeps alive.
@safe final class PackingPieces: @unchecked Sendable {
  /// Bytes of a piece, the last one perhaps shorter.
  static let pieceBytes = 2 * PackedPlan.hugePage

  /// Groups one behind the other: those of one matrix, or of a gate and its up in turn.
  @safe private struct Run {
    var offset: Int
    /// Of one group, or of both.
    var stride: Int
    var groups: Int
    var sources: [Source]

    var end: Int { offset + stride * groups }
  }

  /// One matrix of the checkpoint.
  @safe private struct Source {
    var extent: PackedPlan.Extent
    var groupBytes: Int
    var rowBytes: Int
    var rows: UnsafePointer<UInt8>
  }

  let count: Int
  /// Room for one run's groups, for `pack`.
  let scratchBytes: Int
  private let checkpoint: Checkpoint
  private let packing: GroupPacking
  private let plan: PackedPlan
  /// In the order of the file.
  private let runs: [Run]

  /// - Throws: `ModelError` where a tensor has too few bytes, which `Weights` would have found.
  init(_ checkpoint: Checkpoint, _ plan: PackedPlan, packing: GroupPacking) throws(ModelError) {
    self.checkpoint = checkpoint
    self.packing = packing
    self.plan = plan
    let experts = Dictionary(uniqueKeysWithValues: plan.experts.values.map { ($0.gate, $0) })
    var runs: [Run] = []
    var index = 0
    while index < plan.extents.count {
      let together = experts[index].map { [[$0.gate, $0.up], [$0.down]] } ?? [[index]]
      for matrix in 0..<plan.extents[index].count {
        for indices in together {
          let extents = indices.map { plan.extents[$0] }
          runs.append(try Self.run(checkpoint, extents, matrix: matrix, packing))
        }
      }
      index += together.joined().count
    }
    self.runs = runs
    scratchBytes = runs.map(\.stride).max() ?? 0
    count = (plan.fileBytes - plan.dataStart + Self.pieceBytes - 1) / Self.pieceBytes
  }

  private static func run(
    _ checkpoint: Checkpoint, _ extents: [PackedPlan.Extent], matrix: Int, _ packing: GroupPacking
  ) throws(ModelError) -> Run {
    var sources: [Source] = []
    for extent in extents {
      guard let tensor = checkpoint.tensor(ifPresent: extent.name),
        let bytes = try? checkpoint.bytes(of: tensor),
        bytes.count >= extent.count * extent.rows * tensor.bytesPerRow
      else {
        throw ModelError(.badTensor, "\(checkpoint.path): tensor \(extent.name) has too few bytes")
      }
      let start = unsafe bytes.baseAddress + matrix * extent.rows * tensor.bytesPerRow
      unsafe sources.append(
        Source(
          extent: extent, groupBytes: packing.groupBytes(Int32(extent.type), extent.columns),
          rowBytes: tensor.bytesPerRow, rows: start.assumingMemoryBound(to: UInt8.self)))
    }
    let first = extents[0]
    return Run(
      offset: first.offset + matrix * first.matrixStride, stride: first.groupStride,
      groups: first.groups, sources: sources)
  }

  /// Where a piece lies, in bytes from the start of the file.
  func range(of piece: Int) -> Range<Int> {
    let start = plan.dataStart + piece * Self.pieceBytes
    return start..<min(start + Self.pieceBytes, plan.fileBytes)
  }

  /// Writes all of a piece's bytes, the gaps between matrices as zeros.
  ///
  /// - Parameters:
  ///   - out: room for the piece, aligned to 64 bytes.
  ///   - scratch: room for `scratchBytes`, aligned likewise, for this call alone.
  func pack(
    piece: Int, to out: UnsafeMutablePointer<UInt8>, scratch: UnsafeMutablePointer<UInt8>
  ) {
    let range = range(of: piece)
    var written = range.lowerBound
    for run in runs[firstRun(endingAfter: range.lowerBound)...] {
      guard run.offset < range.upperBound else { break }
      let start = max(run.offset, range.lowerBound)
      if start > written {
        unsafe (out + written - range.lowerBound).update(repeating: 0, count: start - written)
      }
      written = min(run.end, range.upperBound)
      let first = (start - run.offset) / run.stride
      let end = (written - run.offset + run.stride - 1) / run.stride
      for group in first..<end {
        let place = run.offset + group * run.stride
        if place >= range.lowerBound, place + run.stride <= range.upperBound {
          unsafe pack(group, of: run, to: out + place - range.lowerBound)
        } else {
          unsafe pack(group, of: run, to: scratch)
          let from = max(place, range.lowerBound)
          let count = min(place + run.stride, range.upperBound) - from
          unsafe (out + from - range.lowerBound).update(from: scratch + from - place, count: count)
        }
      }
    }
    if written < range.upperBound {
      let rest = range.upperBound - written
      unsafe (out + written - range.lowerBound).update(repeating: 0, count: rest)
    }
  }

  private func pack(_ group: Int, of run: Run, to out: UnsafeMutablePointer<UInt8>) {
    var place = unsafe out
    let row = group * PackedMatrix.groupRows
    for source in run.sources {
      unsafe packing.pack(
        Int32(source.extent.type), source.rows + row * source.rowBytes, source.rowBytes,
        min(PackedMatrix.groupRows, source.extent.rows - row), source.extent.columns, place)
      unsafe place += source.groupBytes
    }
  }

  /// The first run of which anything lies behind `offset`, by halving.
  private func firstRun(endingAfter offset: Int) -> Int {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].end > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
