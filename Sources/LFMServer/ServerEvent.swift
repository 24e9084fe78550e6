// What the server tells whoever keeps the log. Never a word of a prompt or an answer.

import LFMGeneration
import LFMSocket

/// Something that happened. Delivered on the server's I/O queue, in order; the receiver must return at once.
package enum ServerEvent: Sendable {
  case connectionOpened(ConnectionRecord)
  /// `reason` is `nil` where the peer or we simply closed.
  case connectionClosed(ConnectionRecord, reason: String?)
  case callStarted(CallRecord)
  case callEnded(CallRecord, CallOutcome)
  /// Something went wrong that belongs to no call, such as a connection that could not be accepted.
  case problem(String)
}

/// Which connection.
package struct ConnectionRecord: Hashable, Sendable {
  /// Counted from 1 since the server was made.
  package var number: UInt64
  package var peer: PeerCredentials
}

/// Which call.
package struct CallRecord: Hashable, Sendable {
  package var connection: ConnectionRecord
  package var id: UInt32
  /// The method's full name as the caller wrote it, printable and at most 100 characters.
  package var method: String
  /// How long the caller will wait, if it said so.
  package var timeout: Duration?
}

/// How a call ended.
package struct CallOutcome: Hashable, Sendable {
  package var code: StatusCode
  /// The status's sentence; empty if all went well.
  package var message: String
  package var duration: Duration
  /// From the start to the first text, if there was any.
  package var timeToFirstText: Duration?
  /// Of a generation that came to its end.
  package var usage: GenerationUsage?
}
