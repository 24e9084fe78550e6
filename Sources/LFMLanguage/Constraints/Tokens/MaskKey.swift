/// What a mask depends on, written down: the places of the output's row, and the frames below them to some depth.
///
/// A walk that left no frame deeper than that finds the same mask for every row of the same key.
struct MaskKey: Hashable {
  static let mostDepth = 6
  /// 16 KiB, what a mask takes: an ambiguous row's mask, which takes longest, is worth as much as itself.
  private static let mostCells = 4096

  private var cells: [Int32]
  private let longestToken: Int32

  /// - Returns: nil if it would become too long.
  /// - Parameter longestToken: in bytes.
  init?(_ stacks: ParseStacks, depth: Int, longestToken: Int) {
    cells = [Int32(depth)]
    self.longestToken = Int32(longestToken + 1)
    var frames = Numbering()
    for place in stacks.places {
      cells += [place.address, place.row, frames.number(of: place.frame)]
      append(place.register, at: place.address, stacks)
    }
    var next = 0
    for _ in 0..<depth {
      for frame in frames.list[next...] {
        next += 1
        // The end marks the output's end, and where a frame's edges stop.
        cells.append(frame == 0 ? -1 : -2)
        for edge in stacks.returns(of: frame) {
          cells += [edge.address, frames.number(of: edge.frame)]
          append(edge.register, at: edge.address, stacks)
        }
        if cells.count > Self.mostCells { return nil }
      }
    }
    if cells.count > Self.mostCells { return nil }
  }

  private mutating func append(
    _ register: Int32, at address: ConstraintProgram.Address, _ stacks: ParseStacks
  ) {
    switch stacks.program.instructions[Int(address)] {
    case .counted(_, let atLeast, let atMost, _), .repetition(_, let atLeast, let atMost, _):
      // How far the bounds are, as far as one token could come.
      cells.append(min(max(atLeast - register, 0), longestToken))
      cells.append(atMost < 0 ? longestToken : min(atMost - register, longestToken))
      return
    case .key, .memberEnd, .membersStart: break
    default: return
    }
    let progress = stacks.progress.key(register).progress
    cells += [Int32(clamping: progress.count), Int32(progress.next)]
    for word in progress.seen.words {
      cells += [Int32(truncatingIfNeeded: word), Int32(truncatingIfNeeded: word >> 32)]
    }
  }

  /// How deep the deepest of these frames stands below the row, 1 being a place's own; nil if deeper than `mostDepth`.
  static func depth(of frames: [Int32], _ stacks: ParseStacks) -> Int? {
    var wanted = Set(frames)
    var numbering = Numbering()
    for place in stacks.places { _ = numbering.number(of: place.frame) }
    var next = 0
    var depth = 0
    while !wanted.isEmpty {
      depth += 1
      guard depth <= mostDepth, next < numbering.list.count, numbering.list.count < mostCells
      else { return nil }
      for frame in numbering.list[next...] {
        next += 1
        wanted.remove(frame)
        for edge in stacks.returns(of: frame) { _ = numbering.number(of: edge.frame) }
      }
    }
    return depth
  }

  /// Frames in the order in which they are met.
  private struct Numbering {
    var list: [Int32] = []
    private var numbers: [Int32: Int32] = [:]

    mutating func number(of frame: Int32) -> Int32 {
      if let number = numbers[frame] { return number }
      numbers[frame] = Int32(list.count)
      list.append(frame)
      return Int32(list.count - 1)
    }
  }
}
