import LFMCheckpoint

/// Which matrices of a checkpoint are packed, and where each lies: a pure function of its tensor table, so that a file
/// that was written by this plan is known by the same plan. Owns offsets; moves no bytes.
///
/// In the order that a token reads them: of each layer the operator's and the dense matrices, one behind the other, then
/// the experts, one extent each: groups of gate and up in turn, then the groups of down. The head comes last.
/// What is large (a layer's run, its block of experts, a matrix) begins at a multiple of a huge page.
struct PackedPlan: Equatable, Sendable {
  /// One tensor: `count` matrices (experts; 1 elsewhere) of `rows` × `columns`.
  struct Extent: Equatable, Sendable {
    var name: String
    /// GGUF's number.
    var type: UInt32
    var rows: Int
    var columns: Int
    var count: Int
    /// Bytes from the start of the file to the first group.
    var offset: Int
    /// Bytes from a group to the next one of the same matrix.
    var groupStride: Int
    /// Bytes from a matrix to that of the next expert; 0 where there is one.
    var matrixStride: Int

    var groups: Int { PackedMatrix.groups(ofRows: rows) }
  }

  /// Indices into `extents` of one layer's experts.
  struct Experts: Equatable, Sendable {
    var gate: Int
    var up: Int
    var down: Int
  }

  static let hugePage = 2 << 20
  /// From here on it begins at a huge page of its own.
  static let large = 2 * hugePage
  /// Bytes that are left for the head of the file beside its table: the fixed fields and a path.
  static let headRoom = 16 << 10

  private(set) var extents: [Extent] = []
  /// By layer.
  private(set) var experts: [Int: Experts] = [:]
  /// Where the first group lies.
  private(set) var dataStart = 0
  /// A multiple of a huge page, so that the last one is whole.
  private(set) var fileBytes = 0
  /// Bytes of packed groups, the gaps not counted.
  private(set) var packedBytes = 0

  var isEmpty: Bool { extents.isEmpty }

  /// - Parameter checkpoint: one whose tensors have the shapes that the hyperparameters ask for (`Weights` checks that).
  init(_ checkpoint: Checkpoint, _ hyperparameters: Hyperparameters, packing: GroupPacking) {
    for layer in 0..<hyperparameters.layers {
      let names = Self.matrices(ofLayer: layer, hyperparameters).map { TensorName.layer(layer, $0) }
      align(for: names.reduce(0) { $0 + Self.bytes(of: $1, checkpoint, packing) })
      for name in names { place(checkpoint, name, packing) }
      if layer >= hyperparameters.denseLayers {
        placeExperts(checkpoint, layer, hyperparameters.experts, packing)
      }
    }
    let isTied = checkpoint.tensor(ifPresent: TensorName.output) == nil
    place(checkpoint, isTied ? TensorName.embedding : TensorName.output, packing)
    shiftBehindHead()
  }

  /// The matrices beside the experts and their router, in the order of use.
  private static func matrices(
    ofLayer layer: Int, _ hyperparameters: Hyperparameters
  ) -> [TensorName.InLayer] {
    let operation: [TensorName.InLayer] =
      switch hyperparameters.operators[layer] {
      case .attention: [.query, .key, .value, .attentionOutput]
      case .shortConvolution: [.convolutionInput, .convolutionOutput]
      }
    return layer < hyperparameters.denseLayers ? operation + [.gate, .up, .down] : operation
  }

  private mutating func align(for bytes: Int) {
    if bytes >= Self.large { fileBytes = Self.roundUp(fileBytes, Self.hugePage) }
  }

  /// Packed; 0 where it is not.
  private static func bytes(
    of name: String, _ checkpoint: Checkpoint, _ packing: GroupPacking
  ) -> Int {
    guard let tensor = checkpoint.tensor(ifPresent: name) else { return 0 }
    return PackedMatrix.groups(ofRows: tensor.rowCount)
      * packing.groupBytes(Int32(tensor.type.rawValue), tensor.rowLength)
  }

  private mutating func place(_ checkpoint: Checkpoint, _ name: String, _ packing: GroupPacking) {
    guard let tensor = checkpoint.tensor(ifPresent: name) else { return }
    let group = packing.groupBytes(Int32(tensor.type.rawValue), tensor.rowLength)
    guard group > 0 else { return }
    let bytes = PackedMatrix.groups(ofRows: tensor.rowCount) * group
    align(for: bytes)
    extents.append(
      Extent(
        name: name, type: tensor.type.rawValue, rows: tensor.rowCount, columns: tensor.rowLength,
        count: 1, offset: fileBytes, groupStride: group, matrixStride: 0))
    fileBytes += bytes
    packedBytes += bytes
  }

  /// All three tensors or none: an expert is one extent.
  private mutating func placeExperts(
    _ checkpoint: Checkpoint, _ layer: Int, _ count: Int, _ packing: GroupPacking
  ) {
    let names = [TensorName.InLayer.expertGates, .expertUps, .expertDowns]
    let tensors = names.compactMap {
      checkpoint.tensor(ifPresent: TensorName.layer(layer, $0))
    }
    let sizes = tensors.map { packing.groupBytes(Int32($0.type.rawValue), $0.rowLength) }
    guard tensors.count == 3, sizes.allSatisfy({ $0 > 0 }) else { return }
    let rows = tensors.map { $0.rowCount / count }
    let pair = sizes[0] + sizes[1]
    let pairs = PackedMatrix.groups(ofRows: rows[0]) * pair
    let stride = pairs + PackedMatrix.groups(ofRows: rows[2]) * sizes[2]
    align(for: count * stride)
    let offsets = [fileBytes, fileBytes + sizes[0], fileBytes + pairs]
    let strides = [pair, pair, sizes[2]]
    experts[layer] = Experts(
      gate: extents.count, up: extents.count + 1, down: extents.count + 2)
    for index in 0..<3 {
      extents.append(
        Extent(
          name: tensors[index].name, type: tensors[index].type.rawValue, rows: rows[index],
          columns: tensors[index].rowLength, count: count, offset: offsets[index],
          groupStride: strides[index], matrixStride: stride))
    }
    fileBytes += count * stride
    packedBytes += count * stride
  }

  /// The table's size is known only now.
  private mutating func shiftBehindHead() {
    guard !extents.isEmpty else { return }
    let table = extents.reduce(0) { $0 + PreparedHead.bytes(ofExtentNamed: $1.name) }
    dataStart = Self.roundUp(Self.headRoom + table, Self.hugePage)
    for index in extents.indices { extents[index].offset += dataStart }
    fileBytes = Self.roundUp(fileBytes + dataStart, Self.hugePage)
  }

  static func roundUp(_ value: Int, _ multiple: Int) -> Int {
    (value + multiple - 1) / multiple * multiple
  }
}
