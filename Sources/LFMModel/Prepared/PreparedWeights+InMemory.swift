import CLFMLinux
import LFMCheckpoint

/// Packing into this process's own memory: for small models, and for tests.
extension PreparedWeights {
  /// Packs what can be packed, on all of `threads`.
  ///
  /// - Returns: nil where no matrix of the checkpoint is of a type that is packed.
  /// - Throws: `ModelError`: what is wrong with the checkpoint, or no memory.
  package static func inMemory(
    _ checkpoint: Checkpoint, threads: Int = Int(lfm_available_processors())
  ) throws(ModelError) -> PreparedWeights? {
    try inMemory(checkpoint, threads: threads, packing: .kernels)
  }

  /// Bytes that packing a checkpoint makes; 0 where nothing of it is packed.
  ///
  /// - Throws: `ModelError`: what is wrong with the checkpoint.
  package static func packedBytes(of checkpoint: Checkpoint) throws(ModelError) -> Int {
    try PackedPlan(checking: checkpoint, packing: .kernels).packedBytes
  }

  static func inMemory(
    _ checkpoint: Checkpoint, threads: Int, packing: GroupPacking
  ) throws(ModelError) -> PreparedWeights? {
    let plan = try PackedPlan(checking: checkpoint, packing: packing)
    guard !plan.isEmpty else { return nil }
    let work = try PackingPieces(checkpoint, plan, packing: packing)
    guard let memory = PreparedMemory(anonymousBytes: plan.fileBytes) else {
      throw ModelError(
        .outOfMemory, "no memory for \(plan.fileBytes) bytes of packed weights; set prepare to off")
    }
    let base = unsafe memory.baseForWriting
    let team = try ComputeTeam(count: max(1, threads), pinned: false)
    team.run(work.count) { _, piece in
      let scratch = UnsafeMutableRawPointer.allocate(
        byteCount: max(1, work.scratchBytes), alignment: 64)
      defer { unsafe scratch.deallocate() }
      unsafe work.pack(
        piece: piece, to: base + work.range(of: piece).lowerBound,
        scratch: scratch.assumingMemoryBound(to: UInt8.self))
    }
    return PreparedWeights(plan, in: memory, home: .memory, packedVersion: packing.version)
  }
}

extension PackedPlan {
  /// The plan of a checkpoint whose every tensor is checked first.
  init(checking checkpoint: Checkpoint, packing: GroupPacking) throws(ModelError) {
    let hyperparameters = try Hyperparameters(checkpoint)
    _ = try Weights(checkpoint, hyperparameters)
    self.init(checkpoint, hyperparameters, packing: packing)
  }
}
