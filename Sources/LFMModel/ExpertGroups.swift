/// Which rows go to which expert in one layer of one step, and where their 8-bit panels lie: lists that keep their memory
/// from layer to layer and step to step.
///
/// `@unchecked Sendable`: changed by the step's own thread, between the team's jobs; they read it.
@safe final class ExpertGroups: @unchecked Sendable {
  /// The rows of one expert, as a run of slots.
  struct Group {
    let expert: Int
    let slots: Range<Int>
  }

  /// Ascending by expert.
  private(set) var groups: [Group] = []
  /// Rows of each expert, and the next free slot of each while slots are given.
  private var counts: [Int] = []
  private var next: [Int] = []
  /// The slots of each panel, 1 ... 8 of one group.
  private(set) var pieces: [Range<Int>] = []
  /// Of each group, where its panels begin; nil where the exact family multiplies.
  var gatePanels: [UnsafePointer<UInt8>?] = unsafe []
  var upPanels: [UnsafePointer<UInt8>?] = unsafe []
  var downPanels: [UnsafePointer<UInt8>?] = unsafe []

  /// Slots of all groups together.
  var slotCount: Int { groups.last?.slots.upperBound ?? 0 }

  /// Sort (row, rank) pairs by expert: a counting sort that keeps the rows' order. Fills the workspace's slots.
  func assign(_ rows: [Int], experts: Int, _ w: Workspace) {
    counts.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    for _ in 0..<experts { counts.append(0) }
    for row in rows {
      for rank in 0..<w.slotsPerRow {
        counts[Int(unsafe w.chosen[row * w.slotsPerRow + rank])] += 1
      }
    }
    var slot = 0
    for expert in 0..<experts {
      next.append(slot)
      if counts[expert] > 0 {
        groups.append(Group(expert: expert, slots: slot..<slot + counts[expert]))
      }
      slot += counts[expert]
    }
    for row in rows {
      for rank in 0..<w.slotsPerRow {
        let pair = row * w.slotsPerRow + rank
        let expert = Int(unsafe w.chosen[pair])
        unsafe w.slotOfRank[pair] = Int32(next[expert])
        unsafe w.rowOfSlot[next[expert]] = Int32(row)
        next[expert] += 1
      }
    }
  }

  /// Cut the groups into panels of `width` slots; those of groups of one slot only where `singles`.
  func cut(width: Int, singles: Bool) {
    pieces.removeAll(keepingCapacity: true)
    for group in groups where singles || group.slots.count > 1 {
      var begin = group.slots.lowerBound
      while begin < group.slots.upperBound {
        let end = min(begin + width, group.slots.upperBound)
        pieces.append(begin..<end)
        begin = end
      }
    }
  }
}
