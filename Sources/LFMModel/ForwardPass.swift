import CLFMKernels
import Synchronization

/// The computation of a step, layer by layer. Owns nothing but references to the parts; `AttentionLayer.swift`,
/// `ConvolutionLayer.swift`, `FeedForwardLayer.swift` and `ExpertsLayer.swift` hold the halves of a layer.
///
/// `@unchecked Sendable`: all of it is immutable but the workspace, which one step at a time uses.
@safe final class ForwardPass: @unchecked Sendable {
  let hyperparameters: Hyperparameters
  let weights: Weights
  let kernels: UnsafePointer<lfm_kernels>
  /// The fast family's kernels; nil: everything is computed by the exact family.
  let packed: UnsafePointer<lfm_packed_kernels>?
  let team: ComputeTeam
  let workspace: Workspace
  let rotary: RotaryEmbedding

  init(
    hyperparameters: Hyperparameters, weights: Weights, kernels: UnsafePointer<lfm_kernels>,
    packed: UnsafePointer<lfm_packed_kernels>?, team: ComputeTeam, workspace: Workspace
  ) {
    self.hyperparameters = hyperparameters
    self.weights = weights
    unsafe self.kernels = unsafe kernels
    unsafe self.packed = unsafe packed
    self.team = team
    self.workspace = workspace
    rotary = RotaryEmbedding(
      base: hyperparameters.ropeBase, dimension: hyperparameters.headDimension)
  }

  /// The same on other weights of the same shapes.
  func with(_ weights: Weights) -> ForwardPass {
    unsafe ForwardPass(
      hyperparameters: hyperparameters, weights: weights, kernels: kernels, packed: packed,
      team: team, workspace: workspace)
  }

  /// All layers for all rows. Afterwards the residual stream holds the last layer's output, and each active part's
  /// pending convolution columns are complete.
  func computeLayers(_ step: inout Step, progress: borrowing Atomic<UInt64>) {
    embed(step)
    let pages = unsafe attentionPlan(&step)
    for layer in weights.layers {
      step.dropCancelled()
      if step.activeRows.isEmpty { return }
      normRows(step.activeRows, layer.operatorNorm)
      var hasSecondPart = false
      switch layer.operation {
      case .attention(let attention): unsafe computeAttention(attention, step, pages)
      case .shortConvolution(let convolution):
        hasSecondPart = computeConvolution(convolution, step)
      }
      addAndNormRows(step.activeRows, layer.feedForwardNorm, hasSecondPart: hasSecondPart)
      switch layer.feedForward {
      case .dense(let dense):
        computeDense(dense, step.activeRows)
        addRows(step.activeRows)
      case .experts(let experts): computeExperts(experts, step.activeRows)
      }
      progress.wrappingAdd(1, ordering: .relaxed)
    }
    step.dropCancelled()
  }

  private func embed(_ step: Step) {
    let w = workspace
    team.run(step.parts.count) { _, index in
      let part = step.parts[index]
      for (offset, token) in part.tokens.enumerated() {
        let row = part.firstRow + offset
        unsafe withUnsafePointer(to: weights.embedding.raw) { matrix in
          unsafe lfm_dequantize_row(
            kernels, matrix, Int(token), w.residual + row * w.hiddenStride)
        }
        unsafe rotary.fill(
          position: step.positions[row], cosines: w.cosines + row * w.angleStride,
          sines: w.sines + row * w.angleStride)
      }
    }
  }

  // MARK: rows

  private func norm(_ row: Int, _ weight: Vector) {
    let w = workspace
    unsafe lfm_rms_norm(
      kernels, w.residual + row * w.hiddenStride, weight.values, hyperparameters.hidden,
      hyperparameters.normEpsilon, w.normed + row * w.hiddenStride)
  }

  private func add(_ row: Int, _ rows: UnsafeMutablePointer<Float>) {
    let w = workspace
    unsafe lfm_add(
      kernels, w.residual + row * w.hiddenStride, rows + row * w.hiddenStride,
      hyperparameters.hidden)
  }

  /// normed = norm(residual)
  func normRows(_ rows: [Int], _ weight: Vector) {
    team.run(rows.count) { _, index in norm(rows[index], weight) }
  }

  /// residual += addition, and the second part of it, which the normed rows hold; normed = norm(residual)
  private func addAndNormRows(_ rows: [Int], _ weight: Vector, hasSecondPart: Bool) {
    team.run(rows.count) { _, index in
      unsafe add(rows[index], workspace.addition)
      if hasSecondPart { unsafe add(rows[index], workspace.normed) }
      norm(rows[index], weight)
    }
  }

  private func addRows(_ rows: [Int]) {
    team.run(rows.count) { _, index in unsafe add(rows[index], workspace.addition) }
  }
}
