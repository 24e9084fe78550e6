// Ctrl-C during a call: the task is cancelled, which cancels the call at the daemon, and then the program dies by the
// signal as a shell expects.

import Foundation
import Synchronization

enum Interruptible {
  /// Runs a body in a task that the first SIGINT, SIGTERM or SIGHUP cancels.
  static func run<Result: Sendable>(
    _ body: @escaping () async throws -> Result
  ) async throws -> Result {
    let body = UncheckedBox(value: body)
    let task = Task { try await body.value() }
    Termination.onInterrupt { task.cancel() }
    do {
      return try await task.value
    } catch {
      if let number = Termination.signalReceived {
        Termination.dieBySignal(number)
      }
      throw error
    }
  }

  /// `@unchecked Sendable`: the body is run by one task while its maker waits for that task, so nothing is shared.
  private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
  }
}
