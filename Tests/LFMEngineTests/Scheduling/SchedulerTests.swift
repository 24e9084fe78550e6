import LFMEngine
import Testing

@Suite struct SchedulerTests {
  func make(
    waiting: Int = 4, running: Int = 3, chunk: Int = 64, pages: Int = 100, pageSize: Int = 4
  ) -> Scheduler {
    Scheduler(
      limits: SchedulerLimits(
        waiting: waiting, running: running, chunk: chunk, pages: pages, pageSize: pageSize))
  }

  /// Everything of the step is committed; whoever has all its tokens computed samples one more.
  func run(_ scheduler: inout Scheduler, _ step: Step, extending: Set<GenerationID> = []) {
    let ids = Set(step.rows + [step.chunk?.id].compactMap(\.self))
    scheduler.finish(step, committed: ids, took: .milliseconds(1))
    for id in ids.intersection(extending) { scheduler.extend(id) }
  }

  @Test func `Starts in the order of arrival while there is room`() {
    var scheduler = make()
    for id in 1...5 as ClosedRange<GenerationID> {
      #expect(scheduler.accept(id) == true)
      scheduler.enqueue(id, tokens: 3)
    }
    #expect(scheduler.promote() == [1, 2, 3])
    #expect(scheduler.waitingOrder == [4, 5])
    #expect(scheduler.ahead(of: 5) == 1)
    scheduler.remove(2)
    #expect(scheduler.promote() == [4])
    #expect(scheduler.ahead(of: 5) == 0)
  }

