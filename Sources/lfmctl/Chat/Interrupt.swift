// Ctrl-C while an answer comes: cancels the work, and lets the program go on.

import Synchronization

/// One answer's interruption. It may come before the work has begun, and more than once.
final class Interrupt: Sendable {
  private struct State {
    var isRaised = false
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  var isRaised: Bool { state.withLock { $0.isRaised } }

  func raise() {
    let cancel = state.withLock { state in
      state.isRaised = true
      return state.cancel
    }
    cancel?()
  }

  /// Runs the body as a task that `raise` cancels.
  func cancelling<Success: Sendable>(
    _ body: @escaping @Sendable () async throws -> Success
  ) async throws -> Success {
    let task = Task { try await body() }
    let isLate = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.isRaised
    }
    if isLate { task.cancel() }
    defer { state.withLock { $0.cancel = nil } }
    return try await task.value
  }
}
