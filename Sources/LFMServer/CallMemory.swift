// How much memory calls hold. Requests are let go of on whatever thread their work ends, so the counts are atomic;
// whether there is room for more is asked on the I/O queue only.

import LFMGeneration
import LFMWire
import Synchronization

/// The bytes that the calls of one connection, or of all, hold.
final class CallMemory: Sendable {
  private let bytes = Atomic<Int>(0)

  var held: Int { bytes.load(ordering: .relaxed) }

  func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }
}

/// A request's bytes, counted for as long as anything holds this: the call, and whoever works on it.
final class RequestHold: Sendable {
  private let count: Int
  private let accounts: [CallMemory]

  init(_ count: Int, in accounts: [CallMemory]) {
    self.count = count
    self.accounts = accounts
    for account in accounts { account.add(count) }
  }

  deinit {
    for account in accounts { account.add(-count) }
  }
}

extension ServerLimits {
  /// Why a call may not hold what it holds, if it may not.
  ///
  /// - Parameters:
  ///   - count: bytes of the call itself.
  ///   - name: what they are, for the sentence.
  ///   - onConnection: bytes of all calls of the connection, these included; `inAll` of all connections.
  func refusal(
    of count: Int, _ name: String, onConnection: Int, inAll: Int
  ) -> GenerationFailure? {
    guard count > smallBytes else { return nil }
    let most = min(heldBytes, heldBytesPerConnection)
    guard count <= most else {
      return GenerationFailure(
        .resourceExhausted, "the \(name) takes \(count) bytes here; a call may take \(most)")
    }
    guard onConnection <= heldBytesPerConnection else { return busy(name, "this connection") }
    guard inAll <= heldBytes else { return busy(name, "the daemon") }
    return nil
  }

  private func busy(_ name: String, _ place: String) -> GenerationFailure {
    GenerationFailure(
      .resourceExhausted,
      "there is no room for the \(name): the calls of \(place) hold as many bytes as they may; "
        + "try again when one has ended",
      isRetryable: true, retryAfter: busyRetryAfter)
  }
}

extension CallRequest {
  /// About how many bytes the request takes once it is parsed.
  ///
  /// - Parameter wireBytes: its length on the wire.
  func memory(wireBytes: Int) -> Int {
    switch self {
    case .generate(let request):
      // A compiled constraint is bounded by itself (its states, its cache of masks), and shared by who gives the same one.
      switch request.prompt {
      case .chat(let chat): wireBytes + chat.overhead
      case .text: wireBytes
      case .tokens(let tokens): max(wireBytes, tokens.count * MemoryLayout<TokenID>.stride)
      }
    case .render(let chat, _): wireBytes + chat.overhead
    case .detokenize(let tokens, _), .logits(let tokens):
      max(wireBytes, tokens.count * MemoryLayout<TokenID>.stride)
    case .endThinking, .tokenize, .modelInfo, .status, .healthCheck, .healthWatch, .healthList:
      wireBytes
    }
  }
}

extension Chat {
  /// What its lists take besides the bytes of their texts: an empty message has five on the wire.
  fileprivate var overhead: Int {
    let lists = messages.reduce(0) { sum, message in
      let calls = (message.toolCalls?.count ?? 0) * MemoryLayout<ChatToolCall>.stride
      guard case .parts(let parts)? = message.content else { return sum + calls }
      return sum + calls + parts.count * MemoryLayout<ChatContentPart>.stride
    }
    return lists + messages.count * MemoryLayout<ChatMessage>.stride
      + tools.count * MemoryLayout<JSONText>.stride
  }
}
