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
    let panels = quantizeInputs(Few(layer.gate, layer.up), count: rows.count)
    runRows(layer.gate.rows) { worker, _, range in
      unsafe gateAndUp(
        layer, range, first: 0, count: rows.count,
        panels[layer.gate.panelKind], panels[layer.up.panelKind], worker: worker)
    }
    unsafe project(layer.down, rows, from: w.gate, stride: w.denseStride)
  }

  /// gate = silu(gate matrix · input) * (up matrix · input), for some inner rows of `count` columns from `first` on. The
  /// panels begin with column `first`.
  func gateAndUp(
    _ layer: Weights.Dense, _ range: Range<Int>, first: Int, count: Int,
    _ gatePanels: UnsafePointer<UInt8>?, _ upPanels: UnsafePointer<UInt8>?, worker: Int
  ) {
    let w = workspace
    if let packed = unsafe packed, let gatePanels = unsafe gatePanels,
      layer.gate.type == layer.up.type, layer.gate.panelKind == layer.up.panelKind
    {
      unsafe fusedGateAndUp(
        packed, layer, range, gatePanels, w.outputs + first, count: count, worker: worker)
      return
    }
    unsafe multiply(
      layer.gate, range, w.inputs + first, gatePanels, w.outputs + first, count: count,
      worker: worker)
    unsafe multiply(
      layer.up, range, w.inputs + first, upPanels, w.secondOutputs + first, count: count,
      worker: worker)
    for index in first..<first + count {
      guard let gate = unsafe w.outputs[index], let up = unsafe w.secondOutputs[index] else {
        continue
      }
      unsafe lfm_gate(kernels, gate + range.lowerBound, up + range.lowerBound, range.count)
    }
  }

  /// The same in one pass over both matrices.
  private func fusedGateAndUp(
    _ packed: UnsafePointer<lfm_packed_kernels>, _ layer: Weights.Dense, _ range: Range<Int>,
    _ panels: UnsafePointer<UInt8>, _ outputs: UnsafePointer<UnsafeMutablePointer<Float>?>,
    count: Int, worker: Int
  ) {
    func run(_ gate: lfm_packed, _ up: lfm_packed, _ groups: Range<Int>) {
      unsafe withUnsafePointer(to: gate) { gate in
        unsafe withUnsafePointer(to: up) { up in
          unsafe lfm_packed_gate(
            packed, gate, up, groups.lowerBound, groups.upperBound, panels, outputs, count)
        }
      }
    }
    let size = Int(LFM_GROUP_ROWS)
    let groups = range.lowerBound / size..<(range.upperBound + size - 1) / size
    if let gate = layer.gate.prepared, let up = layer.up.prepared {
      unsafe run(
        gate.raw(kind: layer.gate.panelKind), up.raw(kind: layer.up.panelKind), groups)
      return
    }
    for group in groups {
      unsafe run(
        pack(layer.gate, group, worker: worker, second: false),
        pack(layer.up, group, worker: worker, second: true), group..<group + 1)
    }
  }
}
