// What each method does: one request in, the generator asked, its answers on their way to the call's inbox.
// A new method is a new case here.

import LFMGeneration
import LFMWire

/// Starts the work of a call whose request is whole.
struct CallStarter {
  let server: Server
  /// Where the work reports, from any queue. The call may have ended by then.
  let put: @Sendable (CallInbox.Item) -> Void

  /// - Parameter neighbour: another open call of the same connection, by its id.
  /// - Throws: why the request cannot be served now or ever.
  func start(
    _ request: CallRequest, on call: ServerCall, neighbour: (UInt32) -> ServerCall?
  ) throws(GenerationFailure) {
    switch request {
    case .healthCheck(let service):
      return finish(.health(try health(of: service)))
    case .healthWatch(let service):
      call.control = server.watchHealth(of: service) { [put] in put(.reply(.health($0))) }
      return
    case .healthList:
      let status = server.healthStatus
      return finish(
        .healths(Server.healthNames.map { ServiceHealth(service: $0, status: status) }))
    case .status:
      return status()
    case .endThinking(let other):
      return try endThinking(of: other, neighbour(other))
    default: break
    }
    if server.isDraining { throw .draining }
    let generator = try server.backend.generator()
    switch request {
    case .generate(let request):
      try generate(request, with: generator, on: call)
    case .logits(let tokens):
      try logits(tokens, with: generator, on: call)
    case .tokenize(let text, let parsesSpecialTokens):
      call.control = generator.tokenize(text, parsesSpecialTokens: parsesSpecialTokens) {
        finish($0.map(CallReply.tokens))
      }
    case .detokenize(let tokens, let skipsSpecialTokens):
      call.control = generator.detokenize(tokens, skipsSpecialTokens: skipsSpecialTokens) {
        finish($0.map(CallReply.text))
      }
    case .render(let chat, let asSent):
      call.control = generator.render(chat, asSent: asSent) {
        finish($0.map(CallReply.rendered))
      }
    case .modelInfo:
      finish(.modelInfo(generator.model))
    case .healthCheck, .healthWatch, .healthList, .status, .endThinking: break
    }
  }

  private func endThinking(of id: UInt32, _ other: ServerCall?) throws(GenerationFailure) {
    guard let other, other.phase == .working else {
      throw GenerationFailure(
        .notFound, "no call with the id \(id) runs on this connection; it may have ended")
    }
    guard other.method == .generate else {
      throw GenerationFailure(
        .failedPrecondition, "call \(id) generates no text: only Generate thinks")
    }
    other.control?.endThinking()
    finish(.done)
  }

  private func generate(
    _ request: GenerationRequest, with generator: any TextGenerator, on call: ServerCall
  ) throws(GenerationFailure) {
    let request = try request.validated(vocabularySize: generator.model.vocabularySize)
    call.control = generator.generate(request, deadline: call.deadline) { [put] in
      put(.generation($0))
    }
  }

  private func logits(
    _ tokens: [TokenID], with generator: any TextGenerator, on call: ServerCall
  ) throws(GenerationFailure) {
    guard generator.model.allowsLogits else {
      throw GenerationFailure(
        .failedPrecondition, "Logits is off here; switch it on in the daemon's configuration")
    }
    guard !tokens.isEmpty else {
      throw GenerationFailure(.invalidArgument, "ids is empty; allowed: at least one token id")
    }
    let most = server.limits.logitsPositions
    guard tokens.count <= most else {
      throw GenerationFailure(
        .invalidArgument, "ids has \(tokens.count) positions; allowed: at most \(most)")
    }
    call.control = generator.logits(tokens, deadline: call.deadline) { [put] event in
      switch event {
      case .row(let row): put(.reply(.logitsRow(row)))
      case .finished: put(.end(nil))
      case .failed(let failure): put(.end(failure))
      }
    }
  }

  private func health(of service: String) throws(GenerationFailure) -> HealthStatus {
    guard Server.healthNames.contains(service) else {
      throw GenerationFailure(
        .notFound,
        "this daemon has no such service; it has \(Method.services.joined(separator: ", "))")
    }
    return server.healthStatus
  }

  /// The counts are taken now, the generator's when it answers.
  private func status() {
    let status = server.serviceStatus()
    guard case .ready(let generator) = server.backend.state else { return finish(.status(status)) }
    generator.activity { activity in
      var status = status
      status.activity = activity
      finish(.status(status))
    }
  }

  private func finish(_ result: Result<CallReply, GenerationFailure>) {
    switch result {
    case .success(let reply): finish(reply)
    case .failure(let failure): put(.end(failure))
    }
  }

  private func finish(_ reply: CallReply) {
    put(.reply(reply))
    put(.end(nil))
  }
}

extension GenerationFailure {
  static let draining = GenerationFailure(
    .unavailable, "the daemon is stopping and takes no new calls; its successor will",
    isRetryable: true, retryAfter: .seconds(1))
}
