// The life of a call: its start, its request, what its generator says, its end. Exactly one status is queued for
// each call that began, and the generator of a call that ends early is told to stop.

import LFMGeneration
import LFMWire

extension ServerConnection {
  /// The call's start is whole.
  func takeStart(_ bytes: [UInt8], for call: ServerCall) throws(WireError) {
    let message = try ConnectionMessage(decoding: bytes, kind: .callStart)
    guard case .callStart(let start) = message else { return }
    call.hasStarted = true
    call.record.method = printable(start.method)
    call.record.timeout = start.timeout
    server.observer(.callStarted(call.record))
    try checkMetadata(start.metadata)
    if let timeout = start.timeout {
      guard timeout > .zero else { return abort(call, .deadlineExceeded) }
      // A year is for ever, and keeps the sum within what a clock can say.
      call.deadline = call.startedAt.advanced(by: min(timeout, .seconds(366 * 86400)))
    }
    guard let method = Method(rawValue: start.method) else {
      return abort(
        call,
        CallStatus(
          code: .unimplemented,
          message: "the method \(call.record.method) is unknown to \(server.agent)"))
    }
    call.method = method
    call.isHalfClosed = start.halfCloses
    if let first = start.firstMessage {
      try takeRequest(first, for: call)
    } else if start.halfCloses {
      abort(call, .noRequest)
    }
  }

  /// A message of the call: its one request.
  func takeRequest(_ bytes: [UInt8], for call: ServerCall) throws(WireError) {
    guard let method = call.method else {
      throw .invalid("a message came before the call's start was whole")
    }
    if let deadline = call.deadline, deadline <= .now { return abort(call, .deadlineExceeded) }
    do throws(GenerationFailure) {
      // First as it is, so that nothing is parsed for which there is no room, then as what it turns out to be.
      try checkRoom(bytes.count)
      let request = try parse(bytes, as: method)
      let size = request.memory(wireBytes: bytes.count)
      try checkRoom(size)
      let hold = RequestHold(size, in: [requests, server.requests])
      call.phase = .working
      try CallStarter(server: server, put: put(call.id, hold))
        .start(request, on: call, neighbour: { calls[$0] })
    } catch {
      abort(call, CallStatus(error))
    }
  }

  private func parse(
    _ bytes: [UInt8], as method: Method
  ) throws(GenerationFailure) -> CallRequest {
    do throws(WireError) {
      return try CallRequest(decoding: bytes, method: method)
    } catch {
      throw error.failure
    }
  }

  private func checkRoom(_ count: Int) throws(GenerationFailure) {
    let refusal = limits.refusal(
      of: count, "request", onConnection: requests.held + count,
      inAll: server.requests.held + count)
    if let refusal { throw refusal }
  }

  private func checkMetadata(_ metadata: [MetadataEntry]) throws(WireError) {
    let bytes = metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
    guard bytes <= limits.metadataBytes else {
      throw WireError(
        .call, .resourceExhausted,
        "the call's metadata has \(bytes) bytes; at most \(limits.metadataBytes) are taken")
    }
  }

  /// A name from a peer, fit for a sentence and a log.
  private func printable(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(100).map { scalar in
      scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }
}

// MARK: - What the generator says

extension ServerConnection {
  func take(_ items: [(call: UInt32, item: CallInbox.Item)]) {
    for (id, item) in items {
      // A call that has ended may still be spoken of: what is said is dropped.
      guard let call = calls[id], call.phase == .working else { continue }
      switch item {
      case .reply(let reply): queue(reply, for: call)
      case .generation(let event): take(event, for: call)
      case .end(let failure): finish(call, failure.map(CallStatus.init) ?? .ok)
      }
    }
  }

  private func take(_ event: GenerationEvent, for call: ServerCall) {
    switch event {
    case .failed(let failure):
      return finish(call, CallStatus(failure))
    case .finished(let summary):
      call.usage = summary.usage
      queue(.event(event), for: call)
      if call.phase == .working { finish(call, .ok) }
    case .thinking, .answer, .toolCallBegun, .toolCallArguments, .toolCall:
      if call.firstTextAt == nil { call.firstTextAt = .now }
      queue(.event(event), for: call)
    case .queued, .prefill:
      queue(.event(event), for: call)
    }
  }

  private func queue(_ reply: CallReply, for call: ServerCall) {
    let payload = reply.encode()
    guard payload.count <= peerLimits.message else {
      return abort(
        call,
        CallStatus(
          code: .resourceExhausted,
          message:
            "the reply has \(payload.count) bytes, and the caller takes at most \(peerLimits.message); "
            + "ask for less at a time"
        ))
    }
    call.output.append(payload)
    guard call.output.queuedBytes <= limits.outputLimit else {
      return abort(
        call,
        CallStatus(
          code: .resourceExhausted,
          message:
            "\(call.output.queuedBytes) bytes of replies wait for a caller that does not read"))
    }
    account(call)
    let refusal = limits.refusal(
      of: call.output.queuedBytes, "reply", onConnection: replies.held,
      inAll: server.replies.held)
    if let refusal {
      // Work was done: whether to do it again is for the caller to say.
      return abort(
        call,
        CallStatus(
          code: refusal.code,
          message: refusal.message + "; the work was done, and its reply is lost"))
    }
    takeTurn(call)
  }

  /// The work is done; the status follows the replies.
  private func finish(_ call: ServerCall, _ status: CallStatus) {
    call.phase = .leaving
    call.control = nil
    call.output.finish(status)
    takeTurn(call)
  }
}

// MARK: - The end

extension ServerConnection {
  /// Ends a call now: the work stops, replies that have not left are dropped (even in the middle of one), and the
  /// status goes out as a control frame does, before other calls' replies.
  func abort(_ call: ServerCall, _ status: CallStatus) {
    guard calls[call.id] === call else { return }
    sendStatus(status, for: call.id)
    remove(call, status.code, status.message)
  }

  /// The call's status has left, or never will.
  func remove(_ call: ServerCall, _ code: StatusCode, _ message: String) {
    guard calls.removeValue(forKey: call.id) != nil else { return }
    call.stopWork()
    account(call, request: 0, replies: 0)
    table.end(call.id)
    server.callEnded()
    guard call.hasStarted else { return }
    server.observer(
      .callEnded(
        call.record,
        CallOutcome(
          code: code, message: message, duration: call.startedAt.duration(to: .now),
          timeToFirstText: call.firstTextAt.map { call.startedAt.duration(to: $0) },
          usage: call.usage)))
  }

  /// Ends every call: with a status, or (where none can be told any more) without.
  func endAllCalls(_ status: CallStatus?, code: StatusCode, message: String) {
    for call in Array(calls.values) {
      if let status { abort(call, status) } else { remove(call, code, message) }
    }
  }
}
