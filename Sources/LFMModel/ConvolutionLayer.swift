import CLFMKernels

extension ForwardPass {
  /// Channels of one piece of a convolution: a few cache lines, so that pieces share none.
  private static let channelsPerPiece = 256

  /// addition = short convolution of the normed rows. Leaves each part's columns after its last row in its state's
  /// pending ones.
  ///
  /// Its output matrix's input is a product of three numbers, whose few large ones would leave 8 bits for the others:
  /// rounded once, it alone would be the larger half of what the fast family loses (README, Exactness).
  ///
  /// - Returns: whether a second part of the addition is in the normed rows.
  func computeConvolution(_ layer: Weights.ShortConvolution, _ step: Step) -> Bool {
    let w = workspace
    let rows = step.activeRows
    let hidden = hyperparameters.hidden
    unsafe point(
      rows, from: w.normed, stride: w.hiddenStride, to: w.wide, outputStride: w.wideStride)
    unsafe product(Few(Product(layer.input, w.outputs)), count: rows.count)
    unsafe point(
      rows, from: w.wide, stride: w.wideStride, to: w.mixed, outputStride: w.hiddenStride)
    let blocks = (hidden + Self.channelsPerPiece - 1) / Self.channelsPerPiece
    team.run(step.parts.count * blocks) { _, piece in
      let part = piece / blocks
      guard step.parts[part].active else { return }
      let begin = piece % blocks * Self.channelsPerPiece
      convolve(
        layer, step.parts[part], first: step.parts[part].firstActive,
        channels: begin..<min(begin + Self.channelsPerPiece, hidden))
    }
    return unsafe projectFinely(layer.output, rows, from: w.mixed, stride: w.hiddenStride)
  }

  private func convolve(
    _ layer: Weights.ShortConvolution, _ part: Step.Part, first: Int, channels: Range<Int>
  ) {
    let w = workspace
    let offset = layer.index * hyperparameters.convolutionColumns * hyperparameters.hidden
    let before: UnsafePointer<Float> =
      switch part.columns {
      case .committed: unsafe UnsafePointer(part.state.convolution.values + offset)
      case .zeros: unsafe UnsafePointer(w.zeros)
      case .pending: unsafe UnsafePointer(part.state.pendingConvolution.values + offset)
      }
    var job = unsafe lfm_convolution_job(
      inputs: UnsafePointer(w.inputs + first), outputs: UnsafePointer(w.outputs + first),
      rows: part.tokens.count, hidden: hyperparameters.hidden, begin: channels.lowerBound,
      end: channels.upperBound, taps: hyperparameters.convolutionTaps,
      kernel: layer.kernel.values,
      before: before,
      after: part.state.pendingConvolution.values + offset)
    unsafe lfm_convolution(kernels, &job)
  }
}
