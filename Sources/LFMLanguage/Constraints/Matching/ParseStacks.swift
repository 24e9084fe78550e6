import LFMGeneration

/// The stacks of all ways in which an output can be read so far, sharing what they have in common.
///
/// Owns frames and how instructions are followed between two bytes. A frame is made where a rule is called and holds *all* ways on from the
/// rule's end, for every caller at that point of the output (a graph-structured stack): so ambiguity and left recursion cost
/// places, not stacks. Frames never change once the byte after them is looked at; the newest can be dropped again.
struct ParseStacks: Sendable {
  typealias Address = ConstraintProgram.Address

  let program: ConstraintProgram
  /// Rows of places one after the other; the matcher's own row first.
  var places: [Place] = []
  /// By frame: its first edge, or -1. Frame 0 is the output's end.
  private(set) var frames: [Int32] = [-1]
  private(set) var edges: [Edge] = []
  private(set) var progress = ProgressTable()
  /// Only kept where members remember keys.
  private(set) var text = KeyText()

  // Of the closure at work: what is to be followed, what was, the frames made, by their entry.
  private var open: [Continuation] = []
  private var seen: [Continuation] = []
  private var seenSet: Set<Continuation> = []
  private var calls: [(entry: Address, frame: Int32)] = []
  /// The row's places, once they are many.
  private var placeSet: Set<Place> = []
  private var firstNewFrame: Int32 = 0
  private var returned: [Int32] = []
  private var isComplete = false

  /// Frames below this that were returned to are noted in `returnedBelow`.
  var noteReturnsBelow: Int32 = 0
  var returnedBelow: [Int32] = []
  /// Whether keys are taken as if none had been written, so that what follows depends on the places alone.
  var ignoresKeys = false
  /// Whether a key that is to be remembered was taken so, since it was last set to false.
  var ignoredKey = false
  /// What was done since it was last set to 0: places stepped over, instructions followed, and 4 things compared are 1 each, a few
  /// nanoseconds.
  var work = 0

  init(_ program: ConstraintProgram) { self.program = program }

  var mark: Mark {
    Mark(frames: frames.count, edges: edges.count, progress: progress.mark, length: text.length)
  }

  /// Forgets frames made and bytes stepped over since; no place may be in one.
  mutating func drop(to mark: Mark) {
    frames.removeLast(frames.count - mark.frames)
    edges.removeLast(edges.count - mark.edges)
    progress.drop(to: mark.progress)
    text.cut(to: mark.length)
  }

  /// Goes over bytes that whoever calls has stepped over by itself.
  mutating func pass(_ bytes: ArraySlice<UInt8>) {
    if program.tellsKeys { text.append(bytes) }
  }

  /// The ways on from a frame.
  func returns(of frame: Int32) -> [Continuation] {
    var result: [Continuation] = []
    var edge = frames[Int(frame)]
    while edge >= 0 {
      result.append(edges[Int(edge)].to)
      edge = edges[Int(edge)].next
    }
    return result
  }

  // MARK: - Bytes

  /// Appends the row that `byte` leads to from the places in `row`.
  ///
  /// - Returns: whether the output may end there.
  mutating func step(_ row: Range<Int>, _ byte: UInt8) throws(GenerationFailure) -> Bool {
    beginClosure()
    if program.tellsKeys { text.append(byte) }
    let start = places.count
    work += row.count
    for index in row { take(places[index], byte, row: start) }
    try close(row: start)
    return isComplete
  }

  /// Appends the row at the output's beginning.
  mutating func begin() throws(GenerationFailure) -> Bool {
    beginClosure()
    follow(Continuation(address: program.entry, register: 0, frame: 0))
    try close(row: places.count)
    return isComplete
  }

  /// Appends the row of what follows an accepting place whose instruction goes on at `next`.
  mutating func leave(_ next: Continuation) throws(GenerationFailure) -> Bool {
    beginClosure()
    follow(next)
    try close(row: places.count)
    return isComplete
  }

  private mutating func take(_ place: Place, _ byte: UInt8, row start: Int) {
    var next = place
    next.row = program.next(place.address, place.row, byte)
    guard next.row != 0 else { return }
    let flags = program.table[Int(next.row)]
    let accepts = flags & ConstraintProgram.accepts != 0
    switch program.instructions[Int(place.address)] {
    case .terminal(_, let after):
      if flags & ConstraintProgram.hasTransitions != 0 { add(next, row: start) }
      if accepts { follow(Continuation(address: after, register: 0, frame: place.frame)) }
    case .counted(let first, let atLeast, let atMost, let after):
      guard accepts else { return add(next, row: start) }
      next.row = first
      next.register = atMost < 0 ? min(place.register + 1, atLeast) : place.register + 1
      if atMost < 0 || next.register < atMost { add(next, row: start) }
      if next.register >= atLeast {
        follow(Continuation(address: after, register: 0, frame: place.frame))
      }
    case .key(let index):
      takeKey(program.members[Int(index)], next, Int(flags >> 8), row: start)
    default: break
    }
  }

