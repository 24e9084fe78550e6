// The client against the real server, with a fake generator behind it.

import Foundation
import Glibc
import LFMGeneration
import LFMServer
import LFMSocket
import Testing

@testable import LFMClient

struct LFMClientTests {
  @Test func generateStreamsItsEvents() async throws {
    let (events, failure) = await collect(
      try Scene().client().generate(GenerationRequest(words: "hello")))
    #expect(events == FakeGenerator.helloEvents)
    #expect(failure == nil)
  }

  @Test func everyOtherMethodAnswers() async throws {
    let scene = Scene()
    let client = try scene.client()
    #expect(try await client.tokenize("ab") == [97, 98])
    #expect(try await client.tokenize("ab", parsesSpecialTokens: false) == [353, 354])
    #expect(try await client.detokenize([255, 0]) == [255, 0])
    let chat = Chat(messages: [ChatMessage(role: "user", text: "x")])
    #expect(try await client.render(chat) == "<user>")
    #expect(try await client.modelInfo() == scene.generator.model)
    #expect(try await client.health() == .serving)
    #expect(
      try await client.healthOfAll()
        == ["": .serving, "lfm.v1.LanguageModel": .serving, "grpc.health.v1.Health": .serving])
    let status = try await client.status()
    #expect(status.version == "0.0.0" && status.connections == 1)
    var rows: [[Float]] = []
    for try await row in client.logits([3, 1]) { rows.append(row) }
    #expect(rows == [3, 1].map { [Float](repeating: $0, count: 1000) })
  }

  @Test func healthIsWatchedToTheEnd() async throws {
    let scene = Scene(isLoading: true)
    var seen: [HealthStatus] = []
    let failure = await #expect(throws: GenerationFailure.self) {
      for try await status in try scene.client().watchHealth() {
        seen.append(status)
        if seen.count == 1 { scene.server.install(scene.generator) }
        if seen.count == 2 { scene.server.drain(timeout: .seconds(60)) }
      }
    }
    #expect(seen == [.notServing, .serving, .notServing])
    #expect(failure?.code == .unavailable && failure?.isRetryable == true)
  }

  @Test func failuresAreTyped() async throws {
    let client = try Scene(allowsLogits: false).client()
    let (events, failure) = await collect(client.generate(GenerationRequest(words: "fail")))
    #expect(events == [.answer(TextDelta(text: "so far"))])
    #expect(
      failure
        == GenerationFailure(
          .resourceExhausted, "no room", isRetryable: true, retryAfter: .seconds(3)))
    let unknown = await #expect(throws: GenerationFailure.self) {
      _ = try await client.health(of: "nobody")
    }
    #expect(unknown?.code == .notFound)
    let off = await #expect(throws: GenerationFailure.self) {
      for try await _ in client.logits([1]) {}
    }
    #expect(off?.code == .failedPrecondition)
    let bad = await collect(
      client.generate(
        GenerationRequest(
          prompt: .tokens([1]), sampling: SamplingParameters(temperature: .nan))))
    #expect(bad.1?.code == .invalidArgument)
  }

  @Test func loadingDaemonIsRetryable() async throws {
    let scene = Scene(isLoading: true)
    let client = try scene.client()
    #expect(try await client.health() == .notServing)
    let (_, failure) = await collect(client.generate(GenerationRequest(words: "hello")))
    #expect(failure?.code == .unavailable)
    #expect(failure?.isRetryable == true)
    #expect(failure?.retryAfter != nil)
    scene.server.install(scene.generator)
    #expect(await collect(client.generate(GenerationRequest(words: "hello"))).1 == nil)
  }

  @Test func manyCallsShareAConnection() async throws {
    let scene = Scene()
    let client = try scene.client()
    try await withThrowingTaskGroup { group in
      for index in 0..<60 {
        group.addTask {
          if index.isMultiple(of: 3) {
            let tokens = try await client.tokenize("\(index)")
            #expect(tokens == "\(index)".utf8.map { TokenID($0) })
          } else {
            let (events, failure) = await collect(
              client.generate(GenerationRequest(words: index % 3 == 1 ? "hello" : "burst 50")))
            #expect(failure == nil)
            #expect(events.last == .finished(FakeGenerator.summary))
            #expect(events.count == (index % 3 == 1 ? FakeGenerator.helloEvents.count : 51))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(scene.openConnections == 1)
  }

  @Test func twoClientsDoNotMix() async throws {
    let scene = Scene()
    let (first, second) = (try scene.client(), try scene.client())
    for index in 0..<50 {
      async let one = first.tokenize("first \(index)")
      async let two = second.tokenize("second \(index)")
      let (a, b) = try await (one, two)
      #expect(a == "first \(index)".utf8.map(TokenID.init))
      #expect(b == "second \(index)".utf8.map(TokenID.init))
    }
  }

  @Test func deadlinesAreKept() async throws {
    let scene = Scene()
    let client = try scene.client()
    for words in ["silent", "deaf", "forever"] {
      let (_, failure) = await collect(
        client.generate(GenerationRequest(words: words), timeout: .milliseconds(30)))
      #expect(failure?.code == .deadlineExceeded)
    }
    // One whose deadline has passed on the way never starts.
    try await eventually("all that started are stopped") {
      let counts = scene.generator.counts
      return counts.cancelled == counts.started
    }
    let past = await #expect(throws: GenerationFailure.self) {
      _ = try await client.tokenize("x", timeout: .zero)
    }
    #expect(past?.code == .deadlineExceeded)
    #expect(try await client.tokenize("a", timeout: .seconds(1_000_000_000_000)) == [97])
  }

  @Test func droppingTheStreamCancelsTheCall() async throws {
    let scene = Scene()
    let client = try scene.client()
    for try await event in client.generate(GenerationRequest(words: "forever")) {
      if case .answer = event { break }
    }
    try await eventually("the generation stops") { scene.generator.counts.cancelled == 1 }
    _ = client.generate(GenerationRequest(words: "silent"))
    try await eventually("the unread one stops or never starts") {
      let counts = scene.generator.counts
      return counts.cancelled == counts.started
    }
    #expect(try await client.tokenize("a") == [97])
  }

  @Test(arguments: ["silent", "forever"])
  func cancellingTheTaskCancelsTheCall(words: String) async throws {
    let scene = Scene()
    let client = try scene.client()
    let task = Task { await collect(client.generate(GenerationRequest(words: words))) }
    try await eventually("it runs") { scene.generator.counts.started == 1 }
    task.cancel()
    #expect(await task.value.1?.code == .cancelled)
    try await eventually("the generation stops") { scene.generator.counts.cancelled == 1 }
    let small = Task { try await client.tokenize("never") }
    small.cancel()
    let failure = await #expect(throws: GenerationFailure.self) { _ = try await small.value }
    #expect(failure?.code == .cancelled)
    #expect(try await client.tokenize("a") == [97])
  }

  @Test func slowReaderSlowsItsGenerationOnly() async throws {
    let scene = Scene()
    let client = try scene.client()
    let stream = client.generate(GenerationRequest(words: "flood 500"))
    try await eventually("the generation rests") { scene.generator.counts.paused > 0 }
    let before = scene.generator.counts.deltas
    #expect(before < 500)
    #expect(await collect(client.generate(GenerationRequest(words: "hello"))).1 == nil)
    let (events, failure) = await collect(stream)
    #expect(failure == nil)
    #expect(events.count == 501)
    #expect(scene.generator.counts.resumed > 0)
  }

  @Test func closingEndsEverything() async throws {
    let scene = Scene()
    let client = try scene.client()
    let stream = client.generate(GenerationRequest(words: "silent"))
    try await eventually("it runs") { scene.generator.counts.started == 1 }
    client.close()
    client.close()
    #expect(await collect(stream).1?.code == .cancelled)
    let late = await #expect(throws: GenerationFailure.self) { _ = try await client.modelInfo() }
    #expect(late?.code == .cancelled)
    try await eventually("the server sees it") {
      scene.openConnections == 0 && scene.generator.counts.cancelled == 1
    }
  }

  @Test func connectionLivesAsLongAsAStream() async throws {
    let scene = Scene()
    var stream: GenerationStream? = try scene.client().generate(GenerationRequest(words: "hello"))
    if let stream { #expect(await collect(stream).1 == nil) }
    #expect(scene.openConnections == 1)
    stream = nil
    try await eventually("the connection closes") { scene.openConnections == 0 }
  }

  @Test func drainIsRetryableForNewCallsOnly() async throws {
    let scene = Scene()
    let client = try scene.client()
    let stream = client.generate(GenerationRequest(words: "burst 300"))
    try await eventually("it runs") { scene.generator.counts.started == 1 }
    scene.server.drain(timeout: .seconds(60))
    // The farewell comes at its own time; the first call after it is refused.
    var refused: GenerationFailure?
    while refused == nil {
      do throws(GenerationFailure) { _ = try await client.modelInfo() } catch { refused = error }
    }
    #expect(refused?.code == .unavailable)
    #expect(refused?.isRetryable == true)
    let (events, failure) = await collect(stream)
    #expect(failure == nil)
    #expect(events.count == 301)
    try await eventually("the connection closes") { scene.openConnections == 0 }
  }

  @Test func daemonOnAPath() async throws {
    let path = "/tmp/lfm-\(UInt64.random(in: 0 ... .max))"
    let scene = Scene()
    try scene.server.listen(at: SocketAddress(path: path))
    let client = try await LFMClient(connectingTo: path)
    #expect(try await client.status().socket == path)
    scene.server.drain(timeout: .zero)
    try await eventually("the path is given back") { !FileManager.default.fileExists(atPath: path) }
  }

  @Test func absentDaemonIsNamedAndHowToStartIt() async throws {
    let path = "/tmp/lfm-\(UInt64.random(in: 0 ... .max))"
    let absent = await #expect(throws: GenerationFailure.self) {
      _ = try await LFMClient(connectingTo: path)
    }
    #expect(absent?.code == .unavailable)
    #expect(absent?.message.contains(path) == true)
    #expect(absent?.message.contains("systemctl start lfmd") == true)
    for bad in ["", "relative", "/" + String(repeating: "x", count: 200)] {
      let failure = await #expect(throws: GenerationFailure.self) {
        _ = try await LFMClient(connectingTo: bad)
      }
      #expect(failure?.code == .invalidArgument)
    }
  }

  @Test func wrongDescriptorIsRefused() {
    for number in unsafe [-1, open("/dev/null", O_RDWR)] {
      let failure = #expect(throws: GenerationFailure.self) {
        _ = try LFMClient(descriptor: number)
      }
      #expect(failure?.code == .invalidArgument)
    }
  }
}
