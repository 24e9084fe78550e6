import CLFMKernels

/// The inputs of products rounded to 8 bits and laid out in panels (lfm_packed.h), once for all matrices that share them.
extension ForwardPass {
  /// Where the panels of each kind begin; no kind, no panels.
  @safe struct Panels {
    /// A place for each of the `LFM_PANEL_KINDS`; that of `LFM_PANEL_NONE` stays empty.
    private var bases = unsafe InlineArray<7, UnsafePointer<UInt8>?>(repeating: nil)

    subscript(kind: Int32) -> UnsafePointer<UInt8>? {
      get { unsafe bases[Int(kind)] }
      set { unsafe bases[Int(kind)] = unsafe newValue }
    }
  }

  /// Round the columns that the workspace's `inputs` point to, in every kind that one of the matrices wants.
  func quantizeInputs(_ matrices: Few<Matrix>, count: Int) -> Panels {
    var panels = Panels()
    guard let packed = unsafe packed else { return panels }
    let w = workspace
    var place = unsafe w.panels
    for matrix in matrices {
      let kind = matrix.panelKind
      guard kind != Int32(LFM_PANEL_NONE.rawValue), unsafe panels[kind] == nil else { continue }
      let bytes = lfm_panel_column_bytes(kind, matrix.columns)
      let start = unsafe place
      let width = Int(LFM_PANEL_COLUMNS)
      team.run((count + width - 1) / width) { worker, panel in
        let first = panel * width
        unsafe quantizePanel(
          packed, kind, matrix.columns, w.inputs + first, count: min(width, count - first),
          worker: worker, start + first * bytes)
      }
      unsafe panels[kind] = UnsafePointer(start)
      unsafe place += count * bytes
    }
    return panels
  }

  /// 1 ... 8 columns into one panel.
  func quantizePanel(
    _ packed: UnsafePointer<lfm_packed_kernels>, _ kind: Int32, _ columns: Int,
    _ inputs: UnsafePointer<UnsafePointer<Float>?>, count: Int, worker: Int,
    _ panel: UnsafeMutablePointer<UInt8>
  ) {
    let bytes = lfm_panel_column_bytes(kind, columns)
    if count == 1 {
      unsafe lfm_quantize_column(packed, kind, inputs[0], columns, panel)
      return
    }
    let scratch = unsafe UnsafeMutableRawPointer(workspace.scratch(worker))
      .assumingMemoryBound(to: UInt8.self)
    unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: count) { words in
      for column in 0..<count {
        let place = unsafe scratch + column * bytes
        unsafe lfm_quantize_column(packed, kind, inputs[column], columns, place)
        unsafe words[column] = UnsafePointer(place)
      }
      unsafe lfm_interleave_panel(packed, words.baseAddress, count, bytes, panel)
    }
  }
}
