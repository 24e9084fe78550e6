import CLFMKernels
import LFMCheckpoint

/// A matrix of weights as the file stores it, in place: rows of `columns` weights.
///
/// Valid while the `Weights` that it belongs to are alive. It does not hold the mapping itself, nor anything else that is
/// counted: threads copy it for every piece of a product, and would fight over the count.
///
/// `@unchecked Sendable`: the bytes are a read-only mapping.
@safe struct Matrix: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let type: TensorType
  /// What the kernels take.
  let raw: lfm_matrix
  /// The kind of 8-bit columns that the fast family multiplies it with; `LFM_PANEL_NONE` where it does not.
  private(set) var panelKind: Int32
  /// The same weights prepared, where they are.
  private(set) var prepared: PackedMatrix?

  /// Where the bytes lie that a product reads, and how many they are.
  ///
  /// - Parameter isPacked: in the prepared form, if there is one; where the groups of gate and up alternate, the bytes
  ///   between its groups are those of the other matrix.
  @unsafe func memory(isPacked: Bool) -> (start: UnsafePointer<UInt8>, count: Int) {
    if isPacked, let prepared {
      return unsafe (prepared.base, prepared.groups * prepared.groupStride)
    }
    return unsafe (raw.data, rows * raw.row_bytes)
  }

  /// Rows `from ..< from + rows` of a tensor whose shape and type were checked.
  ///
  /// - Parameter bytes: the tensor's data, whose mapping the caller keeps alive.
  init(_ tensor: TensorEntry, _ bytes: MappedBytes, from: Int, rows: Int) {
    self.rows = rows
    columns = tensor.rowLength
    type = tensor.type
    let start = unsafe bytes.baseAddress + from * tensor.bytesPerRow
    unsafe raw = lfm_matrix(
      data: start.assumingMemoryBound(to: UInt8.self), row_bytes: tensor.bytesPerRow,
      columns: tensor.rowLength, type: Int32(tensor.type.rawValue))
    panelKind = lfm_panel_kind_of(Int32(tensor.type.rawValue))
  }

  /// This matrix for activations that keep more of what they are: with as many scales as its weights have.
  var withFineInputs: Matrix {
    var copy = self
    copy.panelKind = lfm_fine_panel_kind_of(Int32(type.rawValue))
    return copy
  }

  /// This matrix with its prepared form. A prepared one of another shape is left out.
  func with(_ prepared: PackedMatrix?) -> Matrix {
    guard let prepared, prepared.rows == rows, prepared.columns == columns,
      prepared.type == Int32(type.rawValue)
    else { return self }
    var copy = self
    copy.prepared = prepared
    return copy
  }
}

/// A small array of f32 weights, copied out of the file.
///
/// `@unchecked Sendable`: written once, before anybody else sees it.
@safe final class Vector: @unchecked Sendable {
  let count: Int
  let values: UnsafePointer<Float>

  init(_ array: [Float]) {
    count = array.count
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(1, array.count))
    for index in array.indices { unsafe (copy + index).initialize(to: array[index]) }
    unsafe values = UnsafePointer(copy)
  }

  deinit { unsafe values.deallocate() }
}
