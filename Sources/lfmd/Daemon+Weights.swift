// The weights of a running daemon: prepared beside the first calls, read into memory, and reported.

import Dispatch
import Glibc
import LFMEngine
import LFMGeneration
import LFMModel
import LFMServer
import Logging

extension Daemon {
  /// Has the weights prepared while the model serves from its file, on one thread, and adopted when they are there.
  func prepare(_ loaded: ModelLoading.Loaded) {
    dispatchPrecondition(condition: .onQueue(.main))
    let preparation = PreparationReport { text in
      DispatchQueue.main.async { self.preparing(text) }
    }
    self.preparation = preparation
    preparing("0 %")
    var loading = configuration.weightsLoading
    loading.threads = 1
    DispatchQueue.global(qos: .utility).async { [self, loading] in
      let outcome = Result { () throws(StartFailure) in
        let weights = try loading.choose(
          for: loaded.checkpoint, progress: preparation.take,
          isCancelled: { preparation.isCancelled })
        do throws(ModelError) {
          if let prepared = weights.prepared { try loaded.model.adopt(prepared) }
        } catch {
          throw StartFailure(Exit.software, error.sentence)
        }
        return weights
      }
      DispatchQueue.main.async { self.prepared(outcome) }
    }
  }

  func preparing(_ text: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    logger.log(
      level: preparingText == nil ? .notice : .debug,
      "preparing weights, once for this model; it is served from its file meanwhile",
      metadata: ["progress": "\(text)"])
    preparingText = text
    server.backend.weights?.note = "being prepared, \(text)"
    if let engine {
      report("STATUS=Preparing weights \(text), serving \(engine.model.name) slowly")
    }
  }

  func prepared(_ outcome: Result<ChosenWeights, StartFailure>) {
    dispatchPrecondition(condition: .onQueue(.main))
    preparingText = nil
    preparation = nil
    watchIdleness()
    guard !isStopping else { return }
    switch outcome {
    case .success(let weights): report(weights)
    case .failure(let failure): logger.warning("weights are not prepared: \(failure.sentence)")
    }
  }

  /// Says what the weights are, and has prepared ones read into memory beside the first calls; then says what was got.
  func report(_ weights: ChosenWeights) {
    let description = weights.description
    server.backend.weights = description
    if weights.canBePrepared, configuration.prepare == .auto {
      logger.info("weights: the model file itself, until they are prepared")
    } else if weights.isWarning {
      logger.warning("serving from the model file itself, which is slower: \(weights.reason)")
    } else {
      logger.notice(
        "weights: \(description.preparedPath ?? description.note)",
        metadata: [
          "layout": "\(description.layout)", "source": "\(configuration.model ?? "")",
        ])
    }
    guard let prepared = weights.prepared else { return }
    DispatchQueue.global(qos: .utility).async { [server, logger, preparation] in
      prepared.populate { preparation?.isCancelled ?? false }
      let description = weights.description
      server.backend.weights = description
      let pages = prepared.pages
      logger.info("weights in memory: \(byteText(pages.residentBytes)), pages: \(pages.text)")
    }
  }
}
