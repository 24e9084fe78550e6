// The flags that every offline command has: which model, and how it computes.

import ArgumentParser
import Foundation
import LFMCheckpoint
import LFMModel

struct ComputeOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("The GGUF file.", valueName: "file"))
  var model: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Compute threads. (default: every processor that lfmd may use)", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The kernels: \"exact\" is the family that keeps activations in 32-bit floats. (default: $LFM_ISA, or the best)",
      valueName: "name"))
  var isa: String?

  @Option(
    help:
      "How keys and values are stored: i16 and q8 as integers of 13 and 8 bits, with a scale for each head. (default: as the daemon stores them, f32 in the exact family and i16 or f16 in the fast one)"
  )
  var kv: KeyValueType?

  @Option(help: ArgumentHelp("The most tokens of a prompt in one step.", valueName: "n"))
  var rows = 512

  @Flag(help: "Compute from the model file, even where lfmctl prepare has prepared it.")
  var noPrepared = false

  @Option(
    help: ArgumentHelp(
      "Where prepared files lie. (default: as the daemon is configured)", valueName: "folder"))
  var cacheDirectory: String?

  @Flag(help: "Bind each thread to one processor.")
  var pin = false

  func validate() throws {
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads must be from 1 to 1024")
    }
    guard (1...16384).contains(rows) else {
      throw ValidationError("--rows must be from 1 to 16384")
    }
  }

  /// How keys and values are stored.
  func keyValueType(_ model: Model) -> KeyValueType { kv ?? KeyValueType(model.element) }

  /// The file, mapped.
  func checkpoint() throws(StartFailure) -> Checkpoint {
    do {
      return try Checkpoint(path: model)
    } catch {
      throw StartFailure(
        error.code == .unreadable ? Exit.noInput : Exit.dataError, "\(error)")
    }
  }

  /// The model on it, as the daemon would have it, and the weights that it computes with.
  ///
  /// - Parameter rows: the most rows of a step, if more than `--rows`.
  func model(
    on checkpoint: Checkpoint, rows: Int = 0
  ) throws(StartFailure) -> (Model, ChosenWeights) {
    let threads = threads ?? Processors.usable
    let weights = try weights(for: checkpoint, threads: threads)
    let model = try ModelLoading.model(
      checkpoint, prepared: weights.prepared,
      Model.Options(
        threads: threads, pinsThreads: pin, maximumRows: max(self.rows, rows),
        instructionSet: isa))
    return (model, weights)
  }

  private func weights(
    for checkpoint: Checkpoint, threads: Int
  ) throws(StartFailure) -> ChosenWeights {
    var loading = try configuration().weightsLoading
    loading.policy = noPrepared ? .off : .existing
    loading.threads = threads
    let weights = try loading.choose(for: checkpoint, instructionSet: isa)
    if weights.isWarning { Exit.say("note: \(weights.reason)") }
    // What is measured is the computing, not the disk.
    weights.prepared?.populate()
    return weights
  }

  /// The daemon's settings, for its cache directory.
  private func configuration() throws(StartFailure) -> Configuration {
    let environment = ProcessInfo.processInfo.environment
    let path = environment["LFMD_CONFIG"]
    do {
      return try ConfigurationSources(
        flags: cacheDirectory.map { [.cacheDirectory: $0] } ?? [:], environment: environment,
        file: (path ?? Configuration.defaultFile, isRequired: path != nil)
      ).load()
    } catch {
      throw StartFailure(Exit.configurationError, "\(error)")
    }
  }
}

/// Runs offline work; what fails becomes a sentence on standard error and an exit code.
func reportingFailures(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let failure as StartFailure {
    Exit.say(failure.sentence)
    throw ExitCode(failure.exitCode)
  } catch let failure as ModelError {
    Exit.say(failure.sentence)
    throw ExitCode(Exit.software)
  }
}
