import Glibc
import LFMCheckpoint

/// Finding a prepared file and mapping it.
extension PreparedWeights {
  /// What the cache directory has for a checkpoint.
  package enum Found: Sendable {
    case weights(PreparedWeights)
    /// Nothing that can be used, and why: a few words.
    case nothing(String)
  }

  /// Maps the prepared file of a checkpoint. Reads its head only; no byte of the weights.
  ///
  /// A file is used where its head is, field for field, what preparing this checkpoint now would write: no number that
  /// is read there is used otherwise.
  /// - Throws: `ModelError`: what is wrong with the checkpoint.
  package static func open(
    for checkpoint: Checkpoint, in folder: PreparedFolder
  ) throws(ModelError) -> Found {
    try open(for: checkpoint, in: folder, packing: .kernels)
  }

  static func open(
    for checkpoint: Checkpoint, in folder: PreparedFolder, packing: GroupPacking
  ) throws(ModelError) -> Found {
    let plan = try PackedPlan(checking: checkpoint, packing: packing)
    return open(for: checkpoint, plan, in: folder, packing: packing)
  }

  static func open(
    for checkpoint: Checkpoint, _ plan: PackedPlan, in folder: PreparedFolder,
    packing: GroupPacking
  ) -> Found {
    guard !plan.isEmpty else { return .nothing("none of its matrices is of a type that is packed") }
    let source = PreparedFolder.resolved(checkpoint.path)
    let path = folder.file(forSource: source)
    guard let file = PreparedFileDescriptor(path: path) else { return .nothing("there is none") }
    guard folder.trusts(file.status) else {
      return .nothing("\(path) belongs to another user, or others may write it")
    }
    guard let head = file.head() else {
      return .nothing("\(path) is damaged, or of another version")
    }
    let expected = PreparedHead(
      source: SourcePin(checkpoint), sourcePath: head.sourcePath, plan: plan,
      packedVersion: packing.version)
    guard head.source == expected.source else {
      return .nothing("\(path) was made from another state of the file")
    }
    guard head.isSame(as: expected) else { return .nothing("\(path) has another layout") }
    guard Int(file.status.st_size) == plan.fileBytes else {
      return .nothing("\(path) has \(file.status.st_size) bytes instead of \(plan.fileBytes)")
    }
    guard let memory = PreparedMemory(descriptor: file.number, bytes: plan.fileBytes) else {
      return .nothing("\(path) cannot be mapped")
    }
    return .weights(
      PreparedWeights(plan, in: memory, home: .file(path), packedVersion: packing.version))
  }
}
