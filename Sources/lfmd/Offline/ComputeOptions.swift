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

  @Option(help: "How keys and values are stored.")
  var kv = KeyValueType.f16

  @Option(help: ArgumentHelp("The most tokens of a prompt in one step.", valueName: "n"))
  var rows = 512

  @Option(
    help: ArgumentHelp(
      "Where prepared weights lie. (default: $LFMD_CACHE_DIRECTORY, or as for the daemon)",
      valueName: "folder"))
  var cacheDirectory: String?

  @Flag(help: "Bind each thread to one processor.")
  var pin = false

  /// How keys and values are stored, as people say it.
  enum KeyValueType: String, ExpressibleByArgument, CaseIterable {
    case f16
    case f32

    var element: KVLayout.Element { self == .f16 ? .float16 : .float32 }
  }

  func validate() throws {
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads must be from 1 to 1024")
    }
    guard (1...16384).contains(rows) else {
      throw ValidationError("--rows must be from 1 to 16384")
    }
  }

  /// The file, mapped.
  func checkpoint() throws(StartFailure) -> Checkpoint {
    do {
      return try Checkpoint(path: model)
    } catch {
      throw StartFailure(
        error.code == .unreadable ? Exit.noInput : Exit.dataError, "\(error)")
    }
  }

  /// The model on it, as the daemon would have it.
  ///
  /// - Parameter rows: the most rows of a step, if more than `--rows`.
  func model(on checkpoint: Checkpoint, rows: Int = 0) throws(StartFailure) -> Model {
    let threads = threads ?? Processors.usable
    let folder = cacheDirectory ?? ProcessInfo.processInfo.environment["LFMD_CACHE_DIRECTORY"]
    let weights = try WeightsLoading(
      policy: .existing, folder: folder.map(PreparedFolder.init) ?? .standard(), threads: threads
    ).choose(for: checkpoint, instructionSet: isa)
    if weights.isWarning { Exit.say("note: \(weights.reason)") }
    // Reading them is no part of what is measured.
    weights.prepared?.populate()
    return try ModelLoading.model(
      checkpoint, prepared: weights.prepared,
      Model.Options(
        threads: threads, pinsThreads: pin, maximumRows: max(self.rows, rows),
        instructionSet: isa))
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
