// Every way to end, in every state: exactly one terminal event, nothing left behind.
import LFMEngine
import LFMGeneration
import LFMModel
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct EngineEndsTests {
  /// An engine whose generations do not end by themselves while a test looks away.
  func endless(running: Int = 16) throws -> EngineHarness {
    try EngineHarness(ScriptedModel.hashing(contextLength: 1 << 20)) {
      $0.contextLength = 1 << 20
      $0.maximumRunning = running
    }
  }

  func cancelled(_ listener: Listener) async -> Bool {
    let events = await listener.end()
    return events.failure?.code == .cancelled && events.terminalCount == 1
  }

  // MARK: - Cancelling

  @Test func `Cancelled at once, it computes nothing`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    for _ in 0..<50 {
      let listener = harness.start(.greedy("abc", maxTokens: 5))
      listener.control?.cancel()
      listener.control?.cancel()
      let events = await listener.end()
      #expect(events.terminalCount == 1)
    }
    await harness.idle()
  }

  @Test func `Cancelled while it is tokenized`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing(contextLength: 1 << 20)) {
      $0.contextLength = 1 << 20
    }
    var request = GenerationRequest.greedy("")
    // Not at first sight too long for the context, but in truth: one that is not cut short in time fails of that.
    request.prompt = .text(
      String(repeating: "a lot of words ", count: 300_000), parsesSpecialTokens: false)
    var wasCut = false
    while !wasCut {
      let listener = harness.start(request)
      while await harness.activity().waiting == 0, listener.events.isEmpty {}
      listener.control?.cancel()
      let events = await listener.end()
      #expect(events.count == 1)
      wasCut = events.failure?.code == .cancelled
      #expect(wasCut || events.failure?.code == .outOfRange)
    }
    #expect(harness.model.steps.withLock { $0.isEmpty })
    await harness.idle()
  }

  @Test func `Cancelled in the queue, in a chunk and in a decode, at once`() async throws {
    let harness = try endless(running: 1)
    let gate = harness.model.gate
    gate.close()
    let running = harness.start(.greedy(String(repeating: "x", count: 500)))
    await gate.arrival()
    let waiting = harness.start(.greedy("waits"))
    await waiting.until { $0.contains(.queued(ahead: 0)) }
    waiting.control?.cancel()
    #expect(await cancelled(waiting))
    // The layer is still held, and the caller is told all the same; the pages are kept for the layer.
    running.control?.cancel()
    #expect(await cancelled(running))
    #expect(await harness.activity().pagesInUse > 0)
    gate.open()
    await harness.idle()
    #expect(harness.model.layersFinished <= 3)

    let decoding = harness.start(.greedy("y"))
    await decoding.until { !$0.answer.isEmpty }
    gate.close()
    await gate.arrival()
    decoding.control?.cancel()
    #expect(await cancelled(decoding))
    let count = decoding.events.count
    gate.open()
    await harness.idle()
    #expect(decoding.events.count == count)
  }

  @Test func `A cancelled neighbour changes nothing for the others`() async throws {
    let request = GenerationRequest.sampled("stays", seed: 4, maxTokens: 60)
    let expected = try await EngineHarness(ScriptedModel.hashing()).run(request).answer
    let harness = try endless()
    harness.model.gate.close()
    let stays = harness.start(request)
    await harness.model.gate.arrival()
    let leavers = (0..<6).map { index in
      harness.start(.sampled("leaves \(index)", seed: 1, maxTokens: 1 << 20))
    }
    harness.model.gate.open()
    for (index, leaver) in leavers.enumerated() {
      await leaver.until { $0.answer.utf8.count > index }
      leaver.control?.cancel()
    }
    #expect(await stays.end().answer == expected)
    for leaver in leavers { #expect(await cancelled(leaver)) }
    await harness.idle()
  }

  @Test func `Too late to cancel is no harm`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    let listener = harness.start(.greedy("a", maxTokens: 1))
    let events = await listener.end()
    listener.control?.cancel()
    listener.control?.pause()
    listener.control?.resume()
    _ = await harness.activity()
    #expect(listener.events == events)
  }

  // MARK: - Deadlines

  @Test func `A deadline that is past starts nothing`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    let events = await harness.run(.greedy("a"), deadline: .now - .seconds(1))
    #expect(events.count == 1 && events.failure?.code == .deadlineExceeded)
    #expect(harness.model.steps.withLock { $0.isEmpty })
    let never = await harness.run(.greedy("a", maxTokens: 1), deadline: .now + .seconds(1 << 40))
    #expect(never.summary != nil)
  }

  @Test func `A deadline is kept in the queue, in a chunk and while paused`() async throws {
    let harness = try endless(running: 2)
    let gate = harness.model.gate
    let paused = harness.start(.greedy("p"))
    await paused.until { !$0.answer.isEmpty }
    paused.control?.pause()
    _ = await harness.activity()
    gate.close()
    let soon = ContinuousClock.now + .milliseconds(150)
    let running = harness.start(.greedy(String(repeating: "x", count: 500)), deadline: soon)
    await gate.arrival()
    let waiting = harness.start(.greedy("w"), deadline: soon + .milliseconds(20))
    for listener in [running, waiting] {
      let events = await listener.end()
      #expect(events.failure?.code == .deadlineExceeded && events.terminalCount == 1)
      #expect(ContinuousClock.now >= soon)
    }
    gate.open()
    paused.control?.cancel()
    await harness.idle()
    // The earliest deadline wakes first, whatever the order of arrival.
    let far = harness.start(.greedy("far"), deadline: .now + .seconds(3000))
    let near = harness.start(.greedy("near"), deadline: .now + .milliseconds(30))
    far.control?.pause()
    near.control?.pause()
    let nearEvents = await near.end()
    #expect(nearEvents.isEmpty == false)
    far.control?.cancel()
    _ = await far.end()
  }

  // MARK: - Pausing

  @Test func `Paused, it says nothing until resumed, and then the same`() async throws {
    let request = GenerationRequest.sampled("pause me", seed: 2, maxTokens: 300)
    let expected = try await EngineHarness(ScriptedModel.hashing()).run(request).answer
    let harness = try EngineHarness(ScriptedModel.hashing())
    let listener = harness.start(request)
    await listener.until { $0.answer.utf8.count > 5 }
    listener.control?.pause()
    // Another one runs meanwhile; after it, whatever was in flight at the pause has been told.
    #expect(await harness.run(.greedy("other", maxTokens: 50)).summary != nil)
    let count = listener.events.count
    #expect(await harness.run(.greedy("another", maxTokens: 50)).summary != nil)
    if !listener.events.contains(where: \.isTerminal) { #expect(listener.events.count == count) }
    listener.control?.resume()
    #expect(await listener.end().answer == expected)
  }

  @Test func `Paused before it began, it waits and lets others pass`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.maximumRunning = 1 }
    harness.model.gate.close()
    let first = harness.start(.greedy("first", maxTokens: 2))
    await harness.model.gate.arrival()
    let paused = harness.start(.greedy("paused", maxTokens: 2))
    await paused.until { $0.contains(.queued(ahead: 0)) }
    paused.control?.pause()
    harness.model.gate.open()
    _ = await first.end()
    #expect(await harness.run(.greedy("later", maxTokens: 2)).summary != nil)
    #expect(paused.events == [.queued(ahead: 0)])
    paused.control?.resume()
    #expect(await paused.end().summary != nil)
  }

  // MARK: - Shutdown

  @Test func `An idle engine shuts down, any number of times, and takes no more`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    await harness.shutdown()
    await harness.shutdown(within: .seconds(5))
    let failure = try #require(await harness.run(.greedy("a")).failure)
    #expect(failure.code == .unavailable && failure.isRetryable)
  }

  @Test func `What runs is stopped, what waits may come again`() async throws {
    let harness = try endless(running: 1)
    let running = harness.start(.greedy("r"))
    await running.until { !$0.answer.isEmpty }
    let waiting = harness.start(.greedy("w"))
    await waiting.until { $0.contains(.queued(ahead: 0)) }
    await harness.shutdown()
    let (ran, waited) = (await running.end().failure, await waiting.end().failure)
    #expect(ran?.code == .unavailable && ran?.isRetryable == false)
    #expect(waited?.code == .unavailable && waited?.isRetryable == true)
    #expect(await harness.activity().pagesInUse == 0)
  }

  @Test func `A drain lets what runs end by itself`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    harness.model.gate.close()
    let running = harness.start(.greedy("r", maxTokens: 30))
    await harness.model.gate.arrival()
    async let done: Void = harness.shutdown(within: .seconds(3600))
    // The drain begins some time soon; from then on nobody new is taken.
    var late: GenerationFailure?
    while late?.code != .unavailable {
      late = await harness.run(.greedy("late"), deadline: .now + .milliseconds(20)).failure
    }
    harness.model.gate.open()
    #expect(await running.end().summary?.reason == .length)
    await done
  }

  // MARK: - Faults

  @Test func `A failed step ends those in it; three in a row end the engine`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    harness.model.fail(with: ModelError(.outOfMemory, "no memory for the test"))
    for round in 1...2 {
      let failure = await harness.run(.greedy("a")).failure
      #expect(failure?.code == .internalError)
      #expect(failure?.message.contains("no memory for the test") == true)
      #expect(harness.fatal.withLock { $0.count } == 0, "\(round)")
    }
    harness.model.fail(with: nil)
    #expect(await harness.run(.greedy("a", maxTokens: 1)).summary != nil)
    harness.model.fail(with: ModelError(.outOfMemory, "no memory for the test"))
    for _ in 1...5 { _ = await harness.run(.greedy("a")) }
    #expect(harness.fatal.withLock { $0.count } == 1)
  }

  @Test func `The caller's handler is let go at the end`() async throws {
    final class Token: Sendable {}
    let harness = try EngineHarness(ScriptedModel.hashing())
    weak var released: Token?
    let listener = Listener()
    var control: (any GenerationControl)?
    do {
      let token = Token()
      released = token
      control = harness.engine.generate(.greedy("a", maxTokens: 1), deadline: nil) { event in
        _ = token
        listener.take(event)
      }
    }
    _ = await listener.end()
    _ = await harness.activity()
    await harness.idle()
    _ = await harness.activity()
    #expect(released == nil)
    withExtendedLifetime(control) {}
  }

  @Test func `Abandoned, everybody is told at once, though a step stands still`() async throws {
    let harness = try endless(running: 1)
    harness.model.gate.close()
    let listeners = (0..<3).map { _ in harness.start(.greedy("abc", maxTokens: 50)) }
    await harness.model.gate.arrival()
    let failure = GenerationFailure(.dataLoss, "gone")
    await withCheckedContinuation { done in harness.engine.abandon(failure) { done.resume() } }
    for listener in listeners { #expect(await listener.end().failure == failure) }
    let late = harness.start(.greedy("a", maxTokens: 1))
    #expect(await late.end().failure?.code == .unavailable)
    harness.model.gate.open()
  }

  @Test func `The beat stops when nothing is computed though something should be`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing())
    let counter = BeatCounter()
    harness.engine.watch(every: .milliseconds(2)) { counter.add() }
    while counter.count < 3 { try await Task.sleep(for: .milliseconds(1)) }
    harness.model.gate.close()
    let listener = harness.start(.greedy("a", maxTokens: 1))
    await harness.model.gate.arrival()
    _ = await harness.activity()
    try await Task.sleep(for: .milliseconds(10))
    let before = counter.count
    try await Task.sleep(for: .milliseconds(30))
    #expect(counter.count == before)
    harness.model.gate.open()
    #expect(await listener.end().summary != nil)
    while counter.count == before { try await Task.sleep(for: .milliseconds(1)) }
    await harness.shutdown()
  }
}

final class BeatCounter: Sendable {
  private let value = Atomic<Int>(0)
  func add() { value.add(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}
