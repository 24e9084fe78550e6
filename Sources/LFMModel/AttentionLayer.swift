import CLFMKernels

/// Where the pages of a step's sequences lie: one pointer a page, each part's after the other.
///
/// Valid while the states hold their pages, which they do during a step.
@unsafe struct PageTable {
  let bases: [UnsafeMutablePointer<UInt8>?]

  /// Notes in each part where its pages begin.
  init(_ step: inout Step) {
    var bases: [UnsafeMutablePointer<UInt8>?] = unsafe []
    for index in step.parts.indices {
      step.parts[index].firstPage = unsafe bases.count
      for page in step.parts[index].state.pages {
        unsafe bases.append(page.base.assumingMemoryBound(to: UInt8.self))
      }
    }
    unsafe self.bases = unsafe bases
  }
}

extension ForwardPass {
  /// addition = attention of the normed rows. Writes each row's key and value to its page first, then reads all
  /// from there.
  func computeAttention(_ layer: Weights.Attention, _ step: Step, _ pages: PageTable) {
    let w = workspace
    let rows = step.activeRows
    let hidden = hyperparameters.hidden
    let keyWidth = layer.keyValueHeads * hyperparameters.headDimension
    unsafe point(
      rows, from: w.normed, stride: w.hiddenStride, to: w.wide, outputStride: w.wideStride)
    for (index, row) in rows.enumerated() {
      unsafe w.secondOutputs[index] = w.wide + row * w.wideStride + hidden
      unsafe w.thirdOutputs[index] = w.wide + row * w.wideStride + hidden + keyWidth
    }
    product(
      [
        unsafe Product(layer.query, w.outputs), unsafe Product(layer.key, w.secondOutputs),
        unsafe Product(layer.value, w.thirdOutputs),
      ], count: rows.count)
    team.run(rows.count) { _, index in prepare(rows[index], layer, step) }
    unsafe pages.bases.withUnsafeBufferPointer { bases in
      team.run(rows.count * layer.keyValueHeads) { worker, piece in
        let row = rows[piece / layer.keyValueHeads]
        unsafe attend(
          row, head: piece % layer.keyValueHeads, layer, step,
          bases.baseAddress.map { unsafe $0 + step.parts[step.partOfRow[row]].firstPage },
          worker: worker)
      }
    }
    unsafe project(layer.output, rows, from: w.mixed, stride: w.hiddenStride)
  }

  /// Norm and rotate one row's queries and keys, and store its keys and values.
  private func prepare(_ row: Int, _ layer: Weights.Attention, _ step: Step) {
    let w = workspace
    let dimension = hyperparameters.headDimension
    let part = step.parts[step.partOfRow[row]]
    let position = step.positions[row]
    let layout = part.state.pool.layout
    let cosines = unsafe w.cosines + row * w.angleStride
    let sines = unsafe w.sines + row * w.angleStride
    let queries = unsafe w.wide + row * w.wideStride
    for head in 0..<hyperparameters.heads {
      unsafe turn(queries + head * dimension, layer.queryNorm, cosines, sines)
    }
    if part.replays { return }
    let page = part.state.pages[position / KVLayout.positionsPerPage]
    let slot = position % KVLayout.positionsPerPage
    let keys = unsafe queries + hyperparameters.hidden
    let values = unsafe keys + layer.keyValueHeads * dimension
    for head in 0..<layer.keyValueHeads {
      unsafe turn(keys + head * dimension, layer.keyNorm, cosines, sines)
      let store = unsafe (page.base + layout.keyOffset(attentionLayer: layer.index, head: head))
        .assumingMemoryBound(to: UInt8.self)
      unsafe lfm_store_key_value(
        kernels, store, store + layout.headBytes, layout.element.rawValue, slot, dimension,
        keys + head * dimension, values + head * dimension)
    }
  }

  private func turn(
    _ head: UnsafeMutablePointer<Float>, _ norm: Vector, _ cosines: UnsafePointer<Float>,
    _ sines: UnsafePointer<Float>
  ) {
    let dimension = hyperparameters.headDimension
    unsafe lfm_rms_norm(
      kernels, head, norm.values, dimension, hyperparameters.normEpsilon, head)
    unsafe lfm_rotate(kernels, head, cosines, sines, dimension / 2)
  }

  /// The query heads that share one key/value head, for one row.
  private func attend(
    _ row: Int, head: Int, _ layer: Weights.Attention, _ step: Step,
    _ pages: UnsafePointer<UnsafeMutablePointer<UInt8>?>?, worker: Int
  ) {
    let w = workspace
    let dimension = hyperparameters.headDimension
    let group = hyperparameters.heads / layer.keyValueHeads
    let layout = step.parts[step.partOfRow[row]].state.pool.layout
    let offset = layout.keyOffset(attentionLayer: layer.index, head: head)
    var job = unsafe lfm_attention_job(
      queries: w.wide + row * w.wideStride + head * group * dimension, group: group,
      head_dim: dimension, pages: pages, key_offset: offset,
      value_offset: offset + layout.headBytes, element: layout.element.rawValue,
      positions: step.positions[row] + 1, scale: 1 / Float(dimension).squareRoot(),
      output: w.mixed + row * w.hiddenStride + head * group * dimension,
      scratch: w.scratch(worker))
    unsafe lfm_attention(kernels, &job)
  }
}
