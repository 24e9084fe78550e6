// What the server does, as log lines with fields. Never a word of a prompt or an answer.

import LFMGeneration
import LFMServer
import LFMSocket
import Logging

/// Writes the server's events to a log.
enum ServerLog {
  static func write(_ event: ServerEvent, to logger: Logger) {
    switch event {
    case .connectionOpened(let connection):
      logger.debug("connection opened", metadata: metadata(connection))
    case .connectionClosed(let connection, let reason):
      logger.debug(
        "connection closed",
        metadata: metadata(connection).merging(reason.map { ["reason": "\($0)"] } ?? [:]) { $1 })
    case .callStarted(let call):
      logger.debug("call started", metadata: metadata(call))
    case .callEnded(let call, let outcome):
      logger.log(
        level: level(of: outcome.code), "call ended",
        metadata: metadata(call).merging(metadata(outcome)) { $1 })
    case .problem(let sentence):
      logger.warning("\(sentence)")
    }
  }

  /// What callers do wrong is theirs; what we do wrong is for the administrator.
  private static func level(of code: StatusCode) -> Logger.Level {
    switch code {
    case .internalError, .dataLoss, .unknown: .error
    default: .info
    }
  }

  private static func metadata(_ connection: ConnectionRecord) -> Logger.Metadata {
    [
      "connection": "\(connection.number)", "peer-pid": "\(connection.peer.pid)",
      "peer-uid": "\(connection.peer.uid)",
    ]
  }

  private static func metadata(_ call: CallRecord) -> Logger.Metadata {
    var metadata = metadata(call.connection)
    metadata["call"] = "\(call.id)"
    metadata["method"] = "\(call.method)"
    return metadata
  }

  private static func metadata(_ outcome: CallOutcome) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "status": "\(outcome.code)", "seconds": "\(seconds(outcome.duration))",
    ]
    // What went wrong on our side needs its sentence; those about a caller's mistake may quote the caller.
    if level(of: outcome.code) >= .error { metadata["message"] = "\(outcome.message)" }
    if let first = outcome.timeToFirstText { metadata["first-text"] = "\(seconds(first))" }
    if let usage = outcome.usage {
      metadata["prompt-tokens"] = "\(usage.promptTokens)"
      metadata["thinking-tokens"] = "\(usage.thinkingTokens)"
      metadata["answer-tokens"] = "\(usage.answerTokens)"
    }
    return metadata
  }

  private static func seconds(_ duration: Duration) -> Double {
    (duration / .milliseconds(1)).rounded() / 1000
  }
}
