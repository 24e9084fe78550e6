// Which weights a model computes with: a prepared file, one made now, packed ones in memory, or the checkpoint's own.

import LFMCheckpoint
import LFMGeneration
import LFMModel

/// What `prepare` may be set to.
enum PreparePolicy: String, CaseIterable, Sendable {
  /// Use the prepared file, and make it where there is none.
  case auto
  /// Use it where there is one.
  case existing
  /// Compute from the model file itself.
  case off
}

/// The weights beside the checkpoint, and why they are those.
struct ChosenWeights: Sendable {
  var prepared: PreparedWeights?
  /// Why the model is served from its file as it is.
  var reason = ""
  /// Whether somebody should do something about that.
  var isWarning = false
  /// Whether preparing them would help.
  var canBePrepared = false

  /// For `status`; the pages are those of this moment.
  var description: WeightsDescription {
    guard let prepared else {
      return WeightsDescription(
        preparedPath: nil, layout: "as in the model file", pages: "", note: reason)
    }
    let path: String? = if case .file(let path) = prepared.home { path } else { nil }
    return WeightsDescription(
      preparedPath: path, layout: prepared.layout, pages: prepared.pages.text,
      note: path == nil ? "packed in memory" : "")
  }
}

/// Finds or makes prepared weights as the settings say.
struct WeightsLoading: Sendable {
  var policy: PreparePolicy
  var folder: PreparedFolder
  var threads: Int

  /// Smaller ones are packed at every start: that is quick, and a file would only lie about.
  var smallest = 64 << 20

  /// - Parameters:
  ///   - instructionSet: the kernels' name, as `Model.Options` has it.
  ///   - progress: called on any thread, one call at a time.
  ///   - isCancelled: asked often, on any thread.
  /// - Throws: `StartFailure` when cancelled; whatever else happens, there is a way to serve.
  func choose(
    for checkpoint: Checkpoint, instructionSet: String? = nil,
    progress: @Sendable (Preparation.Progress) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool = { false }
  ) throws(StartFailure) -> ChosenWeights {
    guard policy != .off else { return ChosenWeights(reason: "prepare is off") }
    do throws(ModelError) {
      guard try Model.usesPackedWeights(checkpoint, instructionSet: instructionSet) else {
        return ChosenWeights(reason: "computed exactly")
      }
      let reason: String
      switch try PreparedWeights.open(for: checkpoint, in: folder) {
      case .weights(let prepared): return ChosenWeights(prepared: prepared)
      case .nothing(let why): reason = why
      }
      if try PreparedWeights.packedBytes(of: checkpoint) < smallest {
        guard let prepared = try PreparedWeights.inMemory(checkpoint, threads: threads) else {
          return ChosenWeights(reason: "none of its matrices is of a type that is packed")
        }
        return ChosenWeights(prepared: prepared)
      }
      guard policy == .auto else {
        return ChosenWeights(
          reason: "no prepared weights in \(folder.path): \(reason); `lfmctl prepare` makes them",
          isWarning: true, canBePrepared: true)
      }
    } catch {
      // What is wrong with the model is said by whoever makes one of it.
      return ChosenWeights(reason: error.sentence, isWarning: true)
    }
    return try make(checkpoint, progress, isCancelled)
  }

  private func make(
    _ checkpoint: Checkpoint, _ progress: @Sendable (Preparation.Progress) -> Void,
    _ isCancelled: @Sendable () -> Bool
  ) throws(StartFailure) -> ChosenWeights {
    do throws(PreparationFailure) {
      _ = try Preparation(checkpoint, in: folder, threads: threads)
        .run(progress: progress, isCancelled: isCancelled)
    } catch {
      if error.kind == .cancelled { throw StartFailure(Exit.software, "stopped while preparing") }
      return ChosenWeights(
        reason: "the weights could not be prepared: \(error)", isWarning: true)
    }
    guard case .weights(let prepared)? = try? PreparedWeights.open(for: checkpoint, in: folder)
    else {
      return ChosenWeights(
        reason: "the weights were prepared, but cannot be used", isWarning: true)
    }
    return ChosenWeights(prepared: prepared)
  }
}

extension Configuration {
  /// How the daemon comes to its weights.
  var weightsLoading: WeightsLoading {
    WeightsLoading(
      policy: prepare, folder: cacheDirectory.map(PreparedFolder.init) ?? .standard(),
      threads: computeThreads)
  }

  var computeThreads: Int { threads > 0 ? threads : Processors.usable }
}

extension Preparation.Progress {
  /// For people: "43 %".
  var text: String {
    switch self {
    case .waiting: "(waiting for another process that prepares)"
    case .packing(let done, let total): "\(total > 0 ? done * 100 / total : 0) %"
    case .syncing: "(waiting for the disk)"
    }
  }
}
