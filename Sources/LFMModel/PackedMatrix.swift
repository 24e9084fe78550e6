import CLFMKernels

/// A matrix in packed groups of 16 rows, as `lfm_pack_group` lays them out; the last group is filled up with zero rows.
///
/// `@unchecked Sendable`: the memory is read-only from the moment that anybody sees this value. It is valid while the
/// `PreparedWeights` that gave it is alive: whoever keeps this keeps that.
@safe struct PackedMatrix: @unchecked Sendable {
  /// The first group; aligned to 64 bytes.
  let base: UnsafePointer<UInt8>
  /// Bytes from one group to the next. Where the groups of gate and up alternate, this is the size of both.
  let groupStride: Int
  let rows: Int
  let columns: Int
  /// GGUF's number of the type that was packed.
  let type: Int32

  /// Rows of a group.
  static let groupRows = 16

  /// What the kernels take.
  ///
  /// - Parameter kind: of the panels that it is multiplied with.
  func raw(kind: Int32) -> lfm_packed {
    unsafe lfm_packed(
      data: base, group_stride: groupStride, rows: rows, columns: columns, type: type, kind: kind)
  }

  var groups: Int { Self.groups(ofRows: rows) }

  /// The groups that so many rows make.
  static func groups(ofRows rows: Int) -> Int { (rows + groupRows - 1) / groupRows }
}