  private mutating func takeKey(
    _ table: MembersTable, _ place: Place, _ state: Int, row start: Int
  ) {
    let allowed = progress.allowed(place.register)
    guard table.reachable[state].intersects(allowed) else { return }
    if program.table[Int(place.row)] & ConstraintProgram.hasTransitions != 0 {
      add(place, row: start)
    }
    let member = Int(table.ends[state])
    guard member >= 0, allowed[member], let after = register(after: member, place, table)
    else { return }
    enter(
      table.entries[member],
      then: Continuation(address: table.endAddress, register: after, frame: place.frame))
  }

  /// The progress after a member whose key ends here; `nil` if the key came before.
  private mutating func register(
    after member: Int, _ place: Place, _ table: MembersTable
  ) -> Int32? {
    guard let reading = table.reading(of: member) else {
      return progress.adding(member, to: place.register, table.rules)
    }
    if ignoresKeys {
      ignoredKey = true
      return progress.adding(member, to: progress.base(place.register), table.rules)
    }
    let key = reading.key(text.bytes(from: Int(place.keyStart)))
    return progress.adding(
      member, key, from: place.keyStart, to: place.register, table.rules, &work)
  }

  /// Places of a row that are compared one by one; more are found by hashing.
  private static let comparedPlaces = 64

  private mutating func add(_ place: Place, row start: Int) {
    let count = places.count - start
    if count < Self.comparedPlaces {
      work += 1 + count / 4
      for index in start..<places.count where places[index] == place { return }
    } else {
      if placeSet.isEmpty { placeSet.formUnion(places[start...]) }
      work += 4
      guard placeSet.insert(place).inserted else { return }
    }
    places.append(place)
  }

  // MARK: - Instructions

  private mutating func beginClosure() {
    seen.removeAll(keepingCapacity: true)
    if !seenSet.isEmpty { seenSet.removeAll(keepingCapacity: true) }
    if !placeSet.isEmpty { placeSet.removeAll(keepingCapacity: true) }
    calls.removeAll(keepingCapacity: true)
    returned.removeAll(keepingCapacity: true)
    firstNewFrame = Int32(frames.count)
    isComplete = false
  }

  private mutating func follow(_ next: Continuation) {
    if seenSet.isEmpty {
      for other in seen where other == next { return }
      seen.append(next)
      if seen.count > 32 { seenSet = Set(seen) }
    } else if !seenSet.insert(next).inserted {
      return
    }
    open.append(next)
  }

  private mutating func close(row start: Int) throws(GenerationFailure) {
    while let next = open.popLast() {
      run(next, row: start)
      work += 1
      guard places.count - start <= ConstraintLimits.places, work <= ConstraintLimits.stepWork
      else {
        open.removeAll()
        throw ConstraintLimits.tooAmbiguous
      }
    }
    guard frames.count <= ConstraintLimits.frames else {
      throw ConstraintLimits.refusal("its output is nested too deeply")
    }
  }

  private mutating func run(_ here: Continuation, row start: Int) {
    switch program.instructions[Int(here.address)] {
    case .return: leave(frame: here.frame)
    case .terminal(let row, let next):
      let flags = program.table[Int(row)]
      if flags & ConstraintProgram.hasTransitions != 0 {
        add(
          Place(address: here.address, row: row, register: 0, frame: here.frame), row: start)
      }
      if flags & ConstraintProgram.accepts != 0 {
        follow(Continuation(address: next, register: 0, frame: here.frame))
      }
    case .counted(let row, let atLeast, _, let next):
      add(Place(address: here.address, row: row, register: 0, frame: here.frame), row: start)
      if atLeast == 0 { follow(Continuation(address: next, register: 0, frame: here.frame)) }
    case .call(let entry, let next):
      enter(entry, then: Continuation(address: next, register: 0, frame: here.frame))
    case .split(let range):
      for index in range {
        follow(
          Continuation(
            address: program.targets[Int(index)], register: 0, frame: here.frame))
      }
    case .repetition(let entry, let atLeast, let atMost, let next):
      if here.register >= atLeast {
        follow(Continuation(address: next, register: 0, frame: here.frame))
      }
      guard atMost < 0 || here.register < atMost else { return }
      let count = atMost < 0 ? min(here.register + 1, atLeast) : here.register + 1
      enter(
        entry, then: Continuation(address: here.address, register: count, frame: here.frame))
    case .membersStart(let index):
      let table = program.members[Int(index)]
      let key = Continuation(
        address: table.keyAddress, register: progress.start(index, table.rules),
        frame: here.frame)
      if progress.canEnd(key.register) { leave(frame: here.frame) }
      if progress.canContinue(key.register) { follow(key) }
    case .memberEnd(let index):
      let table = program.members[Int(index)]
      let key = Continuation(
        address: table.keyAddress, register: here.register, frame: here.frame)
      if progress.canEnd(here.register) { leave(frame: here.frame) }
      if progress.canContinue(here.register) { enter(table.separator, then: key) }
    case .key(let index):
      let table = program.members[Int(index)]
      add(
        Place(
          address: here.address, row: table.keyRow, register: here.register, frame: here.frame,
          keyStart: table.tellsKeys ? Int32(text.length) : .max), row: start)
    }
  }

