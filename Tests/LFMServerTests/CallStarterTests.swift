// Every method, asked over the wire of a server with a fake generator.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct CallStarterTests {
  @Test func generateStreamsItsEvents() async throws {
    let scene = Scene()
    let outcome = try await scene.peer().call(1, .generate("hello"))
    #expect(outcome.replies == FakeGenerator.helloEvents.map(CallReply.event))
    #expect(outcome.status == .ok)
  }

  @Test func failureOfAGenerationIsTheStatus() async throws {
    let scene = Scene()
    let outcome = try await scene.peer().call(1, .generate("fail"))
    #expect(outcome.replies == [.event(.answer(TextDelta(text: "so far")))])
    #expect(
      outcome.status
        == CallStatus(
          code: .resourceExhausted, message: "no room", isRetryable: true, retryAfter: .seconds(3)))
  }

  @Test func smallMethodsAnswer() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    let chat = Chat(messages: [ChatMessage(role: "user", text: "x")])
    let cases: [(CallRequest, CallReply)] = [
      (.tokenize(text: "ab", parsesSpecialTokens: true), .tokens([97, 98])),
      (.tokenize(text: "ab", parsesSpecialTokens: false), .tokens([353, 354])),
      (.tokenize(text: "", parsesSpecialTokens: true), .tokens([])),
      (.detokenize(tokens: [200, 0, 255], skipsSpecialTokens: false), .text([200, 0, 255])),
      (.render(chat, asSent: false), .rendered("<user>")),
      (.modelInfo, .modelInfo(scene.generator.model)),
      (.healthCheck(service: ""), .health(.serving)),
      (.healthCheck(service: "lfm.v1.LanguageModel"), .health(.serving)),
    ]
    for (index, (request, reply)) in cases.enumerated() {
      let outcome = try await peer.call(UInt32(2 * index + 1), request)
      #expect(outcome == Outcome(replies: [reply], status: .ok))
    }
  }

  @Test func failureOfASmallMethodIsTheStatus() async throws {
    let request = CallRequest.detokenize(tokens: [1000], skipsSpecialTokens: false)
    let outcome = try await Scene().peer().call(1, request)
    #expect(outcome.replies.isEmpty)
    #expect(outcome.status?.code == .invalidArgument)
  }

  @Test func statusCountsConnectionsAndCalls() async throws {
    let scene = Scene()
    let (first, second) = (try scene.peer(), try scene.peer())
    first.start(1, .generate("silent"))
    try await eventually("a running call") { scene.generator.counts.started == 1 }
    let outcome = try await second.call(1, .status)
    guard case .status(let status) = outcome.replies.first else {
      Issue.record("no status came")
      return
    }
    #expect(status.connections == 2)
    #expect(status.calls == 2)
    #expect(status.activity.running == 1)
    #expect(status.version == "0.0.0")
    #expect(!status.isDraining)
  }

  @Test func thinkingIsEndedOfANeighbour() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    peer.start(1, .generate("silent"))
    try await eventually("a running call") { scene.generator.counts.started == 1 }
    let done = try await peer.call(3, .endThinking(call: 1))
    #expect(done == Outcome(replies: [.done], status: .ok))
    #expect(scene.generator.counts.thinkingEnded == 1)
    // Ids are a connection's own, and only of calls that run.
    let stranger = try await scene.peer().call(3, .endThinking(call: 1))
    #expect(stranger.status?.code == .notFound)
    let itself = try await peer.call(5, .endThinking(call: 5))
    #expect(itself.status?.code == .notFound || itself.status?.code == .failedPrecondition)
    let never = try await peer.call(7, .endThinking(call: 99))
    #expect(never.status?.code == .notFound)
    #expect(scene.generator.counts.thinkingEnded == 1)
  }

  @Test func unknownServiceIsNotFound() async throws {
    let outcome = try await Scene().peer().call(1, .healthCheck(service: "lfm.v2.Other"))
    #expect(outcome.status?.code == .notFound)
  }

  @Test func logitsComeInOrder() async throws {
    let outcome = try await Scene().peer().call(1, .logits(tokens: [3, 1, 2]))
    #expect(
      outcome.replies == [3, 1, 2].map { .logitsRow([Float](repeating: $0, count: 1000)) })
    #expect(outcome.status == .ok)
  }

  @Test func logitsFailuresAreTheStatus() async throws {
    let peer = try Scene().peer()
    #expect(try await peer.call(1, .logits(tokens: [3, 666])).status?.code == .outOfRange)
    #expect(try await peer.call(3, .logits(tokens: [])).status?.code == .invalidArgument)
    let tooMany = [TokenID](repeating: 1, count: 513)
    let status = try await peer.call(5, .logits(tokens: tooMany)).status
    #expect(status?.code == .invalidArgument)
    #expect(status?.message.contains("512") == true)
  }

  @Test func logitsAreOffUnlessAllowed() async throws {
    let outcome = try await Scene(allowsLogits: false).peer().call(1, .logits(tokens: [1]))
    #expect(outcome.status?.code == .failedPrecondition)
  }

  @Test func parametersOutOfRangeAreRefusedBeforeTheGenerator() async throws {
    let scene = Scene()
    let peer = try scene.peer()
    var requests: [GenerationRequest] = []
    for temperature in [Float.nan, -1, .infinity] {
      requests.append(
        GenerationRequest(
          prompt: .tokens([1]), sampling: SamplingParameters(temperature: temperature)))
    }
    requests.append(GenerationRequest(prompt: .tokens([1]), maxTokens: .max))
    requests.append(GenerationRequest(prompt: .tokens([-1])))
    requests.append(GenerationRequest(prompt: .tokens([1000])))
    requests.append(GenerationRequest(prompt: .text("", parsesSpecialTokens: false)))
    for (index, request) in requests.enumerated() {
      let outcome = try await peer.call(UInt32(2 * index + 1), .generate(request))
      #expect(outcome.status?.code == .invalidArgument)
    }
    #expect(scene.generator.counts.started == 0)
    try await scene.checkAlive()
  }

  @Test func loadingServerAsksForPatience() async throws {
    let scene = Scene(isLoading: true)
    scene.server.backend.reportLoading("half of it is mapped", retryAfter: .seconds(7))
    let peer = try scene.peer()
    #expect(
      try await peer.call(1, .generate("hello")).status
        == CallStatus(
          code: .unavailable, message: "half of it is mapped", isRetryable: true,
          retryAfter: .seconds(7)))
    #expect(try await peer.call(3, .healthCheck(service: "")).replies == [.health(.notServing)])
    #expect(try await peer.call(5, .modelInfo).status?.code == .unavailable)
    #expect(try await peer.call(7, .status).status == .ok)
    scene.server.install(scene.generator)
    #expect(try await peer.call(9, .generate("hello")).status == .ok)
    #expect(try await peer.call(11, .healthCheck(service: "")).replies == [.health(.serving)])
  }
}
