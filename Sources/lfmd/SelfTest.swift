// The first generation of a daemon, before it says that it is ready: a few tokens through the engine and the model, on
// the kernels and the threads that will serve. What it finds becomes an exit code; loading is `ModelLoading`'s affair.

import Dispatch
import Glibc
import LFMCheckpoint
import LFMEngine
import LFMGeneration
import Synchronization

/// A short greedy generation, and what it must come to.
enum SelfTest {
  /// What was generated.
  struct Report: Equatable {
    var tokens: [TokenID]
    /// Whether these are the tokens that the model is known to give; false where it is not known.
    var isKnown: Bool
    var duration: Duration
  }

  /// Two tokens in and two out: a chunk and a decode. Less than a second for the largest model, unless its weights have to
  /// be read from the disk first; then what is read is read for the first caller, too.
  static let prompt = "Hello"
  static let length = 2

  /// Models whose answer is known.
  ///
  /// Known by name and by everything before the tensors' bytes. Of those nothing may be looked at here: a model whose
  /// weights were damaged must still be recognised. Whoever trains the demo model anew writes down what it says
  /// (`lfmctl generate --raw --temperature 0 --repetition-penalty 1 --max-tokens 2 --ignore-end --json Hello`).
  static let known: [KnownModel] = [
    KnownModel(name: "lfmd-demo", head: 0xaf8e_1d85_4c29_e57b, tokens: [0, 2767])
  ]

  struct KnownModel {
    var name: String
    /// `print(of:)` of the file's head.
    var head: UInt64
    var tokens: [TokenID]
  }

  /// Generates. Blocks until that is done; a step that hangs keeps the daemon from ever being ready.
  ///
  /// - Throws: `StartFailure`: a data error if the logits are not finite or the tokens not those that are known, an
  ///   internal one if nothing could be generated.
  static func run(
    _ engine: Engine, _ checkpoint: Checkpoint, known: [KnownModel] = known
  ) throws(StartFailure) -> Report {
    let begun = ContinuousClock.now
    let tokens: [TokenID]
    do {
      tokens = try generate(engine)
    } catch {
      // The sampler's verdict on logits that are no numbers, or a step that failed: neither heals by a restart.
      let isDamage = error.code == .internalError
      throw StartFailure(
        isDamage ? Exit.dataError : Exit.software,
        "the self-test of \(checkpoint.path) failed: \(error.message)")
    }
    let expected = expectation(engine.model.name, checkpoint, known)
    if let expected, expected != tokens {
      throw StartFailure(
        Exit.dataError,
        "the self-test of \(checkpoint.path) failed: \(engine.model.name) goes on with \(expected), but here "
          + "with \(tokens); the file or what was prepared from it is damaged, or this machine computes wrongly"
      )
    }
    engine.resetActivity()
    return Report(
      tokens: tokens, isKnown: expected != nil, duration: begun.duration(to: .now))
  }

  /// The tokens, as the engine gives them.
  private static func generate(_ engine: Engine) throws(GenerationFailure) -> [TokenID] {
    var request = GenerationRequest(prompt: .text(prompt, parsesSpecialTokens: false))
    request.maxTokens = length
    request.sampling.temperature = 0
    request.sampling.repetitionPenalty = 1
    request.stop.ignoresEndOfGeneration = true
    request.reportsTokens = true
    // All logits then, and their logarithm, whatever a sampler would have made do with.
    request.topLogProbabilities = 1
    let outcome = Outcome()
    let control = engine.generate(request, deadline: nil) { outcome.take($0) }
    defer { withExtendedLifetime(control) {} }
    return try outcome.wait()
  }

  private static func expectation(
    _ name: String, _ checkpoint: Checkpoint, _ known: [KnownModel]
  ) -> [TokenID]? {
    let candidates = known.filter { $0.name == name }
    guard !candidates.isEmpty else { return nil }
    let head = print(of: checkpoint)
    return candidates.first { $0.head == head }?.tokens
  }

  /// FNV-1a of the bytes before the tensors': metadata, vocabulary and tensor table.
  static func print(of checkpoint: Checkpoint) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    checkpoint.head.withSpan { bytes in
      for index in bytes.indices {
        hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01b3
      }
    }
    return hash
  }
}

extension SelfTest {
  /// The events of the one generation, and who waits for its end.
  private final class Outcome: Sendable {
    private struct State {
      var tokens: [TokenID] = []
      var logarithms: [Float] = []
      var failure: GenerationFailure?
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    func take(_ event: GenerationEvent) {
      switch event {
      case .thinking(let delta), .answer(let delta):
        state.withLock {
          $0.tokens += delta.tokens
          $0.logarithms += delta.logProbabilities.map(\.chosen.logProbability)
        }
      case .failed(let failure):
        state.withLock { $0.failure = failure }
        ended.signal()
      case .finished: ended.signal()
      case .queued, .prefill, .toolCallBegun, .toolCallArguments, .toolCall: break
      }
    }

    func wait() throws(GenerationFailure) -> [TokenID] {
      ended.wait()
      let state = state.withLock { $0 }
      if let failure = state.failure { throw failure }
      guard state.tokens.count == SelfTest.length, state.logarithms.allSatisfy(\.isFinite) else {
        throw GenerationFailure(
          .internalError,
          "\(state.tokens.count) of \(SelfTest.length) tokens came, with probabilities "
            + "\(state.logarithms.map { exp($0) }); the weights are damaged")
      }
      return state.tokens
    }
  }
}
