// Who is next, who is dropped, and how many at a time.
import Dispatch
import Testing

@testable import LFMEngine

@Suite(.timeLimit(.minutes(1))) struct TokenizationQueueTests {
  private final class Witness: Sendable {}

  private func until(_ holds: () -> Bool) async {
    while !holds() { try? await Task.sleep(for: .milliseconds(1)) }
  }

  @Test func `Short and long take turns, each in the order in which they came`() async {
    let queue = TokenizationQueue(width: 1)
    let log = Mutex2<[String]>([])
    let left = Mutex2<[String: Int]>([:])
    let gate = Gate()
    gate.close()
    _ = queue.submit(
      bytes: 1,
      step: {
        gate.pass()
        return true
      })
    await gate.arrival()
    func submit(_ name: String, pieces: Int, bytes: Int) {
      left.withLock { $0[name] = pieces }
      _ = queue.submit(
        bytes: bytes,
        step: {
          log.withLock { $0.append(name) }
          return left.withLock { left in
            left[name, default: 0] -= 1
            return left[name] == 0
          }
        })
    }
    submit("A", pieces: 3, bytes: TokenizationQueue.longText)
    submit("B", pieces: 2, bytes: TokenizationQueue.longText)
    submit("c", pieces: 2, bytes: 10)
    submit("d", pieces: 1, bytes: 10)
    gate.open()
    await until { queue.count == 0 }
    #expect(log.withLock { $0.joined() } == "AcAcAdBB")
  }

  @Test func `No more at a time than its width`() async {
    let queue = TokenizationQueue(width: 3)
    let counts = Mutex2((now: 0, most: 0, done: 0))
    for index in 0..<200 {
      _ = queue.submit(
        bytes: index.isMultiple(of: 2) ? 1 : TokenizationQueue.longText,
        step: {
          counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
          }
          for _ in 0..<1000 where counts.withLock({ $0.now < 0 }) {}
          counts.withLock {
            $0.now -= 1
            $0.done += 1
          }
          return true
        })
    }
    await until { queue.count == 0 }
    #expect(counts.withLock { $0.done } == 200)
    #expect(counts.withLock { $0.most } <= 3)
  }

  @Test func `Who is cancelled before the first piece is dropped at once`() async {
    let queue = TokenizationQueue(width: 1)
    let gate = Gate()
    gate.close()
    let busy = queue.submit(
      bytes: 1,
      step: {
        gate.pass()
        return false
      })
    await gate.arrival()
    let ran = Mutex2(false)
    let cancelled = Mutex2(0)
    weak var held: Witness?
    func submit() -> TextJob {
      let witness = Witness()
      held = witness
      return queue.submit(
        bytes: 1,
        step: {
          ran.withLock { $0 = true }
          return withExtendedLifetime(witness) { true }
        }, cancelled: { cancelled.withLock { $0 += 1 } })
    }
    let job = submit()
    #expect(held != nil && queue.count == 2)
    // While the one thread still stands before the gate.
    job.cancel()
    job.cancel()
    await until { cancelled.withLock { $0 } == 1 && held == nil }
    #expect(queue.count == 1)
    // The other is dropped behind its piece, though it would go on for ever.
    busy.cancel()
    gate.open()
    await until { queue.count == 0 }
    #expect(!ran.withLock { $0 } && cancelled.withLock { $0 } == 1)
  }

  @Test func `What is done cannot be cancelled any more`() async {
    let queue = TokenizationQueue(width: 2)
    let cancelled = Mutex2(0)
    let job = queue.submit(
      bytes: 1, step: { true }, cancelled: { cancelled.withLock { $0 += 1 } })
    await until { queue.count == 0 }
    job.cancel()
    let last = Mutex2(false)
    _ = queue.submit(
      bytes: 1,
      step: {
        last.withLock { $0 = true }
        return true
      })
    await until { last.withLock { $0 } }
    #expect(cancelled.withLock { $0 } == 0)
  }
}
