// The client against a daemon that does what it should not, or dies.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMClient

struct ClientConnectionTests {
  @Test func lossBeforeAnEventIsRetryable() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    daemon.close()
    let (events, failure) = await collect(stream)
    #expect(events.isEmpty)
    #expect(failure?.code == .unavailable)
    #expect(failure?.isRetryable == true)
    let later = await #expect(throws: GenerationFailure.self) { _ = try await client.modelInfo() }
    #expect(later?.code == .unavailable)
  }

  @Test func lossAfterAnEventIsNot() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    daemon.reply(.event(.answer(TextDelta(text: "half an ans"))), call: 1)
    daemon.close()
    let (events, failure) = await collect(stream)
    #expect(events == [.answer(TextDelta(text: "half an ans"))])
    #expect(failure?.code == .unavailable)
    #expect(failure?.isRetryable == false)
  }

  @Test func callsBeyondTheFarewellWereNeverStarted() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let first = client.generate(GenerationRequest(words: "x"))
    let second = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(2)
    daemon.send(.goAway(GoAway(lastAcceptedCall: 1, message: "stopping")))
    let refused = await collect(second).1
    #expect(refused?.code == .unavailable && refused?.isRetryable == true)
    daemon.reply(.event(.finished(FakeGenerator.summary)), call: 1)
    daemon.send(.status(.ok), call: 1)
    #expect(await collect(first).1 == nil)
  }

  @Test func daemonThatHangsIsNotWaitedForBeyondTheDeadline() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let failure = await #expect(throws: GenerationFailure.self) {
      _ = try await client.modelInfo(timeout: .milliseconds(10))
    }
    #expect(failure?.code == .deadlineExceeded)
    try await eventually("the call is cancelled") { try daemon.cancels(1) }
    // Its late answer harms nobody.
    daemon.send(.status(.ok), call: 1)
    let other = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(2)
    daemon.reply(.event(.finished(FakeGenerator.summary)), call: 3)
    daemon.send(.status(.ok), call: 3)
    #expect(await collect(other).1 == nil)
  }

  @Test func requestCarriesMethodAndTimeout() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"), timeout: .seconds(60))
    try await daemon.waitForCalls(1)
    let start = try #require(daemon.starts.first?.start)
    #expect(start.method == "lfm.v1.LanguageModel/Generate")
    let timeout = try #require(start.timeout)
    #expect(timeout > .seconds(30) && timeout <= .seconds(60))
    #expect(start.halfCloses)
    client.close()
    #expect(await collect(stream).1?.code == .cancelled)
  }

  @Test func endWithoutAFinishIsNoSuccess() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    daemon.reply(.event(.answer(TextDelta(text: "half"))), call: 1)
    daemon.send(.status(.ok), call: 1)
    #expect(await collect(stream).1?.code == .internalError)
  }

  @Test func brokenReplyEndsItsCallOnly() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    daemon.send(.message([0xFF, 0xFF, 0xFF]), call: 1)
    #expect(await collect(stream).1?.code == .dataLoss)
    let other = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(2)
    daemon.reply(.event(.finished(FakeGenerator.summary)), call: 3)
    daemon.send(.status(.ok), call: 3)
    #expect(await collect(other).1 == nil)
  }

  @Test func unknownCodesAreKept() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    daemon.send(
      .status(CallStatus(code: StatusCode(rawValue: 4711), message: "from the future")), call: 1)
    #expect(await collect(stream).1?.code.rawValue == 4711)
  }

  @Test func whatIsNoDaemonIsToldApart() async throws {
    for noise: [UInt8] in [
      Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), FrameEncoder.encode(.ping(Ping(opaque: 1))),
    ] {
      let daemon = FalseDaemon()
      let client = try daemon.client(hello: nil)
      daemon.send(bytes: noise)
      let failure = await #expect(throws: GenerationFailure.self) {
        _ = try await client.modelInfo()
      }
      #expect(failure?.code == .unimplemented)
    }
    let future = FalseDaemon()
    let client = try future.client(hello: Hello(versions: 5...6, agent: "lfmd 9"))
    let failure = await #expect(throws: GenerationFailure.self) { _ = try await client.modelInfo() }
    #expect(failure?.code == .unimplemented)
    #expect(failure?.message.contains("lfmd 9") == true)
  }

  /// No failure of the daemon's own, which would be INTERNAL.
  @Test func noiseBehindTheGreetingIsToldApart() async throws {
    for noise in ["HTTP/1.1 400 Bad Request\r\n\r\n", String(repeating: "\u{1}", count: 12)] {
      let daemon = FalseDaemon()
      let client = try daemon.client()
      let stream = client.generate(GenerationRequest(words: "x"))
      try await daemon.waitForCalls(1)
      daemon.send(bytes: Array(noise.utf8))
      let failure = await collect(stream).1
      #expect(failure?.code == .dataLoss && failure?.isRetryable == false)
    }
  }

  @Test func daemonThatIgnoresTheWindowIsCutOff() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let stream = client.generate(GenerationRequest(words: "x"))
    try await daemon.waitForCalls(1)
    let delta = CallReply.event(.answer(TextDelta(text: String(repeating: "x", count: 10_000))))
    for _ in 0..<10 { daemon.reply(delta, call: 1) }
    try await eventually("the client hangs up") {
      try daemon.read()
      return daemon.isAtEnd
    }
    let (events, failure) = await collect(stream)
    #expect(failure?.code == .dataLoss)
    #expect(events.count == 6)
  }

  @Test func requestThatIsTooLongIsNotSent() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    let failure = await #expect(throws: GenerationFailure.self) {
      _ = try await client.tokenize(String(repeating: "x", count: 17 << 20))
    }
    #expect(failure?.code == .resourceExhausted)
    try daemon.read()
    #expect(daemon.starts.isEmpty)
  }

  @Test func pingIsAnswered() async throws {
    let daemon = FalseDaemon()
    let client = try daemon.client()
    daemon.send(.ping(Ping(opaque: 99)))
    try await eventually("the answer") {
      try daemon.read()
      return daemon.messages.contains {
        $0.message == .ping(Ping(opaque: 99, isAcknowledgement: true))
      }
    }
    client.close()
  }
}
