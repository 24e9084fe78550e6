import CLFMKernels

/// How rows of a checkpoint become packed groups: the sizes, the layout's version, and the function that does it.
///
/// A value, so that the files and their checks are tested apart from the kernels.
@safe struct GroupPacking: Sendable {
  /// Changes whenever the packed bytes do.
  var version: UInt32
  /// Bytes of one group of rows of this type and length, a multiple of 64; 0 where the type is not packed.
  var groupBytes: @Sendable (_ type: Int32, _ columns: Int) -> Int
  /// Packs 1 to 16 consecutive rows into a group's bytes, which are 64-byte aligned.
  var pack:
    @Sendable (
      _ type: Int32, _ rows: UnsafePointer<UInt8>, _ rowBytes: Int, _ rowCount: Int, _ columns: Int,
      _ out: UnsafeMutablePointer<UInt8>
    ) -> Void

  /// The kernels' own.
  static let kernels = unsafe GroupPacking(
    version: UInt32(LFM_PACKED_VERSION),
    groupBytes: { type, columns in
      columns > 0 ? lfm_packed_group_bytes(type, columns) : 0
    },
    pack: { type, rows, rowBytes, rowCount, columns, out in
      unsafe lfm_pack_group(type, rows, rowBytes, rowCount, columns, out)
    })
}
