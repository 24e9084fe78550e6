import Dispatch
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

  final class Counter: Sendable {
    let value = Atomic<Int>(0)
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
