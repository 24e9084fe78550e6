// Many at once: what one says does not depend on the others, and all get their turn.
import LFMEngine
import LFMGeneration
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct EngineConcurrencyTests {
  let requests = (0..<12).map { index in
    GenerationRequest.sampled(
      String(repeating: "prompt \(index) ", count: 1 + index * index), seed: UInt64(index),
      maxTokens: 40 + index)
  }

  func alone() async throws -> [[GenerationEvent]] {
    var texts: [[GenerationEvent]] = []
    for request in requests {
      let harness = try EngineHarness(ScriptedModel.hashing())
      texts.append(await harness.run(request))
    }
    return texts
  }

  @Test func `In company everybody says what it says alone`() async throws {
    let expected = try await alone().map(\.answer)
    #expect(expected.allSatisfy { $0.utf8.count >= 40 })
    #expect(Set(expected).count == expected.count)
    for (running, chunk) in [(16, 512), (3, 7), (1, 64)] {
      let harness = try EngineHarness(ScriptedModel.hashing()) {
        $0.maximumRunning = running
        $0.chunk = chunk
      }
      harness.model.gate.close()
      let listeners = requests.map { harness.start($0) }
      harness.model.gate.open()
      for (listener, text) in zip(listeners, expected) {
        let events = await listener.end()
        #expect(events.answer == text)
        #expect(events.summary != nil && events.terminalCount == 1)
      }
      await harness.idle()
      let steps = harness.model.steps.withLock { $0 }
      #expect(steps.allSatisfy { $0.rows <= chunk + running })
      #expect(running == 1 || steps.contains { $0.sequences > 1 })
    }
  }

  @Test func `With too few pages they wait or begin again, and say the same`() async throws {
    let expected = try await alone().map(\.answer)
    let pages = requests.map { request in
      if case .tokens(let tokens) = request.prompt { (tokens.count + 60) / 64 + 1 } else { 0 }
    }.max()!
    let harness = try EngineHarness(ScriptedModel.hashing()) {
      $0.pages = pages
      $0.chunk = 100
    }
    let listeners = requests.map { harness.start($0) }
    for (listener, text) in zip(listeners, expected) {
      let events = await listener.end()
      #expect(events.answer == text)
      // A prompt's progress is told once, even if it had to be computed twice.
      let progress = events.compactMap { event in
        if case .prefill(let done, _) = event { done } else { nil }
      }
      #expect(progress == progress.sorted() && Set(progress).count == progress.count)
    }
    await harness.idle()
  }

  @Test func `Generations that outgrow the pool together take turns`() async throws {
    let requests = (0..<4).map { index in
      GenerationRequest.sampled("p\(index)", seed: UInt64(index), maxTokens: 150)
    }
    let single = try EngineHarness(ScriptedModel.hashing())
    var expected: [String] = []
    for request in requests { expected.append(await single.run(request).answer) }
    // Each needs three pages in the end; there are seven.
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.pages = 7 }
    harness.model.gate.close()
    let listeners = requests.map { harness.start($0) }
    await harness.model.gate.arrival()
    harness.model.gate.open()
    for (listener, text) in zip(listeners, expected) {
      let events = await listener.end()
      #expect(events.answer == text)
      #expect(events.summary?.reason == .length)
    }
    await harness.idle()
  }

  @Test func `A short prompt does not wait for the whole of a long one`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.chunk = 16 }
    harness.model.gate.close()
    let long = harness.start(.greedy(String(repeating: "x", count: 3000), maxTokens: 1))
    await harness.model.gate.arrival()
    let short = harness.start(.greedy("quick", maxTokens: 20))
    // It is there before the gate opens, so its turn is the next.
    await short.until { _ in true }
    _ = await harness.activity()
    harness.model.gate.open()
    _ = await short.end()
    let progress = long.events.compactMap { event in
      if case .prefill(let done, _) = event { done } else { nil }
    }
    #expect((progress.last ?? 0) < 3000)
    #expect(await long.end().summary != nil)
  }

  @Test func `The place in the queue is told as it changes`() async throws {
    let harness = try EngineHarness(ScriptedModel.hashing()) { $0.maximumRunning = 1 }
    harness.model.gate.close()
    let first = harness.start(.greedy("a", maxTokens: 3))
    await harness.model.gate.arrival()
    var others: [Listener] = []
    for index in 0..<3 {
      let listener = harness.start(.greedy("b", maxTokens: 3))
      await listener.until { $0.contains(.queued(ahead: index)) }
      others.append(listener)
    }
    harness.model.gate.open()
    for listener in [first] + others { _ = await listener.end() }
    let last = others[2].events
    #expect(last.prefix(3) == [.queued(ahead: 2), .queued(ahead: 1), .queued(ahead: 0)])
    #expect(last.dropFirst(3).first == .prefill(done: 1, total: 1))
    #expect(!first.events.contains(.queued(ahead: 0)))
  }
}
