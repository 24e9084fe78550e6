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
    let log = Mutex2<[String]>([])
    func start(_ name: String, _ request: GenerationRequest) -> Listener {
      let listener = Listener()
      listener.control = harness.engine.generate(request, deadline: nil) { event in
        log.withLock { $0.append(event.isTerminal ? name + " ends" : name) }
        listener.take(event)
      }
      return listener
    }
    harness.model.gate.close()
    let long = start("long", .greedy(String(repeating: "x", count: 3000), maxTokens: 1))
    await harness.model.gate.arrival()
    let short = start("short", .greedy("quick", maxTokens: 20))
    // Once it is tokenized it has its place, before the gate opens.
    while await harness.activity().running < 2 {}
    harness.model.gate.open()
    for listener in [short, long] { #expect(await listener.end().summary != nil) }
    let order = log.withLock { $0 }
    let shortEnd = try #require(order.firstIndex(of: "short ends"))
    // 20 tokens take 20 steps, in each of which the long prompt has a chunk too.
    #expect(order[..<shortEnd].count { $0 == "long" } <= 22)
    #expect(order[shortEnd...].count { $0 == "long" } > 100)
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
