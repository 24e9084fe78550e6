import Dispatch
import LFMGeneration
import LFMModel
import Synchronization

/// The caller's hand on a call. Holds the generation once the engine queue has made it.
final class EngineControl: GenerationControl {
  private struct State {
    weak var generation: Generation?
    var isCancelled = false
    var isPaused = false
    var endsThinking = false
  }

  private let engine: Engine
  private let state = Mutex(State())

  init(engine: Engine) { self.engine = engine }

  /// The call has become a generation. On the engine queue.
  ///
  /// - Returns: what was asked of it meanwhile.
  func attach(_ generation: Generation) -> (isCancelled: Bool, isPaused: Bool) {
    state.withLock { state in
      state.generation = generation
      if state.endsThinking { generation.endsThinking.raise() }
      return (state.isCancelled, state.isPaused)
    }
  }

  func cancel() {
    let generation = state.withLock { state in
      state.isCancelled = true
      return state.generation
    }
    guard let generation else { return }
    // The step in flight sees the flag before the engine queue sees the call.
    generation.cancellation.cancel()
    engine.queue.async { [engine] in engine.cancel(generation) }
  }

  func endThinking() {
    let generation = state.withLock { state in
      state.endsThinking = true
      return state.generation
    }
    generation?.endsThinking.raise()
  }

  func pause() { setPaused(true) }
  func resume() { setPaused(false) }

  private func setPaused(_ isPaused: Bool) {
    let generation = state.withLock { state in
      state.isPaused = isPaused
      return state.generation
    }
    guard let generation else { return }
    engine.queue.async { [engine] in engine.setPaused(generation, isPaused) }
  }
}
