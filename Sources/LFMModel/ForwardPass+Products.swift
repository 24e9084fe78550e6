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

  /// Below as many multiplications a product is not worth the team's while, unless its weights are many: they come from
  /// memory, which two threads read faster than one.
  private static let smallProduct = 1 << 18
  private static let smallBytes = 1 << 17

  /// Matrices times the same `count` columns, which the workspace's `inputs` point to.
  func product(_ products: Few<Product>, count: Int) {
    let panels = quantizeInputs(products.map(\.matrix), count: count)
    let rows = products.reduce(0) { $0 + $1.matrix.rows }
    let bytes = products.reduce(0) { $0 + $1.matrix.rows * (unsafe $1.matrix.raw.row_bytes) }
    func compute(_ worker: Int, _ index: Int, _ range: Range<Int>) {
      let item = products[index]
      unsafe multiply(
        item.matrix, range, workspace.inputs, panels[item.matrix.panelKind], item.outputs,
        count: count, worker: worker)
    }
    if rows * products.first.matrix.columns * count < Self.smallProduct, bytes < Self.smallBytes {
      for index in 0..<products.count { compute(0, index, 0..<products[index].matrix.rows) }
    } else {
      runRows(of: products.count, { products[$0].matrix.rows }, compute)
    }
  }

  /// Run `body` for all rows of `count` matrices, in runs of whole groups of 16 and at most `mostRows`: enough of them for
  /// all threads to end at about the same time.
  private func runRows(
    of count: Int, _ rows: (Int) -> Int,
    _ body: (_ worker: Int, _ matrix: Int, _ rows: Range<Int>) -> Void
  ) {
    let size = PackedMatrix.groupRows
    let total = (0..<count).reduce(0) { $0 + PackedMatrix.groups(ofRows: rows($1)) }
    let most = min(Self.mostRows / size, max(1, total / (team.count * 8)))
    team.runRanges(total, most: most) { worker, run in
      var first = 0
      for matrix in 0..<count where first < run.upperBound {
        let all = rows(matrix)
        let next = first + PackedMatrix.groups(ofRows: all)
        let own = run.clamped(to: first..<next)
        if !own.isEmpty {
          body(
            worker, matrix,
            (own.lowerBound - first) * size..<min((own.upperBound - first) * size, all))
        }
        first = next
      }
    }
  }

  /// The same for `count` matrices of the same number of rows.
  func runRows(
    _ rows: Int, times count: Int = 1,
    _ body: (_ worker: Int, _ matrix: Int, _ rows: Range<Int>) -> Void
  ) {
    runRows(of: count, { _ in rows }, body)
  }

  /// Rows that a thread multiplies at once, at most: their results stay in its cache.
  static let mostRows = 256

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
      unsafe body(prepared.raw(kind: matrix.panelKind), groups)
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
      data: place, group_stride: 0, rows: matrix.rows, columns: raw.columns, type: raw.type,
      kind: matrix.panelKind)
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