  @Test func `Refuses what the queue cannot hold, those being tokenized included`() {
    var scheduler = make(waiting: 2, running: 1)
    for id in [1, 2, 3] as [GenerationID] { #expect(scheduler.accept(id) == true) }
    #expect(scheduler.accept(4) == false)
    scheduler.enqueue(1, tokens: 1)
    #expect(scheduler.promote() == [1])
    #expect(scheduler.accept(4) == false)
    scheduler.remove(2)
    #expect(scheduler.accept(4) == true)
    #expect(scheduler.waitingCount == 2)
  }

  @Test func `Other limits hold for those that come`() {
    var scheduler = make(waiting: 2, running: 3)
    for id in 1...5 as ClosedRange<GenerationID> {
      #expect(scheduler.accept(id) == true)
      scheduler.enqueue(id, tokens: 3)
    }
    #expect(scheduler.promote() == [1, 2, 3])
    scheduler.setLimits(waiting: 1, running: 1)
    #expect(scheduler.runningCount == 3 && scheduler.waitingOrder == [4, 5])
    #expect(scheduler.accept(6) == false)
    scheduler.remove(1)
    #expect(scheduler.promote() == [])
    scheduler.setLimits(waiting: 4, running: 4)
    #expect(scheduler.promote() == [4, 5])
    #expect(scheduler.accept(6) == true)
  }

  @Test func `A prompt goes in chunks, and decodes ride on them`() {
    var scheduler = make(chunk: 32)
    _ = scheduler.accept(1)
    scheduler.enqueue(1, tokens: 4)
    _ = scheduler.promote()
    let first = scheduler.next().step
    #expect(first == Step(chunk: .init(id: 1, count: 4), rows: []))
    run(&scheduler, first!, extending: [1])
    _ = scheduler.accept(2)
    scheduler.enqueue(2, tokens: 50)
    _ = scheduler.promote()
    let second = scheduler.next().step
    #expect(second == Step(chunk: .init(id: 2, count: 32), rows: [1]))
    // One in flight is all.
    #expect(scheduler.next().step == nil)
    run(&scheduler, second!, extending: [1])
    #expect(scheduler.next().step == Step(chunk: .init(id: 2, count: 18), rows: [1]))
  }

  @Test func `Prompts take turns`() {
    var scheduler = make(chunk: 16)
    for id in [1, 2, 3] as [GenerationID] {
      _ = scheduler.accept(id)
      scheduler.enqueue(id, tokens: 40)
    }
    _ = scheduler.promote()
    var order: [GenerationID] = []
    while let step = scheduler.next().step {
      order.append(step.chunk?.id ?? 0)
      run(&scheduler, step)
    }
    #expect(order == [1, 2, 3, 1, 2, 3, 1, 2, 3])
  }

  @Test func `A slow machine gets smaller chunks while others decode`() {
    var scheduler = make(chunk: 512, pages: 10_000)
    for (id, tokens) in [(1, 1), (2, 5000)] as [(GenerationID, Int)] {
      _ = scheduler.accept(id)
      scheduler.enqueue(id, tokens: tokens)
    }
    _ = scheduler.promote()
    // 10 ms a row: 24 of them in 250 ms.
    for _ in 0..<10 {
      let riding = scheduler.next().step!
      #expect(riding.rows == [1] && riding.chunk?.id == 2)
      scheduler.finish(riding, committed: [1, 2], took: .milliseconds(10 * riding.size))
      scheduler.extend(1)
    }
    let riding = scheduler.next().step!
    #expect((16...24).contains(riding.chunk!.count))
    // A step that was dropped between layers is no measure.
    scheduler.finish(riding, committed: [1], took: .milliseconds(1))
    // Nobody decodes: two seconds.
    let alone = scheduler.next().step!
    #expect(alone.rows.isEmpty && (160...200).contains(alone.chunk!.count))
  }

  @Test func `A newcomer without room waits, and nobody overtakes it`() {
    var scheduler = make(pages: 6)
    for (id, tokens) in [(1, 12), (2, 20), (3, 1)] as [(GenerationID, Int)] {
      _ = scheduler.accept(id)
      scheduler.enqueue(id, tokens: tokens)
    }
    #expect(scheduler.promote() == [1])
    #expect(scheduler.waitingOrder == [2, 3])
    scheduler.remove(1)
    #expect(scheduler.promote() == [2])
    #expect(!scheduler.fits(positions: 25) && scheduler.fits(positions: 24))
  }

  @Test func `Out of pages the youngest gives way and comes back first`() {
    var scheduler = make(pages: 5)
    for id in [1, 2] as [GenerationID] {
      _ = scheduler.accept(id)
      scheduler.enqueue(id, tokens: 4)
    }
    _ = scheduler.accept(3)
    scheduler.enqueue(3, tokens: 4)
    #expect(scheduler.promote() == [1, 2])
    var preempted: [GenerationID] = []
    var lengths: [GenerationID: Int] = [:]
    while preempted.isEmpty {
      let decision = scheduler.next()
      preempted = decision.preempted
      guard let step = decision.step else { break }
      for id in step.rows { lengths[id, default: 0] += 1 }
      run(&scheduler, step, extending: [1, 2])
      #expect(scheduler.pagesInUse <= 5)
    }
    #expect(preempted == [2])
    #expect(scheduler.waitingOrder == [2, 3])
    #expect(lengths[1] == 6)
    // All of it is computed again, prompt and completion, once the first has ended.
    scheduler.remove(1)
    #expect(scheduler.promote().first == 2)
  }

  @Test func `A call for logits never gives way`() {
    var scheduler = make(pages: 3)
    _ = scheduler.accept(1)
    scheduler.enqueue(1, tokens: 3)
    #expect(scheduler.promote() == [1])
    run(&scheduler, scheduler.next().step!, extending: [1])
    // Room is kept for the one that decodes, so the call waits; alone it would run.
    _ = scheduler.accept(2)
    scheduler.enqueue(2, tokens: 8, rowLimit: 4)
    #expect(scheduler.promote() == [])
    scheduler.remove(1)
    #expect(scheduler.promote() == [2])
    var sizes: [Int] = []
    while let step = scheduler.next().step {
      sizes.append(step.size)
      run(&scheduler, step)
    }
    #expect(sizes == [4, 4])
  }

  @Test func `A paused generation is not scheduled, started or not`() {
    var scheduler = make(running: 1)
    for id in [1, 2, 3] as [GenerationID] {
      _ = scheduler.accept(id)
      scheduler.enqueue(id, tokens: 2)
    }
    scheduler.setPaused(1, true)
    #expect(scheduler.promote() == [2])
    scheduler.setPaused(2, true)
    #expect(scheduler.next().step == nil)
    #expect(!scheduler.hasRunnable)
    scheduler.setPaused(2, false)
    #expect(scheduler.next().step?.chunk?.id == 2)
  }

  @Test func `One that leaves during a step keeps its pages until the end of it`() {
    var scheduler = make()
    _ = scheduler.accept(1)
    scheduler.enqueue(1, tokens: 8)
    _ = scheduler.promote()
    let step = scheduler.next().step!
    scheduler.remove(1)
    #expect(scheduler.pagesInUse == 2 && scheduler.runningCount == 1)
    scheduler.finish(step, committed: [], took: .zero)
    #expect(scheduler.pagesInUse == 0 && scheduler.runningCount == 0)
    #expect(scheduler.next().step == nil)
  }

  /// Whatever comes and goes: pages are never overdrawn, everybody ends, and nothing is left.
  @Test(arguments: 0..<40)
  func `Random traffic ends`(seed: UInt64) {
    var random = RandomSource(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next() % UInt64(range.count))
    }
    let pages = pick(4...12)
    var scheduler = make(
      waiting: 6, running: pick(1...4), chunk: pick(1...20), pages: pages, pageSize: 4)
    var left: [GenerationID: Int] = [:]
    var done: [GenerationID: (known: Int, state: Int)] = [:]
    var nextID: GenerationID = 1
    var arrivals = 30
    var rounds = 0
    while (arrivals > 0 || !left.isEmpty) && rounds < 20_000 {
      rounds += 1
      if arrivals > 0, pick(0...2) == 0, scheduler.accept(nextID) {
        let tokens = pick(1...(pages * 4 - 6))
        scheduler.enqueue(nextID, tokens: tokens)
        left[nextID] = pick(1...(pages * 4 - tokens))
        done[nextID] = (tokens, 0)
        nextID += 1
        arrivals -= 1
      }
      if pick(0...20) == 0, let victim = left.keys.sorted().first {
        scheduler.remove(victim)
        left[victim] = nil
      }
      _ = scheduler.promote()
      let decision = scheduler.next()
      for id in decision.preempted { done[id]!.state = 0 }
      guard let step = decision.step else { continue }
      if let chunk = step.chunk { done[chunk.id]!.state += chunk.count }
      for id in step.rows { done[id]!.state += 1 }
      let ids = step.rows + [step.chunk?.id].compactMap(\.self)
      #expect(Set(ids).count == ids.count)
      scheduler.finish(step, committed: Set(ids), took: .zero)
      for id in ids where done[id]!.state == done[id]!.known {
        left[id]! -= 1
        if left[id] == 0 {
          left[id] = nil
          scheduler.remove(id)
        } else {
          done[id]!.known += 1
          scheduler.extend(id)
        }
      }
      #expect(scheduler.pagesInUse <= pages)
      for id in ids { #expect(done[id]!.state <= done[id]!.known) }
    }
    #expect(left.isEmpty, "stuck after \(rounds) rounds")
    #expect(scheduler.pagesInUse == 0)
    #expect(scheduler.runningCount == 0 && scheduler.waitingCount == 0)
  }
}
