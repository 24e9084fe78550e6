// From bytes to frames to what they ask for. What is wrong with them ends what `WireError.scope` says.

import LFMGeneration
import LFMSocket
import LFMWire

extension ServerConnection {
  func receive(_ bytes: [UInt8]) {
    guard phase == .greeting || phase == .open else { return }
    decoder.append(bytes)
    do throws(WireError) {
      while phase == .greeting || phase == .open, let output = try decoder.next() {
        try take(output)
      }
    } catch {
      breakUp(error)
    }
    partialFrameSince = decoder.bufferedBytes > 0 ? .now : nil
  }

  /// The peer sends no more. What it asked for is still answered, as long as it reads.
  func endInput() {
    inputEnded = true
    partialFrameSince = nil
    for call in Array(calls.values) where call.phase == .receiving {
      abort(call, .noRequest)
    }
  }

  private func breakUp(_ error: WireError) {
    leave(
      GoAway(lastAcceptedCall: table.lastBegun, code: error.code, message: error.message))
  }

  private func take(_ output: FrameDecoder.Output) throws(WireError) {
    switch output {
    case .frame(let frame): try take(frame)
    case .refused(let call, let kind, let error): refuse(call, kind, error)
    }
  }

  private func take(_ frame: Frame) throws(WireError) {
    guard phase == .open || frame.kind == .hello else {
      throw WireError(
        .connection, .failedPrecondition,
        "the first frame is of kind \(frame.kind); a connection begins with hello")
    }
    switch frame.kind {
    case .hello, .ping, .goAway: try takeOfConnection(frame)
    case .callStart, .message: takePiece(frame)
    case .halfClose, .cancel, .window: takeOfCall(frame)
    case .status:
      throw WireError(
        .connection, .internalError, "call \(frame.call): a client does not send a status")
    }
  }

  private func takeOfConnection(_ frame: Frame) throws(WireError) {
    let message: ConnectionMessage
    do throws(WireError) {
      message = try ConnectionMessage(decoding: frame.payload, kind: frame.kind)
    } catch {
      throw WireError(.connection, error.code, error.message)
    }
    switch message {
    case .hello(let hello): try greet(hello)
    case .ping(let ping):
      guard !ping.isAcknowledgement else { return }
      send(.ping(Ping(opaque: ping.opaque, isAcknowledgement: true)))
    // The peer begins no more calls; it closes when those it has are done.
    default: return
    }
  }

  private func greet(_ hello: Hello) throws(WireError) {
    guard phase == .greeting else {
      throw WireError(.connection, .internalError, "a second hello came")
    }
    guard hello.versions.overlaps(Hello.supported) else {
      throw WireError(
        .connection, .failedPrecondition,
        "the caller speaks versions \(hello.versions) of the protocol, this daemon \(Hello.supported)"
      )
    }
    peerLimits = hello.limits
    phase = .open
  }
}

// MARK: - Calls

extension ServerConnection {
  /// A frame that is too long to be taken.
  private func refuse(_ id: UInt32, _ kind: FrameKind, _ error: WireError) {
    guard phase == .open else {
      return breakUp(
        WireError(.connection, .failedPrecondition, "a connection begins with hello"))
    }
    if let call = calls[id] { return abort(call, CallStatus(error.failure)) }
    guard kind == .callStart, !table.isPast(id), let call = begin(id) else { return }
    abort(call, CallStatus(error.failure))
  }

  /// A call's start or message, or a fragment of one.
  private func takePiece(_ frame: Frame) {
    if let call = calls[frame.call] {
      guard frame.kind == .callStart, call.hasStarted else {
        return assemble(frame, for: call)
      }
      if case .breakOpenCall(let status) = table.begin(frame.call, roomElsewhere: true) {
        abort(call, status)
      }
      return
    }
    // What follows a refused or ended call's fragments is not an answerable call of its own.
    guard !frame.flags.contains(.continuation) else { return }
    if frame.kind == .message {
      if case .refuse(let status) = table.message(frame.call) {
        sendStatus(status, for: frame.call)
      }
      return
    }
    guard let call = begin(frame.call) else { return }
    assemble(frame, for: call)
  }

  /// Opens a call, or answers why not.
  private func begin(_ id: UInt32) -> ServerCall? {
    switch table.begin(id, roomElsewhere: server.hasRoomForCall) {
    case .begin:
      let output = CallOutput(
        call: id, limits: peerLimits, highWater: limits.outputHighWater,
        lowWater: limits.outputLowWater)
      let call = ServerCall(
        id: id, connection: record, now: .now, output: output, limits: server.frameLimits)
      calls[id] = call
      server.callBegan()
      return call
    case .refuse(let status), .breakOpenCall(let status):
      sendStatus(status, for: id)
      return nil
    case .drop: return nil
    }
  }

  private func assemble(_ frame: Frame, for call: ServerCall) {
    guard call.phase != .leaving else { return }
    do throws(WireError) {
      // Said of its first fragment: the rest is not waited for, nor held.
      if call.phase == .working {
        throw .invalid(
          call.isHalfClosed
            ? "a message came after the caller's half-close"
            : "\(call.record.method) takes one request, and a second one came")
      }
      let outcome = try call.assembler.accept(frame)
      account(call)
      call.lastPieceAt = .now
      switch outcome {
      case .incomplete:
        let refusal = limits.refusal(
          of: call.assembler.pendingBytes, "request", onConnection: requests.held,
          inAll: server.requests.held)
        if let refusal { return abort(call, CallStatus(refusal)) }
        if frame.kind == .message { grant(UInt32(clamping: frame.payload.count), for: call.id) }
      case .message(.callStart, let bytes): try takeStart(bytes, for: call)
      case .message(_, let bytes): try takeRequest(bytes, for: call)
      case .skipped: break
      }
    } catch {
      abort(call, CallStatus(error.failure))
    }
  }

  /// Keeps the count of bytes that wait for the rest of their message, or to leave.
  func account(_ call: ServerCall) {
    account(call, request: call.assembler.pendingBytes, replies: call.output.queuedBytes)
  }

  func account(_ call: ServerCall, request: Int, replies: Int) {
    for memory in [self.requests, server.requests] { memory.add(request - call.requestBytes) }
    for memory in [self.replies, server.replies] { memory.add(replies - call.replyBytes) }
    (call.requestBytes, call.replyBytes) = (request, replies)
  }

  private func takeOfCall(_ frame: Frame) {
    guard let call = calls[frame.call] else { return }
    do throws(WireError) {
      switch try ConnectionMessage(decoding: frame.payload, kind: frame.kind) {
      case .halfClose:
        call.isHalfClosed = true
        if call.phase == .receiving { abort(call, .noRequest) }
      case .cancel:
        abort(call, CallStatus(code: .cancelled, message: "the caller cancelled the call"))
      case .window(let credit):
        guard call.output.add(credit: credit) else {
          throw WireError(
            .call, .internalError,
            "the caller's credit for this call passed \(CreditWindow.limit) bytes")
        }
        takeTurn(call)
      default: break
      }
    } catch {
      abort(call, CallStatus(error.failure))
    }
  }
}

extension CallStatus {
  /// What a call gets whose sender stops too early.
  static let noRequest = CallStatus(
    code: .invalidArgument, message: "the caller's messages ended before the request came")
}
