import CLFMKernels

extension ForwardPass {
  /// addition = dense feed-forward of the normed rows.
  func computeDense(_ layer: Weights.Dense, _ rows: [Int]) {
    let w = workspace
    unsafe point(
      rows, from: w.normed, stride: w.hiddenStride, to: w.gate, outputStride: w.denseStride)
    for (index, row) in rows.enumerated() {
      unsafe w.secondOutputs[index] = w.up + row * w.denseStride
    }
    let inner = layer.gate.rows
    let chunk = chunkRows(inner)
    team.run((inner + chunk - 1) / chunk) { worker, piece in
      let begin = piece * chunk
      gateAndUp(
        layer, begin..<min(begin + chunk, inner), first: 0, count: rows.count, worker: worker)
    }
    unsafe project(layer.down, rows, from: w.gate, stride: w.denseStride)
  }

  /// gate = silu(gate matrix · input) * (up matrix · input), for some inner rows of `count` columns from `first` on.
  func gateAndUp(
    _ layer: Weights.Dense, _ range: Range<Int>, first: Int, count: Int, worker: Int
  ) {
    let w = workspace
    unsafe multiply(
      layer.gate, range, w.inputs + first, w.outputs + first, count: count, worker: worker)
    unsafe multiply(
      layer.up, range, w.inputs + first, w.secondOutputs + first, count: count, worker: worker)
    for index in first..<first + count {
      guard let gate = unsafe w.outputs[index], let up = unsafe w.secondOutputs[index] else {
        continue
      }
      unsafe lfm_gate(kernels, gate + range.lowerBound, up + range.lowerBound, range.count)
    }
  }
}
