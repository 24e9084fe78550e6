import CLFMKernels

/// The head: the product with the most rows. Where only candidates are asked for, each piece is screened while it is in
/// the cache, and the logits of the whole vocabulary are never in memory.
extension ForwardPass {
  /// The logits of some rows, or what their screenings leave of them.
  func computeLogits(_ wanted: [Step.WantedRow], into logits: LogitsBuffer) {
    guard !wanted.isEmpty else { return }
    let w = workspace
    let rows = wanted.map(\.row)
    normRows(rows, weights.outputNorm)
    for (index, row) in rows.enumerated() {
      unsafe w.inputs[index] = UnsafePointer(w.normed + row * w.hiddenStride)
      unsafe w.outputs[index] = logits.base + index * hyperparameters.vocabularyCount
    }
    guard let places = logits.places, wanted.contains(where: { $0.screening != nil }) else {
      unsafe product(Few(Product(weights.head, w.outputs)), count: rows.count)
      return
    }
    screen(wanted, into: logits, places)
    // So many equals that they did not fit: those rows are made whole.
    for index in wanted.indices
    where wanted[index].screening != nil && logits.screened(index) == nil {
      unsafe w.inputs[0] = UnsafePointer(w.normed + rows[index] * w.hiddenStride)
      unsafe w.outputs[0] = logits.base + index * hyperparameters.vocabularyCount
      unsafe product(Few(Product(weights.head, w.outputs)), count: 1)
    }
  }

  private func screen(
    _ wanted: [Step.WantedRow], into logits: LogitsBuffer, _ places: ScreeningPlaces
  ) {
    let w = workspace
    let head = weights.head
    for (index, row) in wanted.enumerated() {
      if let screening = row.screening { places.begin(screening, row: index) }
    }
    let panels = quantizeInputs(Few(head), count: wanted.count)
    runRows(head.rows) { worker, _, range in
      let outputs = unsafe places.outputs(worker, first: range.lowerBound, count: wanted.count) {
        unsafe wanted[$0].screening == nil ? w.outputs[$0] : nil
      }
      unsafe multiply(
        head, range, w.inputs, panels[head.panelKind], outputs, count: wanted.count, worker: worker)
      for index in wanted.indices where wanted[index].screening != nil {
        places.screen(worker, row: index, range)
      }
    }
    for index in wanted.indices where wanted[index].screening != nil {
      logits.set(places.end(row: index), row: index)
    }
  }
}
