import LFMGeneration
import LFMSocket
import LFMWire

/// A connection to `lfmd`, the daemon that serves LFM2.5 to the programs of this machine.
///
///     let client = try await LFMClient(connectingTo: LFMClient.defaultPath)
///     let request = GenerationRequest(prompt: .chat(Chat(messages: [ChatMessage(role: "user", text: "Hello")])))
///     for try await event in client.generate(request, timeout: .seconds(60)) {
///       if case .answer(let delta) = event { print(delta.text, terminator: "") }
///     }
///
/// Any number of calls may run at a time, from any tasks. A cancelled task cancels its call at the daemon; so does
/// dropping a stream. Every failure is a `GenerationFailure`, whose code, sentence and `isRetryable` say what to do.
///
/// A connection that is lost stays lost: its calls, running or new, fail with `unavailable`; make a new client. The
/// connection is closed when the client and all of its streams are gone, or by `close`.
public final class LFMClient: Sendable {
  /// Where the daemon of this machine listens, unless it is configured otherwise.
  public static let defaultPath = "/run/lfmd/lfmd.sock"

  private let link: ClientLink

  /// Connects to a daemon.
  ///
  /// - Parameter path: an absolute path.
  /// - Throws: `unavailable` if no daemon listens there, with how to start it, or (retryable) if it accepts no connections
  ///   for five seconds; `permissionDenied` if the socket is not for this user; `invalidArgument` if the path cannot be
  ///   a socket's.
  public init(connectingTo path: String = LFMClient.defaultPath) async throws(GenerationFailure) {
    link = try await ClientLink(connectingTo: path)
  }

  /// Speaks over a connected Unix stream socket, such as one end of a pair whose other end a daemon serves.
  ///
  /// - Parameter descriptor: becomes the client's, which closes it, also if this throws.
  /// - Throws: `invalidArgument` if it is not a connected Unix stream socket.
  public init(descriptor: Int32) throws(GenerationFailure) {
    link = try ClientLink(adopting: descriptor)
  }

  /// Closes the connection at once. Running calls end with `cancelled`, here and at the daemon. May be called again.
  public func close() {
    link.connection.close()
  }

  /// Generates text.
  ///
  /// The call starts now. What it fails with is thrown by the stream.
  /// - Parameter timeout: from now; afterwards the call ends with `deadlineExceeded`, wherever it is. `nil` waits for ever.
  public func generate(
    _ request: GenerationRequest, timeout: Duration? = nil
  ) -> GenerationStream {
    GenerationStream(link.begin(.generate(request), timeout: timeout))
  }

  /// Computes the logits of every position of a token sequence. Off unless the daemon is configured for it.
  ///
  /// - Parameters:
  ///   - tokens: 1 to 512 of them.
  ///   - timeout: from now. `nil` waits for ever.
  public func logits(_ tokens: [TokenID], timeout: Duration? = nil) -> LogitsStream {
    LogitsStream(link.begin(.logits(tokens: tokens), timeout: timeout))
  }

  /// Turns text into token ids. Nothing is put before or after them.
  ///
  /// - Parameters:
  ///   - parsesSpecialTokens: whether the text of a special token becomes that token; otherwise it is text.
  ///   - timeout: from now. `nil` waits for ever.
  public func tokenize(
    _ text: String, parsesSpecialTokens: Bool = true, timeout: Duration? = nil
  ) async throws(GenerationFailure) -> [TokenID] {
    let request = CallRequest.tokenize(text: text, parsesSpecialTokens: parsesSpecialTokens)
    guard case .tokens(let tokens) = try await reply(to: request, timeout) else {
      throw .unexpectedReply
    }
    return tokens
  }

  /// Turns token ids into bytes, which need not be valid UTF-8: a token may hold part of a character.
  ///
  /// - Parameters:
  ///   - skipsSpecialTokens: whether special tokens contribute nothing.
  ///   - timeout: from now. `nil` waits for ever.
  public func detokenize(
    _ tokens: [TokenID], skipsSpecialTokens: Bool = false, timeout: Duration? = nil
  ) async throws(GenerationFailure) -> [UInt8] {
    let request = CallRequest.detokenize(tokens: tokens, skipsSpecialTokens: skipsSpecialTokens)
    guard case .text(let bytes) = try await reply(to: request, timeout) else {
      throw .unexpectedReply
    }
    return bytes
  }

