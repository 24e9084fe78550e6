import Dispatch
import Glibc
import Synchronization
import Testing

@testable import LFMModel

@Suite struct ComputeTeamTests {
  /// Every piece once, whatever the number of threads and pieces, job after job.
  @Test(arguments: [1, 2, 3, 8])
  func everyPieceRunsOnce(_ threads: Int) throws {
    let team = try ComputeTeam(count: threads, pinned: threads == 2)
    for pieces in [0, 1, 2, 3, 100, 1000] {
      for _ in 0..<50 {
        let counts = (0..<pieces).map { _ in Counter() }
        team.run(pieces) { worker, piece in
          #expect(worker >= 0 && worker < threads)
          counts[piece].value.add(1, ordering: .relaxed)
        }
        #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
      }
    }
  }

  /// Every piece once where a thread takes several at a time, and never more than so many.
  @Test(arguments: [1, 2, 8], [1, 3, 16])
  func everyRangeRunsOnce(_ threads: Int, _ most: Int) throws {
    let team = try ComputeTeam(count: threads, pinned: false)
    for pieces in [0, 1, 2, 15, 16, 17, 100, 1000] {
      let counts = (0..<pieces).map { _ in Counter() }
      team.runRanges(pieces, most: most) { worker, range in
        #expect(worker >= 0 && worker < threads)
        #expect((1...most).contains(range.count))
        for piece in range { counts[piece].value.add(1, ordering: .relaxed) }
      }
      #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }
  }

  final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  /// The share of a thread that is held up is done by the others: one piece waits here for all the rest.
  @Test(arguments: [2, 3, 8], [0, 7, 99])
  func othersTakeWhatIsLeft(_ threads: Int, _ slow: Int) throws {
    let team = try ComputeTeam(count: threads, pinned: false)
    for _ in 0..<20 {
      let done = Counter()
      team.run(100) { _, piece in
        while piece == slow, done.value.load(ordering: .relaxed) < 99 { sched_yield() }
        done.value.add(1, ordering: .relaxed)
      }
      #expect(done.value.load(ordering: .relaxed) == 100)
    }
  }

  /// A thread goes through its own share in order, so that what it reads is one stream.
  @Test func sharesAreContiguous() throws {
    let team = try ComputeTeam(count: 2, pinned: false)
    let order = Mutex<[[Int]]>([[], []])
    team.run(64) { worker, piece in order.withLock { $0[worker].append(piece) } }
    let pieces = order.withLock { $0 }
    #expect(pieces.joined().sorted() == Array(0..<64))
    for own in pieces {
      // Every run that does not go up by one began with a theft, and each theft halves what is left of 32.
      let runs = zip(own, own.dropFirst()).count { $1 != $0 + 1 } + 1
      #expect(runs <= 1 + 6 * 2)
    }
  }

  /// Threads that fell asleep wake up for the next job.
  @Test func sleepersWake() throws {
    let team = try ComputeTeam(count: 4, pinned: false)
    for _ in 0..<5 {
      let seen = Counter()
      team.run(64) { _, _ in seen.value.add(1, ordering: .relaxed) }
      #expect(seen.value.load(ordering: .relaxed) == 64)
      // Longer than the threads spin.
      DispatchSemaphore(value: 0).waitBriefly()
    }
  }

  /// Teams come and go without leaving threads behind.
  @Test func teamsEnd() throws {
    for _ in 0..<50 {
      let team = try ComputeTeam(count: 6, pinned: false)
      let seen = Counter()
      team.run(6) { _, _ in seen.value.add(1, ordering: .relaxed) }
      #expect(seen.value.load(ordering: .relaxed) == 6)
    }
  }

  @Test func senselessCountsAreRefused() {
    for count in [Int.min, -1, 0, 1025, Int.max] {
      #expect(throws: ModelError.self) { try ComputeTeam(count: count, pinned: false) }
    }
  }
}

extension DispatchSemaphore {
  fileprivate func waitBriefly() { _ = wait(timeout: .now() + .milliseconds(20)) }
}
