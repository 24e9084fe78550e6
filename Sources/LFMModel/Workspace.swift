import CLFMKernels

/// The arrays that a step computes in, allocated once for the most rows that a step may have.
///
/// Every row starts on a multiple of 16 floats. Nothing here outlives a step: what does is in `SequenceState` and
/// `LogitsBuffer`.
///
/// `@unchecked Sendable`: used by one step at a time (the model's step lock); inside a step, a piece writes its own
/// rows or columns.
@safe final class Workspace: @unchecked Sendable {
  typealias Rows = UnsafeMutablePointer<Float>

  /// Query rows that attention takes through the pages together, against one key/value head: their queries and sums stay
  /// in the second-level cache.
  static let attentionRows = 256

  /// Floats from one row to the next.
  let hiddenStride: Int
  let wideStride: Int
  /// Of the inner rows of a feed-forward: dense, and of one expert.
  let denseStride: Int
  let expertStride: Int
  let routerStride: Int
  let angleStride: Int
  let scratchStride: Int
  let slotsPerRow: Int

  /// The residual stream, [row][hidden]
  let residual: Rows
  /// The normed input of what comes next, [row][hidden]; behind a convolution, the second part of what it adds
  let normed: Rows
  /// B, C, X of a convolution, or queries, keys, values of an attention layer, [row][wide]; later what rounding to 8 bits left
  let wide: Rows
  /// What the operator computed before its output matrix, [row][hidden]
  let mixed: Rows
  /// What a layer's half adds to the residual stream, [row][hidden]
  let addition: Rows
  /// Inner rows: [row][dense inner], or [slot][expert inner]
  let gate: Rows
  let up: Rows
  /// What each chosen expert says, [slot][hidden]
  let expertOutput: Rows
  let routerLogits: Rows
  /// [row][expert rank]
  let routerWeights: Rows
  let chosen: UnsafeMutablePointer<Int32>
  /// Slots are (row, expert rank) pairs sorted by expert. [row][expert rank] → slot, and slot → row.
  let slotOfRank: UnsafeMutablePointer<Int32>
  let rowOfSlot: UnsafeMutablePointer<Int32>
  /// [row][half a head]
  let cosines: Rows
  let sines: Rows
  /// Zeros: the columns before position 0.
  let zeros: Rows
  /// What segments of positions come to, where attention is shared by many threads (lfm_attention_part), for rows of at
  /// most `segmentLimit` segments.
  let records: Rows
  let segmentLimit: Int
  /// Pointers to columns and results for the kernels, one a slot, or two a row where it is rounded twice.
  let inputs: UnsafeMutablePointer<UnsafePointer<Float>?>
  let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  let secondOutputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  let thirdOutputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  /// Inputs of products rounded to 8 bits: panels, and the words of single rows (lfm_packed.h).
  let panels: UnsafeMutablePointer<UInt8>
  let words: UnsafeMutablePointer<UInt8>
  /// Bytes that a column of the hidden size takes at most there.
  let hiddenWords: Int
  /// Which rows go to which expert.
  let experts = ExpertGroups()
  private let scratch: Rows
  private let memory: MappedPages

  /// Bytes of address space; committed as rows are used.
  var byteCount: Int { memory.bytes }

  /// - Throws: `ModelError` of kind `outOfMemory`.
  init(_ h: Hyperparameters, rows: Int, threads: Int) throws(ModelError) {
    let sizes = Sizes(h)
    let plan = Plan(sizes, h, rows: rows, threads: threads)
    guard let memory = MappedPages(bytes: plan.bytes) else {
      throw ModelError(
        .outOfMemory,
        "no memory for a step of \(rows) rows (\(plan.bytes) bytes); ask for fewer rows")
    }
    self.memory = memory
    hiddenStride = sizes.hidden
    wideStride = sizes.wide
    denseStride = sizes.dense
    expertStride = sizes.expert
    routerStride = sizes.router
    angleStride = sizes.angles
    scratchStride = sizes.scratch
    slotsPerRow = h.expertsPerToken
    segmentLimit = sizes.segments
    hiddenWords = sizes.hiddenWords
    let base = unsafe memory.base
    func floats(_ part: Plan.Part) -> Rows {
      unsafe (base + plan.offset(part)).assumingMemoryBound(to: Float.self)
    }
    unsafe residual = floats(.residual)
    unsafe normed = floats(.normed)
    unsafe wide = floats(.wide)
    unsafe mixed = floats(.mixed)
    unsafe addition = floats(.addition)
    unsafe gate = floats(.gate)
    unsafe up = floats(.up)
    unsafe expertOutput = floats(.expertOutput)
    unsafe routerLogits = floats(.routerLogits)
    unsafe routerWeights = floats(.routerWeights)
    unsafe cosines = floats(.cosines)
    unsafe sines = floats(.sines)
    unsafe zeros = floats(.zeros)
    unsafe records = floats(.records)
    unsafe scratch = floats(.scratch)
    unsafe chosen = (base + plan.offset(.chosen)).assumingMemoryBound(to: Int32.self)
    unsafe slotOfRank = (base + plan.offset(.slotOfRank)).assumingMemoryBound(to: Int32.self)
    unsafe rowOfSlot = (base + plan.offset(.rowOfSlot)).assumingMemoryBound(to: Int32.self)
    unsafe inputs = (base + plan.offset(.inputs)).assumingMemoryBound(
      to: UnsafePointer<Float>?.self)
    func results(_ part: Plan.Part) -> UnsafeMutablePointer<UnsafeMutablePointer<Float>?> {
      unsafe (base + plan.offset(part)).assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self)
    }
    unsafe outputs = results(.outputs)
    unsafe secondOutputs = results(.secondOutputs)
    unsafe thirdOutputs = results(.thirdOutputs)
    unsafe panels = (base + plan.offset(.panels)).assumingMemoryBound(to: UInt8.self)
    unsafe words = (base + plan.offset(.words)).assumingMemoryBound(to: UInt8.self)
  }

  /// One thread's scratch.
  func scratch(_ worker: Int) -> Rows { unsafe scratch + worker * scratchStride }

  /// Bytes that a workspace for this many rows takes when all of it is used.
  static func bytes(_ h: Hyperparameters, rows: Int, threads: Int) -> Int {
    Plan(Sizes(h), h, rows: rows, threads: threads).bytes
  }
}

