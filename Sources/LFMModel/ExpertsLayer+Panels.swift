import CLFMKernels

/// The 8-bit inputs of the experts: each expert's slots in panels of their own.
extension ForwardPass {
  /// Of each group, the panels of its rows' normed values for this kind of matrix; nil where the exact family multiplies.
  /// A row is rounded once, however many experts it goes to.
  ///
  /// - Parameter second: into the second half of the places, beside panels of another kind.
  func gatherPanels(
    _ matrix: Matrix, _ rows: [Int], second: Bool = false,
    into panels: inout [UnsafePointer<UInt8>?]
  ) {
    let kind = matrix.panelKind
    let w = workspace
    unsafe panels.removeAll(keepingCapacity: true)
    guard let packed = unsafe packed, kind != Int32(LFM_PANEL_NONE.rawValue) else {
      for _ in w.experts.groups { unsafe panels.append(nil) }
      return
    }
    let bytes = lfm_panel_column_bytes(kind, matrix.columns)
    let words = unsafe second ? w.words + ((rows.last ?? 0) + 1) * w.hiddenWords : w.words
    let base = unsafe second ? w.panels + w.experts.slotCount * w.hiddenWords : w.panels
    runEach(rows.count) { _, index in
      let row = rows[index]
      unsafe lfm_quantize_column(
        packed, kind, w.normed + row * w.hiddenStride, matrix.columns, words + row * bytes)
    }
    w.experts.cut(width: Int(LFM_PANEL_COLUMNS), singles: false)
    let pieces = w.experts.pieces
    runEach(pieces.count) { _, index in
      let slots = pieces[index]
      unsafe withUnsafeTemporaryAllocation(
        of: UnsafePointer<UInt8>?.self, capacity: slots.count
      ) { columns in
        for (column, slot) in slots.enumerated() {
          unsafe columns[column] = UnsafePointer(words + Int(w.rowOfSlot[slot]) * bytes)
        }
        unsafe lfm_interleave_panel(
          packed, columns.baseAddress, slots.count, bytes, base + slots.lowerBound * bytes)
      }
    }
    for group in w.experts.groups {
      let first = group.slots.lowerBound
      unsafe panels.append(
        group.slots.count == 1
          ? UnsafePointer(words + Int(w.rowOfSlot[first]) * bytes)
          : UnsafePointer(base + first * bytes))
    }
  }

  /// Of each group, the panels of the columns that the workspace's `inputs` point to, one a slot.
  func quantizePanels(_ matrix: Matrix) {
    let kind = matrix.panelKind
    let w = workspace
    unsafe w.experts.downPanels.removeAll(keepingCapacity: true)
    guard let packed = unsafe packed, kind != Int32(LFM_PANEL_NONE.rawValue) else {
      for _ in w.experts.groups { unsafe w.experts.downPanels.append(nil) }
      return
    }
    let bytes = lfm_panel_column_bytes(kind, matrix.columns)
    w.experts.cut(width: Int(LFM_PANEL_COLUMNS), singles: true)
    let pieces = w.experts.pieces
    runEach(pieces.count) { worker, index in
      let slots = pieces[index]
      unsafe quantizePanel(
        packed, kind, matrix.columns, w.inputs + slots.lowerBound, count: slots.count,
        worker: worker, w.panels + slots.lowerBound * bytes)
    }
    for group in w.experts.groups {
      unsafe w.experts.downPanels.append(UnsafePointer(w.panels + group.slots.lowerBound * bytes))
    }
  }

  /// Short pieces: a few of them are done before another thread would have woken.
  func runEach(_ pieces: Int, _ body: (_ worker: Int, _ piece: Int) -> Void) {
    if pieces > 4 {
      team.run(pieces, body)
    } else {
      for piece in 0..<pieces { body(0, piece) }
    }
  }
}
