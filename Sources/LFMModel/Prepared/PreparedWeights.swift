import LFMCheckpoint

/// Weights laid out for the vector unit: a prepared file, mapped, or the same bytes packed into memory. Immutable.
///
/// Finds matrices; computes nothing. The checkpoint stays mapped beside it: vectors, routers, embedding rows and the
/// exact family are read there. `PreparedWeights+Opening.swift` finds the file, `Preparation.swift` makes it.
package final class PreparedWeights: Sendable {
  /// Where the packed groups are.
  package enum Home: Equatable, Sendable {
    /// In this file, mapped and shared with other processes.
    case file(String)
    /// In this process's own memory.
    case memory
  }

  package let home: Home
  /// Bytes of address space.
  package var mappedBytes: Int { memory.bytes }
  /// Bytes of packed matrices.
  package let packedBytes: Int
  /// The layout, for people: the version of the packed groups.
  package let layout: String

  private let memory: PreparedMemory
  private let matrices: [String: PackedMatrix]
  private let experts: [Int: Experts]

  /// The first expert's three matrices of a layer, and the bytes from an expert to the next.
  private struct Experts: Sendable {
    var gate: PackedMatrix
    var up: PackedMatrix
    var down: PackedMatrix
    var count: Int
    var stride: Int
  }

  /// - Parameter memory: at least `plan.fileBytes`, filled as the plan says.
  init(_ plan: PackedPlan, in memory: PreparedMemory, home: Home, packedVersion: UInt32) {
    precondition(memory.bytes >= plan.fileBytes)
    self.home = home
    self.memory = memory
    packedBytes = plan.packedBytes
    layout = "groups of \(PackedMatrix.groupRows) rows, version \(packedVersion)"
    let found = plan.extents.map { extent in
      unsafe PackedMatrix(
        base: memory.base + extent.offset, groupStride: extent.groupStride, rows: extent.rows,
        columns: extent.columns, type: Int32(extent.type))
    }
    experts = plan.experts.mapValues {
      Experts(
        gate: found[$0.gate], up: found[$0.up], down: found[$0.down],
        count: plan.extents[$0.gate].count, stride: plan.extents[$0.gate].matrixStride)
    }
    var matrices: [String: PackedMatrix] = [:]
    for (extent, matrix) in zip(plan.extents, found) where extent.matrixStride == 0 {
      matrices[extent.name] = matrix
    }
    self.matrices = matrices
  }

  /// A matrix by the name of its tensor (`TensorName`), or nil where it is not packed. Experts have a function of their
  /// own; the head has the name of the tensor that it is made from.
  func matrix(_ tensorName: String) -> PackedMatrix? { matrices[tensorName] }

  /// One expert's matrices, or nil where the layer's experts are not packed. The groups of gate and up alternate.
  func expert(
    layer: Int, _ index: Int
  ) -> (gate: PackedMatrix, up: PackedMatrix, down: PackedMatrix)? {
    guard let block = experts[layer], (0..<block.count).contains(index) else { return nil }
    let offset = index * block.stride
    return (
      block.gate.moved(by: offset), block.up.moved(by: offset), block.down.moved(by: offset)
    )
  }

  /// Bytes from an expert to the next of a layer, its whole extent; nil where they are not packed.
  func expertBytes(layer: Int) -> Int? { experts[layer]?.stride }

  /// Has everything read and mapped now. Slow from a cold disk: not on a queue that somebody waits for.
  ///
  /// - Returns: false when cancelled or refused; the pages then come at their first use.
  @discardableResult
  package func populate(isCancelled: () -> Bool = { false }) -> Bool {
    memory.populate(isCancelled: isCancelled)
  }

  /// What pages the mapping has now.
  package var pages: PageKinds { memory.pages }
}

extension PackedMatrix {
  fileprivate func moved(by offset: Int) -> PackedMatrix {
    unsafe PackedMatrix(
      base: base + offset, groupStride: groupStride, rows: rows, columns: columns, type: type)
  }
}
