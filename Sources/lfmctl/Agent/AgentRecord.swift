// What `lfmctl agent --json` tells at its end, whichever end it is: an answer, a failure, the time-out, a signal.

import LFMGeneration
import LFMLanguage
import Synchronization

/// The calls that were answered or begun, with their results. Shared by the loop and by the clock that may end the program: tools can have had effects
/// that a reader must learn of although no answer came.
final class AgentRecord: Sendable {
  private struct State {
    var calls: [(call: ToolCall, result: String?)] = []
    var isTold = false
  }

  private let state = Mutex(State())

  /// Takes a call that is about to be run, or that is answered without.
  func begin(_ call: ToolCall) {
    state.withLock { $0.calls.append((call, nil)) }
  }

  /// Takes the result of the call that was begun last.
  func end(_ result: String) {
    state.withLock { $0.calls[$0.calls.count - 1].result = result }
  }

  /// Each with `name`, `arguments` and `result`, which is null for one that was not ended.
  var calls: [JSONValue] { state.withLock { Self.calls(of: $0) } }

  /// The object that tells of a run that went well.
  func object(answer: String, reason: FinishReason?) -> String? {
    tell { calls in
      var members: [(String, JSONValue)] = [
        ("text", .string(answer)), ("tool_calls", .array(calls)),
      ]
      if let reason { members.append(("finish_reason", .string(reason.rawValue))) }
      return members
    }
  }

  /// The object that tells of a run that failed, or that a signal ended; `nil` if no call was made.
  func object(failure: Failure?) -> String? {
    guard !calls.isEmpty else { return nil }
    var error: [(String, JSONValue)] = [
      ("code", .string(StatusCode.cancelled.name)), ("message", .string("ended by a signal")),
      ("retryable", .bool(false)),
    ]
    if var failure {
      // What tools have done would be done again.
      failure.isRetryable = false
      failure.retryAfter = nil
      error = failure.members
    }
    return tell { [error] in [("tool_calls", .array($0)), ("error", JSONValue(members: error))] }
  }

  /// - Returns: `nil` if the other end was told first.
  private func tell(_ members: ([JSONValue]) -> [(String, JSONValue)]) -> String? {
    let calls: [JSONValue]? = state.withLock { state in
      guard !state.isTold else { return nil }
      state.isTold = true
      return Self.calls(of: state)
    }
    return calls.map { JSONValue(members: members($0)).serialized + "\n" }
  }

  private static func calls(of state: State) -> [JSONValue] {
    state.calls.map { entry in
      JSONValue(members: [
        ("name", .string(entry.call.name)), ("arguments", .object(entry.call.arguments)),
        ("result", entry.result.map { .string($0) } ?? .null),
      ])
    }
  }
}
