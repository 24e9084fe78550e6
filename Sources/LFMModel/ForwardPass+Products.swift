import CLFMKernels

/// Products of weights with rows: cut into pieces for the team, each matrix by the family that it is computed in.
extension ForwardPass {
  /// One matrix and where the results of its columns go.
  @safe struct Product {
    let matrix: Matrix
    let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>

    init(_ matrix: Matrix, _ outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>) {
      self.matrix = matrix
      unsafe self.outputs = unsafe outputs
    }
  }

  /// Below as many multiplications, a product is not worth waking the team for.
  private static let smallProduct = 1 << 18

  /// Matrices times the same `count` columns, which the workspace's `inputs` point to.
  func product(_ products: Few<Product>, count: Int) {
    let panels = quantizeInputs(products.map(\.matrix), count: count)
    let rows = products.reduce(0) { $0 + $1.matrix.rows }
    let columns = products.first.matrix.columns
    let chunk = rows * columns * count < Self.smallProduct ? rows : chunkRows(rows)
    let pieces = products.map { ($0.matrix.rows + chunk - 1) / chunk }
    team.run(pieces.reduce(0, +)) { worker, piece in
      var piece = piece
      for index in 0..<products.count {
        if piece < pieces[index] {
          let item = products[index]
          let begin = piece * chunk
          unsafe multiply(
            item.matrix, begin..<min(begin + chunk, item.matrix.rows), workspace.inputs,
            panels[item.matrix.panelKind], item.outputs, count: count, worker: worker)
          return
        }
        piece -= pieces[index]
      }
    }
  }

  /// Rows of a piece: enough pieces for all threads to end at the same time, none so small that pulling it shows.
  func chunkRows(_ rows: Int) -> Int {
    let even = rows / (team.count * 8)
    return min(256, max(16, (even + 15) / 16 * 16))
  }

  /// Some rows of one matrix times some columns, on this thread: of panels where the fast family multiplies it, else of
  /// the inputs themselves. The first row is a multiple of 16.
  func multiply(
    _ matrix: Matrix, _ rows: Range<Int>, _ inputs: UnsafePointer<UnsafePointer<Float>?>,
    _ panels: UnsafePointer<UInt8>?, _ outputs: UnsafePointer<UnsafeMutablePointer<Float>?>,
    count: Int, worker: Int
  ) {
    if let packed = unsafe packed, let panels = unsafe panels {
      unsafe eachRun(matrix, rows, worker: worker) { raw, groups in
        unsafe withUnsafePointer(to: raw) {
          unsafe lfm_packed_product(
            packed, $0, groups.lowerBound, groups.upperBound, panels, outputs, count)
        }
      }
      return
    }
    unsafe withUnsafePointer(to: matrix.raw) { raw in
      unsafe lfm_product(
        kernels, raw, rows.lowerBound, rows.upperBound, inputs, outputs, count,
        workspace.scratch(worker))
    }
  }

  /// Call `body` with groups of 16 rows: all at once where they are prepared, else one by one, each packed into this thread's
  /// scratch. The same bytes, and so the same results.
  func eachRun(
    _ matrix: Matrix, _ rows: Range<Int>, worker: Int, _ body: (lfm_packed, Range<Int>) -> Void
  ) {
    let size = Int(LFM_GROUP_ROWS)
    let groups = rows.lowerBound / size..<(rows.upperBound + size - 1) / size
    if let prepared = matrix.prepared {
      unsafe body(prepared.raw, groups)
      return
    }
    for group in groups {
      unsafe body(pack(matrix, group, worker: worker, second: false), group..<group + 1)
    }
  }

  /// One group of a matrix that is not prepared, in this thread's scratch, as a matrix all of whose groups are that one.
  func pack(_ matrix: Matrix, _ group: Int, worker: Int, second: Bool) -> lfm_packed {
    let raw = unsafe matrix.raw
    let first = group * Int(LFM_GROUP_ROWS)
    let bytes = lfm_packed_group_bytes(unsafe raw.type, unsafe raw.columns)
    let scratch = unsafe UnsafeMutableRawPointer(workspace.scratch(worker))
      .assumingMemoryBound(to: UInt8.self)
    let place = unsafe second ? scratch + (bytes + 63) / 64 * 64 : scratch
    unsafe lfm_pack_group(
      raw.type, raw.data + first * raw.row_bytes, raw.row_bytes,
      min(Int(LFM_GROUP_ROWS), matrix.rows - first), raw.columns, place)
    return unsafe lfm_packed(
      data: place, group_stride: 0, rows: matrix.rows, columns: raw.columns, type: raw.type)
  }

  /// Point `inputs` to rows of `from` and `outputs` to rows of `to`, in the order of `rows`.
  func point(
    _ rows: [Int], from: UnsafeMutablePointer<Float>, stride: Int, to: UnsafeMutablePointer<Float>,
    outputStride: Int
  ) {
    for (index, row) in rows.enumerated() {
      unsafe workspace.inputs[index] = UnsafePointer(from + row * stride)
      unsafe workspace.outputs[index] = to + row * outputStride
    }
  }

  /// addition = matrix · rows of `from`
  func project(_ matrix: Matrix, _ rows: [Int], from: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe point(
      rows, from: from, stride: stride, to: workspace.addition,
      outputStride: workspace.hiddenStride)
    unsafe product(Few(Product(matrix, workspace.outputs)), count: rows.count)
  }

  /// The same with activations of 16 bits, where the fast family multiplies: each row is rounded to 8 bits, so is what
  /// that leaves of it, and both are columns of one product. The part of what was left goes to the normed rows.
  ///
  /// Takes the rows of `wide` for what is left.
  ///
  /// - Returns: whether it did; else `addition` is all.
  func projectFinely(
    _ matrix: Matrix, _ rows: [Int], from: UnsafeMutablePointer<Float>, stride: Int
  ) -> Bool {
    guard let packed = unsafe packed, matrix.panelKind != Int32(LFM_PANEL_NONE.rawValue) else {
      unsafe project(matrix, rows, from: from, stride: stride)
      return false
    }
    let w = workspace
    let count = rows.count
    unsafe point(
      rows, from: from, stride: stride, to: w.addition, outputStride: w.hiddenStride)
    for (index, row) in rows.enumerated() {
      unsafe w.inputs[count + index] = UnsafePointer(w.wide + row * w.wideStride)
      unsafe w.outputs[count + index] = w.normed + row * w.hiddenStride
    }
    team.run(count) { worker, index in
      let words = unsafe UnsafeMutableRawPointer(w.scratch(worker))
        .assumingMemoryBound(to: UInt8.self)
      let row = rows[index]
      unsafe lfm_quantize_column(
        packed, matrix.panelKind, from + row * stride, matrix.columns, words)
      unsafe lfm_quantize_rest(
        packed, matrix.panelKind, from + row * stride, matrix.columns, words,
        w.wide + row * w.wideStride)
    }
    unsafe product(Few(Product(matrix, w.outputs)), count: 2 * count)
    return true
  }
}
