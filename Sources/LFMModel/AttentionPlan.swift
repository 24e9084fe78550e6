import CLFMKernels

/// Where the pages of a step's sequences lie, and which rows go through them together. Made once a step; what is computed
/// from it is `AttentionLayer.swift`'s.
///
/// The pointers are valid while the states hold their pages, which they do during a step.
@unsafe struct AttentionPlan {
  /// Consecutive rows of one part: each page of keys and values is read once for all of them.
  struct Run {
    let part: Int
    /// Of the step.
    let firstRow: Int
    let rows: Int
    /// Segments of positions that the last row sees.
    let segments: Int
  }

  /// One pointer a page, each part's after the other.
  let bases: [UnsafeMutablePointer<UInt8>?]
  let runs: [Run]
  /// The most segments of a run.
  let segments: Int

  /// Notes in each part where its pages begin.
  ///
  /// - Parameter longest: the most rows of a run.
  init(_ step: inout Step, longest: Int) {
    var bases: [UnsafeMutablePointer<UInt8>?] = unsafe []
    var runs: [Run] = []
    for index in step.parts.indices {
      step.parts[index].firstPage = unsafe bases.count
      for page in step.parts[index].state.pages {
        unsafe bases.append(page.base.assumingMemoryBound(to: UInt8.self))
      }
      let rows = step.parts[index].rows
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: longest) {
        let count = min(longest, rows.upperBound - first)
        runs.append(
          Run(
            part: index, firstRow: first, rows: count,
            segments: lfm_attention_segments(step.positions[first] + count)))
      }
    }
    unsafe self.bases = unsafe bases
    unsafe self.runs = runs
    unsafe segments = runs.reduce(0) { max($0, $1.segments) }
  }
}

extension ForwardPass {
  /// The plan for a step. Runs are shorter than they could be where the team would otherwise have too few pieces.
  func attentionPlan(_ step: inout Step) -> AttentionPlan {
    let heads = max(1, hyperparameters.keyValueHeads.min() ?? 1)
    let group = max(1, hyperparameters.heads / heads)
    let most = max(1, Workspace.attentionRows / group)
    let balanced = step.rowCount * heads / (4 * team.count)
    return unsafe AttentionPlan(&step, longest: min(most, max(8, balanced)))
  }
}