/// Floats in a row of each kind, rounded up to 16.
private struct Sizes {
  let hidden: Int
  let wide: Int
  let dense: Int
  let expert: Int
  let router: Int
  let angles: Int
  let scratch: Int
  let segments: Int
  /// Bytes of a column of 8-bit activations, of whatever kind: of the hidden size, and of the inner ones.
  let hiddenWords: Int
  let denseWords: Int
  let expertWords: Int

  init(_ h: Hyperparameters) {
    // Rows whose distance is a multiple of 4 KiB would share the same lines of the first-level cache: a tile that stores
    // 8 of them is 8 % slower.
    func padded(_ count: Int) -> Int {
      let whole = (count + 15) / 16 * 16
      return whole % 1024 == 0 ? whole + 16 : whole
    }
    let keyValue = (h.keyValueHeads.max() ?? 0) * h.headDimension
    hidden = padded(h.hidden)
    wide = padded(max(3 * h.hidden, h.hidden + 2 * keyValue))
    dense = padded(h.feedForward)
    expert = padded(h.expertFeedForward)
    router = padded(h.experts)
    angles = padded(h.headDimension / 2)
    let attention = lfm_attention_scratch(
      max(Workspace.attentionRows, h.heads), h.headDimension)
    segments = min(64, lfm_attention_segments(h.contextLength))
    let widest = max(h.hidden, h.feedForward, h.expertFeedForward)
    hiddenWords = Self.words(h.hidden)
    denseWords = Self.words(h.feedForward)
    expertWords = Self.words(h.expertFeedForward)
    // The widest group packed on the fly, twice (gate and up), or a panel's columns before they are interleaved.
    let packed = Int(LFM_PANEL_COLUMNS) * Self.words(widest) + 2 * Self.groupBytes(widest)
    scratch = max(Int(lfm_product_scratch(widest)), padded(attention), padded(packed / 4 + 64))
  }

  /// Of a column of 8-bit activations: its bytes, and a scale and sums for every 16 of them at most.
  private static func words(_ columns: Int) -> Int { (columns * 3 / 2 + 63) / 64 * 64 }

  /// No type packs a group of rows into more than Q8_0 does.
  private static func groupBytes(_ columns: Int) -> Int {
    let blocks = (columns + 63) / 64 * 64
    return Int(lfm_packed_group_bytes(Int32(LFM_WEIGHT_Q8_0.rawValue), blocks))
  }
}

/// Where each array lies in the one mapping.
private struct Plan {
  enum Part: Int, CaseIterable {
    case residual, normed, wide, mixed, addition, gate, up, expertOutput, routerLogits
    case routerWeights, chosen, slotOfRank, rowOfSlot, cosines, sines, zeros, inputs, outputs
    case secondOutputs, thirdOutputs, panels, words, records, scratch
  }

  private var offsets: [Int] = []
  private(set) var bytes = 0

  init(_ sizes: Sizes, _ h: Hyperparameters, rows: Int, threads: Int) {
    let slots = rows * h.expertsPerToken
    let inner = max(rows * sizes.dense, slots * sizes.expert)
    for part in Part.allCases {
      let count =
        switch part {
        case .residual, .normed, .mixed, .addition: rows * sizes.hidden * 4
        case .wide: rows * sizes.wide * 4
        case .gate, .up: inner * 4
        case .expertOutput: slots * sizes.hidden * 4
        case .routerLogits: rows * sizes.router * 4
        case .routerWeights, .chosen, .slotOfRank, .rowOfSlot: slots * 4
        case .cosines, .sines: rows * sizes.angles * 4
        case .zeros: h.convolutionColumns * sizes.hidden * 4
        // A row of 16 bits is two columns.
        case .inputs, .outputs, .secondOutputs, .thirdOutputs: max(slots, 2 * rows) * 8
        // Queries, keys and values may each want panels of another kind; so may gate and up.
        case .panels:
          max(
            3 * rows * sizes.hiddenWords, 2 * slots * sizes.hiddenWords, slots * sizes.expertWords,
            rows * sizes.denseWords)
        case .words: 2 * rows * sizes.hiddenWords
        // Only as many rows as leave threads without a head are shared by segments.
        case .records:
          2 * threads / max(1, h.keyValueHeads.min() ?? 1) * h.heads * sizes.segments
            * lfm_attention_record(h.headDimension) * 4
        case .scratch: threads * sizes.scratch * 4
        }
      offsets.append(bytes)
      bytes += (count + 63) / 64 * 64
    }
  }

  func offset(_ part: Part) -> Int { offsets[part.rawValue] }
}
