/// Who runs next: a value that is told what happened and says what to do. No clock, no model, no queue.
///
/// Owns the order of the waiting, the list of the running, and the count of KV pages promised to each. A
/// generation's whole prompt gets its pages when it starts; a decode takes one more whenever it crosses a page.
/// If none is left the youngest generation gives way: it loses its pages, goes to the head of the queue and is
/// computed again later (the same bits come out, so its caller sees only a pause). The oldest is never
/// the victim of another, hence somebody always ends. Prompts take turns chunk by chunk; every decode that can runs in
/// every step, so nobody's text stands still behind another's prompt.
///
/// With a prefix cache, pages will be shared: then `pages` of a generation counts those that it alone holds.
package struct Scheduler: Sendable {
  private enum Phase { case preparing, waiting, running }

  private struct Entry {
    var phase = Phase.preparing
    /// Tokens that are known: the prompt's, then those sampled.
    var known = 0
    /// Tokens in the state.
    var done = 0
    var pages = 0
    var isPaused = false
    /// A call for logits: cannot begin again, because its rows have been delivered; takes smaller chunks.
    var isPinned = false
    var chunkLimit = Int.max
    /// Removed while a step computes on it.
    var isLeaving = false

    var remaining: Int { known - done }
    var isRunnable: Bool { phase == .running && !isPaused && !isLeaving && remaining > 0 }
  }

  package private(set) var limits: SchedulerLimits
  private var entries: [GenerationID: Entry] = [:]
  private var preparing = 0
  private var waiting: [GenerationID] = []
  /// In the order in which they started, oldest first.
  private var running: [GenerationID] = []
  /// The turns of the prompts: those served longest ago come first.
  private var turns: [GenerationID] = []
  private var inFlight: Set<GenerationID> = []
  private var pace = StepPace()
  package private(set) var pagesInUse = 0

  package init(limits: SchedulerLimits) {
    var limits = limits
    limits.rows = max(1, limits.rows)
    limits.chunk = max(1, min(limits.chunk, limits.rows))
    limits.pages = max(1, limits.pages)
    self.limits = limits
    setLimits(waiting: limits.waiting, running: limits.running)
  }

  /// Those that wait or run beyond the new numbers stay; nobody comes until there is room again.
  package mutating func setLimits(waiting: Int, running: Int) {
    limits.waiting = max(1, waiting)
    limits.running = max(1, min(running, limits.rows - StepPace.smallest))
  }

  /// Generations that have not started, those being tokenized included.
  package var waitingCount: Int { preparing + waiting.count }
  package var runningCount: Int { running.count }
  /// Whether a step could be made now.
  package var hasRunnable: Bool { running.contains { entries[$0]?.isRunnable ?? false } }

  // MARK: - Coming

  /// Takes in a generation that is not tokenized yet. False if the queue is full.
  package mutating func accept(_ id: GenerationID) -> Bool {
    let room = limits.waiting + max(0, limits.running - running.count)
    guard waitingCount < room, entries[id] == nil else { return false }
    entries[id] = Entry()
    preparing += 1
    return true
  }

  /// The generation is tokenized: it waits for its turn, or starts at once if there is room (`promote`).
  ///
  /// - Parameter tokens: of the prompt, at least 1. They must fit the pool (`fits`).
  /// - Parameter rowLimit: for a call for logits, the most rows of one chunk.
  package mutating func enqueue(_ id: GenerationID, tokens: Int, rowLimit: Int? = nil) {
    guard var entry = entries[id], entry.phase == .preparing else { return }
    preparing -= 1
    entry.phase = .waiting
    entry.known = tokens
    entry.isPinned = rowLimit != nil
    entry.chunkLimit = max(1, rowLimit ?? .max)
    entries[id] = entry
    waiting.append(id)
  }

  /// Whether the pool could hold so many positions if nobody else were there.
  package func fits(positions: Int) -> Bool { limits.pages(for: positions) <= limits.pages }

  /// Starts those that have room, in the order of their arrival; nobody overtakes one that waits for pages.
  ///
  /// - Returns: those that started.
  package mutating func promote() -> [GenerationID] {
    var started: [GenerationID] = []
    var index = 0
    while index < waiting.count, running.count < limits.running {
      let id = waiting[index]
      guard var entry = entries[id], !entry.isPaused else {
        index += 1
        continue
      }
      let pages = limits.pages(for: entry.known)
      // A page in hand for each that decodes, or the newcomer would be thrown out again at once.
      let reserve = running.isEmpty ? 0 : running.count + 1
      guard pages + reserve <= limits.pages - pagesInUse else { break }
      entry.phase = .running
      entry.pages = pages
      entries[id] = entry
      pagesInUse += pages
      waiting.remove(at: index)
      running.append(id)
      turns.append(id)
      started.append(id)
    }
    return started
  }

  /// How many start before this one; `nil` if it does not wait.
  package func ahead(of id: GenerationID) -> Int? { waiting.firstIndex(of: id) }
  /// Those that wait with their prompts ready, first to last.
  package var waitingOrder: [GenerationID] { waiting }

  // MARK: - Running

  /// What to compute next. Nothing may be in flight.
  package mutating func next() -> Decision {
    var decision = Decision(preempted: [], step: nil)
    guard inFlight.isEmpty else { return decision }
    var rows: [GenerationID] = []
    for id in running where entries[id]?.isRunnable == true && entries[id]?.remaining == 1 {
      // A victim of an earlier row is no longer running.
      guard entries[id]?.phase == .running, rows.count < limits.rows else { continue }
      if secure(id, tokens: 1, preempted: &decision.preempted) { rows.append(id) }
    }
    rows.removeAll { entries[$0]?.phase != .running }
    let chunk = nextChunk(besides: rows, preempted: &decision.preempted)
    rows.removeAll { entries[$0]?.phase != .running }
    guard chunk != nil || !rows.isEmpty else { return decision }
    inFlight = Set(rows)
    if let chunk { inFlight.insert(chunk.id) }
    decision.step = Step(chunk: chunk, rows: rows)
    return decision
  }

  private mutating func nextChunk(
    besides rows: [GenerationID], preempted: inout [GenerationID]
  ) -> Step.Chunk? {
    let turn = turns.firstIndex { id in
      guard let entry = entries[id] else { return false }
      return entry.isRunnable && entry.remaining > 1
    }
    guard let turn, rows.count < limits.rows else { return nil }
    let id = turns.remove(at: turn)
    turns.append(id)
    guard let entry = entries[id] else { return nil }
    let budget = rows.isEmpty ? limits.chunkBudget : limits.interTokenBudget
    let size = min(limits.chunk, limits.rows - rows.count, pace.rows(within: budget))
    let count = max(1, min(size, entry.remaining, entry.chunkLimit))
    // A prompt has its pages; tokens that were forced behind it may need more.
    guard secure(id, tokens: count, preempted: &preempted) else { return nil }
    return Step.Chunk(id: id, count: count)
  }

  /// Makes sure of the pages for some more tokens, at the cost of the youngest if need be.
  private mutating func secure(
    _ id: GenerationID, tokens count: Int, preempted: inout [GenerationID]
  ) -> Bool {
    guard let done = entries[id]?.done else { return false }
    let needed = limits.pages(for: done + count)
    while let pages = entries[id]?.pages, needed > pages {
      let free = min(needed - pages, limits.pages - pagesInUse)
      if free > 0 {
        pagesInUse += free
        entries[id]?.pages += free
        continue
      }
      guard let victim = running.last(where: { entries[$0]?.isPinned == false }) else {
        return false
      }
      preempt(victim)
      preempted.append(victim)
      if victim == id { return false }
    }
    return true
  }

  private mutating func preempt(_ id: GenerationID) {
    guard var entry = entries[id] else { return }
    pagesInUse -= entry.pages
    entry.pages = 0
    entry.done = 0
    entry.phase = .waiting
    entries[id] = entry
    running.removeAll { $0 == id }
    turns.removeAll { $0 == id }
    waiting.insert(id, at: 0)
  }

  /// A step has ended.
  ///
  /// - Parameter committed: the generations whose tokens are in their states now; the others' are as they were.
  package mutating func finish(_ step: Step, committed: Set<GenerationID>, took: Duration) {
    inFlight.removeAll()
    if let chunk = step.chunk, committed.contains(chunk.id) {
      entries[chunk.id]?.done += chunk.count
      // A chunk that was dropped between layers says nothing about the pace.
      pace.note(rows: step.size, took: took)
    }
    for id in step.rows where committed.contains(id) { entries[id]?.done += 1 }
    for id in step.rows + [step.chunk?.id].compactMap(\.self) where entries[id]?.isLeaving == true {
      forget(id)
    }
  }

  /// A token was sampled for the generation: it has one more to compute.
  package mutating func extend(_ id: GenerationID) { entries[id]?.known += 1 }

  package mutating func setPaused(_ id: GenerationID, _ isPaused: Bool) {
    entries[id]?.isPaused = isPaused
  }

  // MARK: - Going

  /// The generation has ended, for whatever reason. While a step computes on it its pages stay counted.
  package mutating func remove(_ id: GenerationID) {
    if inFlight.contains(id) { entries[id]?.isLeaving = true } else { forget(id) }
  }

  private mutating func forget(_ id: GenerationID) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    pagesInUse -= entry.pages
    switch entry.phase {
    case .preparing: preparing -= 1
    case .waiting: waiting.removeAll { $0 == id }
    case .running:
      running.removeAll { $0 == id }
      turns.removeAll { $0 == id }
    }
  }
}
