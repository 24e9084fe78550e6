import LFMGeneration
import Synchronization

/// What stands behind the server: at first nothing, then a generator. The server serves before the model is loaded,
/// and says so.
package final class ServerBackend: Sendable {
  package enum State: Sendable {
    /// Calls are told the sentence, and when to try again.
    case loading(String, retryAfter: Duration)
    case ready(any TextGenerator)
  }

  private let current: Mutex<State>
  private let currentWeights = Mutex<WeightsDescription?>(nil)

  package init() {
    current = Mutex(.loading("the model is still being loaded", retryAfter: .seconds(1)))
  }

  package var state: State { current.withLock { $0 } }

  /// Replaces the sentence that callers get while the model is loaded. Does nothing once there is a generator.
  package func reportLoading(_ sentence: String, retryAfter: Duration) {
    current.withLock { state in
      if case .loading = state { state = .loading(sentence, retryAfter: retryAfter) }
    }
  }

  /// How the generator's weights lie in memory, as it was last told.
  package var weights: WeightsDescription? {
    get { currentWeights.withLock { $0 } }
    set { currentWeights.withLock { $0 = newValue } }
  }

  package func install(_ generator: any TextGenerator) {
    current.withLock { $0 = .ready(generator) }
  }

  /// The generator, or why there is none.
  package func generator() throws(GenerationFailure) -> any TextGenerator {
    switch state {
    case .ready(let generator): return generator
    case .loading(let sentence, let retryAfter):
      throw GenerationFailure(.unavailable, sentence, isRetryable: true, retryAfter: retryAfter)
    }
  }
}
