import CLFMKernels

extension ForwardPass {
  /// addition = attention of the normed rows. Writes each row's key and value to its page first, then reads all
  /// from there.
  func computeAttention(_ layer: Weights.Attention, _ step: Step, _ pages: AttentionPlan) {
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
    unsafe product(
      Few(
        Product(layer.query, w.outputs), Product(layer.key, w.secondOutputs),
        Product(layer.value, w.thirdOutputs)), count: rows.count)
    team.run(rows.count) { _, index in prepare(rows[index], layer, step) }
    unsafe attend(layer, step, pages)
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

  /// Each run of rows against each key/value head; where these are few pieces for the team, against each segment of
  /// the positions apart. The results are the same bits.
  private func attend(_ layer: Weights.Attention, _ step: Step, _ pages: AttentionPlan) {
    let w = workspace
    let heads = layer.keyValueHeads
    let runs = unsafe pages.runs
    let segments = unsafe pages.segments
    unsafe pages.bases.withUnsafeBufferPointer { bases in
      guard segments > 1, segments <= w.segmentLimit,
        step.rowCount * heads < 2 * team.count
      else {
        team.run(runs.count * heads) { worker, piece in
          let run = runs[piece % runs.count]
          guard step.parts[run.part].active else { return }
          unsafe withUnsafePointer(
            to: job(run, head: piece / runs.count, layer, step, bases, worker: worker)
          ) { unsafe lfm_attention(kernels, $0) }
        }
        return
      }
      let record = lfm_attention_record(hyperparameters.headDimension)
      let distance = hyperparameters.heads / heads * record
      // Of one run and head, [segment][row][query head]; a run's rows are the step's from its first one on.
      func records(_ run: AttentionPlan.Run, head: Int) -> UnsafeMutablePointer<Float> {
        unsafe w.records + (run.firstRow * heads + head * run.rows) * distance * segments
      }
      team.run(runs.count * heads * segments) { worker, piece in
        let run = runs[piece / segments % runs.count]
        let head = piece / segments / runs.count
        let segment = piece % segments
        guard step.parts[run.part].active, segment < run.segments else { return }
        unsafe withUnsafePointer(to: job(run, head: head, layer, step, bases, worker: worker)) {
          unsafe lfm_attention_part(
            kernels, $0, segment, records(run, head: head) + segment * distance * run.rows)
        }
      }
      team.run(runs.count * heads) { worker, piece in
        let run = runs[piece % runs.count]
        let head = piece / runs.count
        guard step.parts[run.part].active else { return }
        unsafe withUnsafePointer(to: job(run, head: head, layer, step, bases, worker: worker)) {
          unsafe lfm_attention_join(
            kernels, $0, records(run, head: head), distance * run.rows)
        }
      }
    }
  }

  /// The query heads that share one key/value head, for a run of rows.
  private func job(
    _ run: AttentionPlan.Run, head: Int, _ layer: Weights.Attention, _ step: Step,
    _ bases: UnsafeBufferPointer<UnsafeMutablePointer<UInt8>?>, worker: Int
  ) -> lfm_attention_job {
    let w = workspace
    let dimension = hyperparameters.headDimension
    let group = hyperparameters.heads / layer.keyValueHeads
    let part = step.parts[run.part]
    let layout = part.state.pool.layout
    let offset = layout.keyOffset(attentionLayer: layer.index, head: head)
    return unsafe lfm_attention_job(
      queries: w.wide + run.firstRow * w.wideStride + head * group * dimension,
      query_stride: w.wideStride, rows: run.rows, group: group, head_dim: dimension,
      pages: bases.baseAddress.map { unsafe $0 + part.firstPage }, key_offset: offset,
      value_offset: offset + layout.headBytes, element: layout.element.rawValue,
      positions: step.positions[run.firstRow] + 1, scale: 1 / Float(dimension).squareRoot(),
      output: w.mixed + run.firstRow * w.hiddenStride + head * group * dimension,
      output_stride: w.hiddenStride, scratch: w.scratch(worker))
  }
}
