import CLFMKernels

extension ForwardPass {
  /// residual += the chosen experts' outputs for the normed rows, weighted and summed in index order.
  ///
  /// Rows are grouped by expert, so that an expert's weights are read and dequantised once a step.
  func computeExperts(_ layer: Weights.Experts, _ rows: [Int]) {
    let w = workspace
    route(layer, rows)
    w.experts.assign(rows, experts: layer.experts.count, w)
    let groups = w.experts.groups
    for group in groups {
      for slot in group.slots {
        let row = Int(unsafe w.rowOfSlot[slot])
        unsafe w.inputs[slot] = UnsafePointer(w.normed + row * w.hiddenStride)
        unsafe w.outputs[slot] = w.gate + slot * w.expertStride
        unsafe w.secondOutputs[slot] = w.up + slot * w.expertStride
      }
    }
    guard let first = layer.experts.first else { return }
    unsafe gatherPanels(first.gate, rows, into: &w.experts.gatePanels)
    let isShared = first.up.panelKind == first.gate.panelKind
    if !isShared { unsafe gatherPanels(first.up, rows, second: true, into: &w.experts.upPanels) }
    let gatePanels = unsafe w.experts.gatePanels
    let upPanels = unsafe isShared ? gatePanels : w.experts.upPanels
    runRows(hyperparameters.expertFeedForward, times: groups.count) { worker, index, range in
      let group = groups[index]
      unsafe gateAndUp(
        layer.experts[group.expert], range, first: group.slots.lowerBound,
        count: group.slots.count, gatePanels[index], upPanels[index], worker: worker)
    }
    for slot in 0..<rows.count * w.slotsPerRow {
      unsafe w.inputs[slot] = UnsafePointer(w.gate + slot * w.expertStride)
      unsafe w.outputs[slot] = w.expertOutput + slot * w.hiddenStride
    }
    quantizePanels(first.down)
    let downPanels = unsafe w.experts.downPanels
    runRows(hyperparameters.hidden, times: groups.count) { worker, index, range in
      let group = groups[index]
      let first = group.slots.lowerBound
      unsafe multiply(
        layer.experts[group.expert].down, range, w.inputs + first, downPanels[index],
        w.outputs + first, count: group.slots.count, worker: worker)
    }
    team.run(rows.count) { _, index in combine(rows[index]) }
  }

  /// Choose the experts of every row.
  private func route(_ layer: Weights.Experts, _ rows: [Int]) {
    let w = workspace
    unsafe point(
      rows, from: w.normed, stride: w.hiddenStride, to: w.routerLogits,
      outputStride: w.routerStride)
    unsafe product(Few(Product(layer.router, w.outputs)), count: rows.count)
    team.run(rows.count) { _, index in
      let row = rows[index]
      unsafe lfm_route(
        kernels, w.routerLogits + row * w.routerStride, layer.bias.values, layer.experts.count,
        w.slotsPerRow, hyperparameters.normalizesExpertWeights ? 1 : 0,
        hyperparameters.routedScaling, w.chosen + row * w.slotsPerRow,
        w.routerWeights + row * w.slotsPerRow)
    }
  }

  private func combine(_ row: Int) {
    let w = workspace
    let first = row * w.slotsPerRow
    // Borrowed as a list of parts: a row's ranks are in index order, and their slots belong to this row alone.
    unsafe withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: w.slotsPerRow
    ) { parts in
      for rank in 0..<w.slotsPerRow {
        unsafe parts[rank] = UnsafePointer(
          w.expertOutput + Int(w.slotOfRank[first + rank]) * w.hiddenStride)
      }
      unsafe lfm_combine(
        kernels, w.residual + row * w.hiddenStride, parts.baseAddress, w.routerWeights + first,
        w.slotsPerRow, hyperparameters.hidden)
    }
  }
}
