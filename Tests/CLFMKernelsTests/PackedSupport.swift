import CLFMKernels

/// A matrix packed into memory of its own, and calls of the fast products on it.
struct PackedTestMatrix {
  let plain: TestMatrix
  /// Of the activations that it is multiplied with.
  let kind: Int32
  private let groupBytes: Int
  private let groups: [UInt64]

  /// - Parameter kind: `nil` for the type's own.
  init(_ plain: TestMatrix, _ kind: Int32? = nil) {
    self.plain = plain
    let type = Int32(plain.type.number)
    self.kind = kind ?? lfm_panel_kind_of(type)
    let bytes = Int(lfm_packed_group_bytes(type, plain.columns))
    groupBytes = bytes
    let count = (plain.rows + 15) / 16
    let rowBytes = plain.columns / plain.type.elements * plain.type.bytes
    var groups = [UInt64](repeating: .max, count: count * bytes / 8)
    unsafe groups.withUnsafeMutableBytes { out in
      unsafe plain.bytes.withUnsafeBufferPointer { rows in
        for group in 0..<count {
          unsafe lfm_pack_group(
            type, rows.baseAddress! + group * 16 * rowBytes, rowBytes,
            min(16, plain.rows - group * 16), plain.columns,
            out.baseAddress!.assumingMemoryBound(to: UInt8.self) + group * bytes)
        }
      }
    }
    self.groups = groups
  }

  private func with<R>(_ body: (UnsafePointer<lfm_packed>) -> R) -> R {
    unsafe groups.withUnsafeBytes { bytes in
      var packed = unsafe lfm_packed(
        data: bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), group_stride: groupBytes,
        rows: plain.rows, columns: plain.columns, type: Int32(plain.type.number),
        kind: kind)
      return unsafe body(&packed)
    }
  }

  /// outputs[column][row]; with another matrix, silu of this one's results times that one's.
  func product(
    _ set: PackedSet, _ inputs: [[Float]], gatedWith up: PackedTestMatrix? = nil
  ) -> [[Float]] {
    let bytes = Int(lfm_panel_column_bytes(kind, plain.columns))
    var panels = [UInt8](repeating: 0, count: bytes * inputs.count)
    for first in stride(from: 0, to: inputs.count, by: 8) {
      let some = inputs[first..<min(first + 8, inputs.count)]
      var words = [UInt8](repeating: 0, count: bytes * some.count)
      for (index, input) in some.enumerated() {
        unsafe words.withUnsafeMutableBufferPointer {
          unsafe lfm_quantize_column(
            set.kernels, kind, input, plain.columns, $0.baseAddress! + index * bytes)
        }
      }
      unsafe words.withUnsafeBufferPointer { words in
        let columns: [UnsafePointer<UInt8>?] = unsafe some.indices.map {
          unsafe words.baseAddress! + ($0 - first) * bytes
        }
        unsafe panels.withUnsafeMutableBufferPointer {
          unsafe lfm_interleave_panel(
            set.kernels, columns, some.count, bytes, $0.baseAddress! + first * bytes)
        }
      }
    }
    let rows = plain.rows
    var out = [Float](repeating: .nan, count: inputs.count * rows)
    unsafe out.withUnsafeMutableBufferPointer { out in
      let to: [UnsafeMutablePointer<Float>?] = unsafe inputs.indices.map {
        unsafe out.baseAddress! + $0 * rows
      }
      let end = (rows + 15) / 16
      unsafe with { matrix in
        if let up {
          unsafe up.with {
            unsafe lfm_packed_gate(set.kernels, matrix, $0, 0, end, panels, to, inputs.count)
          }
        } else {
          // In two parts, as the team would.
          unsafe lfm_packed_product(set.kernels, matrix, 0, end / 2, panels, to, inputs.count)
          unsafe lfm_packed_product(set.kernels, matrix, end / 2, end, panels, to, inputs.count)
        }
      }
    }
    return inputs.indices.map { Array(out[$0 * rows..<($0 + 1) * rows]) }
  }
}
