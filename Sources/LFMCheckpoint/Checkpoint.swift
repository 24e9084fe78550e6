/// A file of tensors, or several that make one, opened and checked: its metadata, its tensor table, and the bytes of its
/// tensors, mapped and never copied. Owns the mappings; knows nothing of any architecture. GGUF is the one format read today.
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
  /// Bytes to whose multiples tensor data of the first file are aligned, counted from the end of its ``CheckpointPart/head``.
  package let alignment: Int
  package let metadata: Metadata
  /// All tensors, in the order of the files.
  package let tensors: [TensorEntry]
  /// The files, the one with the metadata first.
  package let parts: [CheckpointPart]
  /// False for a checkpoint that holds metadata only.
  package let hasTensorData: Bool
  private let indices: [[UInt8]: Int]

  /// Opens and checks a file and, where it is one part of a split checkpoint, all others.
  /// - Parameter path: of any part.
  /// - Throws: ``CheckpointError``, which names the file, key or tensor at fault.
  package init(
    path: String, requiring contents: Contents = .tensorData
  ) throws(CheckpointError) {
    let parts = try CheckpointSplit.parts(at: path)
    let first = parts[0].contents
    self.parts = parts
    version = Int(first.version)
    alignment = first.alignment
    metadata = first.metadata
    hasTensorData = try Checkpoint.checkData(parts, requiring: contents)
    if parts.count == 1 {
      (tensors, indices) = (first.table.tensors, first.table.indices)
    } else {
      (tensors, indices) = try Checkpoint.joined(parts)
    }
  }

  /// Whether the tensors' data are there.
  private static func checkData(
    _ parts: [CheckpointPart], requiring contents: Contents
  ) throws(CheckpointError) -> Bool {
    let count = parts.reduce(0) { $0 + $1.tensorCount }
    let lacking = parts.first { $0.lacksData }
    let hasData = count > 0 && lacking == nil
    // Absent from one part and not from all, they are lost.
    let isTorn = lacking != nil && parts.contains { $0.tensorCount > 0 && !$0.lacksData }
    guard hasData || contents == .metadata && !isTorn else {
      let found = lacking.map { "\($0.tensorCount) tensors but none of their data" }
      throw (lacking ?? parts[0]).failure(
        .truncated, "header", found: found ?? "no tensors", expected: "a model's weights",
        advice: isTorn
          ? "The file is cut short: copy or download it again."
          : "This file holds metadata only; give the path of the whole model.")
    }
    return hasData
  }

  /// The tensors of all parts, each of which is in one.
  private static func joined(
    _ parts: [CheckpointPart]
  ) throws(CheckpointError) -> ([TensorEntry], [[UInt8]: Int]) {
    var tensors: [TensorEntry] = []
    var indices: [[UInt8]: Int] = [:]
    for (number, part) in parts.enumerated() {
      for var tensor in part.contents.table.tensors {
        if let other = indices.updateValue(tensors.count, forKey: Array(tensor.name.utf8)) {
          throw part.failure(
            .malformed, "tensor \(CheckpointError.printable(tensor.name))",
            found: "it here and in \(parts[tensors[other].part].path)", expected: "it once",
            advice: "One of the parts belongs to another checkpoint: copy or download them again.")
        }
        tensor.part = number
        tensors.append(tensor)
      }
    }
    return (tensors, indices)
  }

  /// The path of the first file: as it was given, if that is what was given.
  package var path: String { parts[0].path }
  /// Bytes of all files.
  package var fileSize: Int { parts.reduce(0) { $0 + $1.fileSize } }

  /// The bytes before the first file's tensor data: header, metadata and tensor table.
  package var head: MappedBytes { parts[0].head }

  /// After the tensors' data were read once and for the last time for a while: they are then the first that the kernel
  /// lets go. Whatever is read again comes back.
  package func releasePages() {
    for part in parts { part.file.releasePages() }
  }

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
    guard hasTensorData, tensor.part < parts.count,
      tensor.byteRange.upperBound <= parts[tensor.part].fileSize
    else {
      throw CheckpointError(
        .missing, path: path, subject: "tensor \(CheckpointError.printable(tensor.name))",
        message: "has no data in this file, which holds metadata only.")
    }
    return MappedBytes(file: parts[tensor.part].file, range: tensor.byteRange)
  }
}
