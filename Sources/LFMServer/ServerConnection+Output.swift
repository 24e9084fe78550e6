// From what is to be said to bytes. Control frames go straight to the socket; replies wait in their calls and take
// turns, so that no reply stands before a control frame for long and no call before another.

import LFMGeneration
import LFMSocket
import LFMWire

extension ServerConnection {
  /// A frame of the connection.
  func send(_ message: ConnectionMessage) {
    socket.send(FrameEncoder.encode(message, limits: peerLimits))
  }

  func sendStatus(_ status: CallStatus, for call: UInt32) {
    socket.send(FrameEncoder.encode(.status(status), call: call, limits: peerLimits))
  }

  /// Lets the peer send so many more bytes of messages.
  func grant(_ credit: UInt32, for call: UInt32) {
    guard credit > 0 else { return }
    socket.send(FrameEncoder.encode(.window(credit: credit), call: call, limits: peerLimits))
  }

  /// Puts a call in the queue of those that may write.
  func takeTurn(_ call: ServerCall) {
    guard !call.isInTurn else { return }
    call.isInTurn = true
    turns.append(call.id)
  }

  /// Writes replies, one frame a call in turn, until the socket has enough or nothing more may be written.
  func writeReplies() {
    var next = 0
    while next < turns.count, socket.pendingBytes < limits.socketHighWater {
      let id = turns[next]
      next += 1
      guard let call = calls[id] else { continue }
      call.isInTurn = false
      switch call.output.next() {
      case .frame(let bytes):
        account(call)
        socket.send(bytes)
        call.stalledSince = nil
        takeTurn(call)
      case .status(let status):
        sendStatus(status, for: id)
        remove(call, status.code, status.message)
      case nil: break
      }
    }
    turns.removeFirst(next)
    regulate()
  }

  /// Lets generators rest whose replies are not taken, and wakes them when they are.
  private func regulate() {
    for call in calls.values {
      switch call.output.flowChange() {
      case .pause: call.control?.pause()
      case .resume: call.control?.resume()
      case nil: break
      }
      if !call.output.isWaiting {
        call.stalledSince = nil
      } else if call.stalledSince == nil {
        call.stalledSince = .now
      }
    }
  }

  /// A peer that sends and never reads is not read from either. While bytes wait to be written, the socket still
  /// tells when the peer goes.
  func watchOutbox() {
    guard phase == .greeting || phase == .open else { return }
    if readingPausedSince == nil, socket.pendingBytes > limits.socketLimit {
      readingPausedSince = .now
      socket.pauseReading()
    } else if readingPausedSince != nil, socket.pendingBytes <= limits.socketLowWater {
      readingPausedSince = nil
      socket.resumeReading()
    }
  }
}
