import CLFMKernels

/// The 8-bit inputs of the experts: each expert's slots in panels of their own.
extension ForwardPass {
  /// The slots of each panel, 1 ... 8 of one group; those of groups of one slot only where `singles`.
  private func pieces(_ groups: [Group], singles: Bool) -> [Range<Int>] {
    let width = Int(LFM_PANEL_COLUMNS)
    return groups.map(\.slots).filter { singles || $0.count > 1 }.flatMap { slots in
      stride(from: slots.lowerBound, to: slots.upperBound, by: width).map {
        $0..<min($0 + width, slots.upperBound)
      }
    }
  }

  /// Of each group, the panels of its rows' normed values for this kind of matrix; nil where the exact family multiplies.
  /// A row is rounded once, however many experts it goes to.
  ///
  /// - Parameter second: into the second half of the places, beside panels of another kind.
  func gatherPanels(
    _ matrix: Matrix, _ groups: [Group], _ rows: [Int], second: Bool = false
  ) -> [UnsafePointer<UInt8>?] {
    let kind = matrix.panelKind
    guard let packed = unsafe packed, kind != Int32(LFM_PANEL_NONE.rawValue) else {
      return unsafe Array(repeating: nil, count: groups.count)
    }
    let w = workspace
    let bytes = lfm_panel_column_bytes(kind, matrix.columns)
    let slots = groups.last?.slots.upperBound ?? 0
    let words = unsafe second ? w.words + ((rows.last ?? 0) + 1) * w.hiddenWords : w.words
    let base = unsafe second ? w.panels + slots * w.hiddenWords : w.panels
    runEach(rows.count) { _, index in
      let row = rows[index]
      unsafe lfm_quantize_column(
        packed, kind, w.normed + row * w.hiddenStride, matrix.columns, words + row * bytes)
    }
    let pieces = pieces(groups, singles: false)
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
    return unsafe groups.map { group in
      let first = group.slots.lowerBound
      return unsafe group.slots.count == 1
        ? UnsafePointer(words + Int(w.rowOfSlot[first]) * bytes)
        : UnsafePointer(base + first * bytes)
    }
  }

  /// Of each group, the panels of the columns that the workspace's `inputs` point to, one a slot.
  func quantizePanels(_ matrix: Matrix, _ groups: [Group]) -> [UnsafePointer<UInt8>?] {
    let kind = matrix.panelKind
    guard let packed = unsafe packed, kind != Int32(LFM_PANEL_NONE.rawValue) else {
      return unsafe Array(repeating: nil, count: groups.count)
    }
    let w = workspace
    let bytes = lfm_panel_column_bytes(kind, matrix.columns)
    let pieces = pieces(groups, singles: true)
    runEach(pieces.count) { worker, index in
      let slots = pieces[index]
      unsafe quantizePanel(
        packed, kind, matrix.columns, w.inputs + slots.lowerBound, count: slots.count,
        worker: worker, w.panels + slots.lowerBound * bytes)
    }
    return unsafe groups.map { unsafe UnsafePointer(w.panels + $0.slots.lowerBound * bytes) }
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