  /// Renders a conversation with the model's chat template, without tokenizing it.
  ///
  /// - Parameters:
  ///   - asSent: whether the text is what `generate` sends to the model, in which the arguments of past tool calls are escaped
  ///     so that they read back as the same values; otherwise it is the template's own, byte for byte.
  ///   - timeout: from now. `nil` waits for ever.
  public func render(
    _ chat: Chat, asSent: Bool = false, timeout: Duration? = nil
  ) async throws(GenerationFailure) -> String {
    guard case .rendered(let text) = try await reply(to: .render(chat, asSent: asSent), timeout)
    else {
      throw .unexpectedReply
    }
    return text
  }

  /// Says what model is served.
  ///
  /// - Parameter timeout: from now. `nil` waits for ever.
  public func modelInfo(
    timeout: Duration? = nil
  ) async throws(GenerationFailure) -> ModelDescription {
    guard case .modelInfo(let model) = try await reply(to: .modelInfo, timeout) else {
      throw .unexpectedReply
    }
    return model
  }

  /// Says what the daemon is doing. Answered also while the model is loaded.
  ///
  /// - Parameter timeout: from now. `nil` waits for ever.
  public func status(timeout: Duration? = nil) async throws(GenerationFailure) -> ServiceStatus {
    guard case .status(let status) = try await reply(to: .status, timeout) else {
      throw .unexpectedReply
    }
    return status
  }

  /// Asks whether a service is served (`grpc.health.v1`): `notServing` while the model is loaded, and while the daemon stops.
  ///
  /// - Parameters:
  ///   - service: such as `lfm.v1.LanguageModel`; empty is the whole daemon. Others are `notFound`.
  ///   - timeout: from now. `nil` waits for ever.
  public func health(
    of service: String = "", timeout: Duration? = nil
  ) async throws(GenerationFailure) -> HealthStatus {
    let request = CallRequest.healthCheck(service: service)
    guard case .health(let health) = try await reply(to: request, timeout) else {
      throw .unexpectedReply
    }
    return health
  }

  /// Tells how a service is, now and whenever that changes (`grpc.health.v1`).
  ///
  /// - Parameters:
  ///   - service: as of `health(of:timeout:)`; one that the daemon does not have is `serviceUnknown`.
  ///   - timeout: from now. `nil` waits for ever.
  public func watchHealth(of service: String = "", timeout: Duration? = nil) -> HealthStream {
    HealthStream(link.begin(.healthWatch(service: service), timeout: timeout))
  }

  /// Says how every service is, by its name; the empty one is the whole daemon (`grpc.health.v1`).
  ///
  /// - Parameter timeout: from now. `nil` waits for ever.
  public func healthOfAll(
    timeout: Duration? = nil
  ) async throws(GenerationFailure) -> [String: HealthStatus] {
    guard case .healths(let healths) = try await reply(to: .healthList, timeout) else {
      throw .unexpectedReply
    }
    return Dictionary(healths.map { ($0.service, $0.status) }) { $1 }
  }

  /// The one reply of a call that has one.
  private func reply(
    to request: CallRequest, _ timeout: Duration?
  ) async throws(GenerationFailure) -> CallReply {
    try await link.reply(to: request, timeout: timeout)
  }
}

extension ClientLink {
  /// The one reply of a call that has one.
  func reply(
    to request: CallRequest, timeout: Duration?
  ) async throws(GenerationFailure) -> CallReply {
    let call = begin(request, timeout: timeout)
    guard let reply = try await call.next(), try await call.next() == nil else {
      throw .unexpectedReply
    }
    return reply
  }
}

extension GenerationFailure {
  static let unexpectedReply = GenerationFailure(
    .internalError, "the daemon's reply is not one that this method has")
}
