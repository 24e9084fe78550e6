import LFMCheckpoint

/// Whether a model gains by prepared weights, before it is made.
extension Model {
  /// Whether packed weights would be computed with: the exact family reads the checkpoint's own.
  ///
  /// - Parameter instructionSet: as in `Options`.
  /// - Throws: `ModelError`: what is wrong with the checkpoint, or a name that is not known.
  package static func usesPackedWeights(
    _ checkpoint: Checkpoint, instructionSet: String? = nil
  ) throws(ModelError) -> Bool {
    let weights = try Weights(checkpoint, try Hyperparameters(checkpoint))
    let set = try InstructionSet(named: instructionSet, weightBytes: weights.mappedBytes)
    return unsafe set.packed != nil
  }
}