  /// Follows a rule's body; from its end on at `next`.
  private mutating func enter(_ entry: Address, then next: Continuation) {
    // A call in last place needs no frame: so right recursion takes no room.
    if case .return = program.instructions[Int(next.address)] {
      return follow(Continuation(address: entry, register: 0, frame: next.frame))
    }
    var frame: Int32 = -1
    for call in calls where call.entry == entry { frame = call.frame }
    if frame < 0 {
      frame = Int32(frames.count)
      frames.append(-1)
      calls.append((entry, frame))
    }
    work += 1 + calls.count / 4
    var edge = frames[Int(frame)]
    while edge >= 0 {
      if edges[Int(edge)].to == next { return }
      edge = edges[Int(edge)].next
      work += 1
    }
    edges.append(Edge(to: next, next: frames[Int(frame)]))
    frames[Int(frame)] = Int32(edges.count - 1)
    if returned.contains(frame) { followReturn(next) }
    follow(Continuation(address: entry, register: 0, frame: frame))
  }

  private mutating func leave(frame: Int32) {
    if frame < noteReturnsBelow, !returnedBelow.contains(frame) { returnedBelow.append(frame) }
    if frame == 0 {
      isComplete = true
      return
    }
    if frame >= firstNewFrame, !returned.contains(frame) { returned.append(frame) }
    var edge = frames[Int(frame)]
    while edge >= 0 {
      let next = edges[Int(edge)]
      if frame >= firstNewFrame {
        followReturn(next.to)
      } else {
        follow(next.to)
      }
      edge = next.next
    }
  }

  /// As `follow`, from a rule that took the empty text: once more around a repetition that would only count nothing.
  private mutating func followReturn(_ next: Continuation) {
    if case .repetition = program.instructions[Int(next.address)] { return }
    follow(next)
  }

  // MARK: - Room

  /// Keeps the places from `start` on as the only row, and the frames that they need.
  mutating func keep(rowFrom start: Int) {
    places.removeSubrange(0..<start)
    if program.tellsKeys {
      let first = places.lazy.map(\.keyStart).min() ?? .max
      text.forget(before: min(Int(first), text.length))
    }
    if frames.count >= nextCompaction { compact() }
  }

  private var nextCompaction = 1024

  private mutating func compact() {
    var live = [Bool](repeating: false, count: frames.count)
    live[0] = true
    var open = places.map(\.frame)
    while let frame = open.popLast() {
      guard !live[Int(frame)] else { continue }
      live[Int(frame)] = true
      var edge = frames[Int(frame)]
      while edge >= 0 {
        open.append(edges[Int(edge)].to.frame)
        edge = edges[Int(edge)].next
      }
    }
    var number = [Int32](repeating: 0, count: frames.count)
    var count: Int32 = 0
    for frame in frames.indices where live[frame] {
      number[frame] = count
      count += 1
    }
    let (oldFrames, oldEdges) = (frames, edges)
    var registers = ProgressTable.Compaction(progress)
    frames = []
    edges = []
    for frame in oldFrames.indices where live[frame] {
      var first: Int32 = -1
      var edge = oldFrames[frame]
      while edge >= 0 {
        var to = oldEdges[Int(edge)].to
        to.frame = number[Int(to.frame)]
        if program.holdsProgress(to.address) { to.register = registers.keep(to.register) }
        edges.append(Edge(to: to, next: first))
        first = Int32(edges.count - 1)
        edge = oldEdges[Int(edge)].next
      }
      frames.append(first)
    }
    for index in places.indices {
      places[index].frame = number[Int(places[index].frame)]
      if program.holdsProgress(places[index].address) {
        places[index].register = registers.keep(places[index].register)
      }
    }
    progress = registers.result
    // Keys are renumbered, too, and each came with a frame: not before as many frames were made again, as far as there is room.
    let keys = min(progress.keyCount, ConstraintLimits.frames / 4)
    nextCompaction = max(1024, frames.count + max(frames.count, keys))
  }
}
