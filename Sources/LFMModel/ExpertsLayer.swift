import CLFMKernels

extension ForwardPass {
  /// residual += the chosen experts' outputs for the normed rows, weighted and summed in index order.
  ///
  /// Rows are grouped by expert, so that an expert's weights are read and dequantised once a step.
  func computeExperts(_ layer: Weights.Experts, _ rows: [Int]) {
    let w = workspace
    route(layer, rows)
    let groups = group(rows, experts: layer.experts.count)
    for group in groups {
      for slot in group.slots {
        let row = Int(unsafe w.rowOfSlot[slot])
        unsafe w.inputs[slot] = UnsafePointer(w.normed + row * w.hiddenStride)
        unsafe w.outputs[slot] = w.gate + slot * w.expertStride
        unsafe w.secondOutputs[slot] = w.up + slot * w.expertStride
      }
    }
    guard let first = layer.experts.first else { return }
    let gatePanels = unsafe gatherPanels(first.gate, groups, rows)
    var upPanels = unsafe gatePanels
    if first.up.panelKind != first.gate.panelKind {
      unsafe upPanels = gatherPanels(first.up, groups, rows, second: true)
    }
    runPieces(groups, rows: hyperparameters.expertFeedForward) { worker, index, range in
      let group = groups[index]
      unsafe gateAndUp(
        layer.experts[group.expert], range, first: group.slots.lowerBound,
        count: group.slots.count, gatePanels[index], upPanels[index], worker: worker)
    }
    for slot in 0..<rows.count * w.slotsPerRow {
      unsafe w.inputs[slot] = UnsafePointer(w.gate + slot * w.expertStride)
      unsafe w.outputs[slot] = w.expertOutput + slot * w.hiddenStride
    }
    let downPanels = unsafe quantizePanels(first.down, groups)
    runPieces(groups, rows: hyperparameters.hidden) { worker, index, range in
      let group = groups[index]
      let first = group.slots.lowerBound
      unsafe multiply(
        layer.experts[group.expert].down, range, w.inputs + first, downPanels[index],
        w.outputs + first, count: group.slots.count, worker: worker)
    }
    team.run(rows.count) { _, index in combine(rows[index]) }
  }

  /// The rows of one expert, as a run of slots.
  struct Group {
    let expert: Int
    let slots: Range<Int>
  }

  /// Choose the experts of every row.
  private func route(_ layer: Weights.Experts, _ rows: [Int]) {
    let w = workspace
    unsafe point(
      rows, from: w.normed, stride: w.hiddenStride, to: w.routerLogits,
      outputStride: w.routerStride)
    unsafe product([Product(layer.router, w.outputs)], count: rows.count)
    team.run(rows.count) { _, index in
      let row = rows[index]
      unsafe lfm_route(
        kernels, w.routerLogits + row * w.routerStride, layer.bias.values, layer.experts.count,
        w.slotsPerRow, hyperparameters.normalizesExpertWeights ? 1 : 0,
        hyperparameters.routedScaling, w.chosen + row * w.slotsPerRow,
        w.routerWeights + row * w.slotsPerRow)
    }
  }

  /// Sort (row, rank) pairs by expert: a counting sort that keeps the rows' order.
  private func group(_ rows: [Int], experts: Int) -> [Group] {
    let w = workspace
    var counts = [Int](repeating: 0, count: experts)
    for row in rows {
      for rank in 0..<w.slotsPerRow {
        counts[Int(unsafe w.chosen[row * w.slotsPerRow + rank])] += 1
      }
    }
    var groups: [Group] = []
    var next = [Int](repeating: 0, count: experts)
    var slot = 0
    for expert in 0..<experts where counts[expert] > 0 {
      groups.append(Group(expert: expert, slots: slot..<slot + counts[expert]))
      next[expert] = slot
      slot += counts[expert]
    }
    for row in rows {
      for rank in 0..<w.slotsPerRow {
        let pair = row * w.slotsPerRow + rank
        let expert = Int(unsafe w.chosen[pair])
        unsafe w.slotOfRank[pair] = Int32(next[expert])
        unsafe w.rowOfSlot[next[expert]] = Int32(row)
        next[expert] += 1
      }
    }
    return groups
  }

  /// Run `body` for chunks of `rows` matrix rows of every group.
  private func runPieces(
    _ groups: [Group], rows: Int, _ body: (_ worker: Int, _ group: Int, Range<Int>) -> Void
  ) {
    let chunk = chunkRows(rows * min(groups.count, 4))
    let chunks = (rows + chunk - 1) / chunk
    team.run(groups.count * chunks) { worker, piece in
      let begin = piece % chunks * chunk
      body(worker, piece / chunks, begin..<min(begin + chunk, rows))
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
