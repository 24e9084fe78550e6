/// A file of tensors, opened and checked: its metadata, its tensor table, and the bytes of its tensors, mapped and never
/// copied. Owns the mapping; knows nothing of any architecture. GGUF is the one format read today.
package final class Checkpoint: Sendable {
  /// What a caller needs the file to hold.
  package enum Contents: Sendable {
    /// Metadata, tensor table and the data of every tensor: to compute with.
    case tensorData
    /// Metadata and tensor table: to list them, or to tokenize. The data may be absent altogether, but not in part.
    case metadata
  }

  /// Version of the GGUF format.
  package let version: Int
  /// Bytes to whose multiples tensor data are aligned, counted from ``tensorDataStart``.
  package let alignment: Int
  package let metadata: Metadata
  /// All tensors, in the file's order.
  package let tensors: [TensorEntry]
  /// Where the tensor data begin, in bytes from the start of the file. All before it is header, metadata and tensor table.
  package let tensorDataStart: Int
  /// False for a file that holds metadata only.
  package let hasTensorData: Bool
  private let file: MappedFile
  private let indices: [[UInt8]: Int]

  /// Opens and checks a file.
  /// - Throws: ``CheckpointError``, which names the key or tensor at fault.
  package init(
    path: String, requiring contents: Contents = .tensorData
  ) throws(CheckpointError) {
    let file = try MappedFile(path: path)
    let reader = try GGUFReader(file, requiring: contents)
    self.file = file
    version = Int(reader.version)
    alignment = reader.alignment
    metadata = reader.metadata
    tensors = reader.table.tensors
    indices = reader.table.indices
    tensorDataStart = reader.table.dataStart
    hasTensorData = reader.table.hasData
  }

  /// The path as it was given.
  package var path: String { file.path }
  /// Bytes.
  package var fileSize: Int { file.count }
  /// What tells this state of the file from a later one.
  package var identity: FileIdentity { file.identity }
  /// The bytes before the tensor data: header, metadata and tensor table.
  package var head: MappedBytes { MappedBytes(file: file, range: 0..<tensorDataStart) }

  /// After the tensors' data were read once and for the last time for a while: they are then the first that the kernel
  /// lets go. Whatever is read again comes back.
  package func releasePages() { file.releasePages() }

  /// The value of `general.architecture`.
  package func architecture() throws(CheckpointError) -> String {
    try metadata.string("general.architecture")
  }

  /// Elements of all tensors together; `Int.max` where they are more, which only a table without data can claim.
  package var parameterCount: Int {
    tensors.reduce(0) { Checkpoint.saturatingSum($0, $1.elementCount) }
  }

  /// How many tensors of each type there are, and their bytes, most bytes first.
  package var typeTotals: [TypeTotal] {
    var totals: [TensorType: TypeTotal] = [:]
    for tensor in tensors {
      var total = totals[tensor.type] ?? TypeTotal(type: tensor.type, tensors: 0, bytes: 0)
      total.tensors += 1
      total.bytes = Checkpoint.saturatingSum(total.bytes, tensor.byteRange.count)
      totals[tensor.type] = total
    }
    return totals.values.sorted { ($1.bytes, $0.type.rawValue) < ($0.bytes, $1.type.rawValue) }
  }

  package struct TypeTotal: Hashable, Sendable {
    package let type: TensorType
    package fileprivate(set) var tensors: Int
    package fileprivate(set) var bytes: Int
  }

  private static func saturatingSum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? Int.max : sum
  }

  /// The tensor of that name, or nil.
  package func tensor(ifPresent name: String) -> TensorEntry? {
    indices[Array(name.utf8)].map { tensors[$0] }
  }

  /// The tensor of that name.
  /// - Throws: ``CheckpointError`` with code `missing`.
  package func tensor(named name: String) throws(CheckpointError) -> TensorEntry {
    guard let tensor = tensor(ifPresent: name) else {
      throw CheckpointError(
        .missing, path: path, subject: "tensor \(CheckpointError.printable(name))",
        message: "is not in the file, but is needed.")
    }
    return tensor
  }

  /// The data of one of this checkpoint's tensors, in place.
  /// - Throws: ``CheckpointError`` with code `missing` where the file holds metadata only.
  package func bytes(of tensor: TensorEntry) throws(CheckpointError) -> MappedBytes {
    guard hasTensorData, tensor.byteRange.upperBound <= file.count else {
      throw CheckpointError(
        .missing, path: path, subject: "tensor \(CheckpointError.printable(tensor.name))",
        message: "has no data in this file, which holds metadata only.")
    }
    return MappedBytes(file: file, range: tensor.byteRange)
  }
}
