// `lfmd prepare`: makes the prepared file of a model, and removes those that nobody can use. `lfmctl prepare` hands over
// to it.

import ArgumentParser
import Foundation
import LFMCheckpoint
import LFMLanguage
import LFMModel

struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd prepare",
    abstract: "Lay a model's weights out for this machine's vector units, in a file of their own.",
    discussion: """
      The file is as large as the model and lies in the cache directory; the daemon makes it while it serves, if \
      it is not there. It belongs to one state of one model file: where that changes, it is made anew.

      Exit codes: 65 the model file is malformed, 66 it is missing, 73 there is no room or the cache directory cannot \
      be written, 75 the model file changed meanwhile, 78 the configuration is wrong, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("The GGUF file. (default: the configured model)", valueName: "file"))
  var file: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file, in the manner of the other commands.", valueName: "file"))
  var model: String?

  @Flag(
    help:
      "Remove prepared files whose model is gone or changed, and what unfinished preparations left. Alone, or before the work."
  )
  var prune = false

  @Flag(help: "Make the file anew, even if it is current.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "Where prepared files lie. (default: as the daemon is configured)", valueName: "folder"))
  var cacheDirectory: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Threads. (default: every processor that lfmd may use)", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("The daemon's configuration file.", valueName: "file"))
  var config: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if file != nil, model != nil { throw ValidationError("name one file") }
    if prune, force, file == nil, model == nil {
      throw ValidationError("--force is about a file, and --prune alone makes none")
    }
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads must be from 1 to 1024")
    }
  }

  func run() throws {
    try reportingFailures {
      let configuration = try settings()
      let folder = configuration.weightsLoading.folder
      let interruption = Interruption()
      var members: [(String, JSONValue)] = [("folder", .string(folder.path))]
      if prune { members += try report(pruning(folder, interruption)) }
      if let path = file ?? model ?? (prune ? nil : configuration.model) {
        members += try prepare(path, folder, interruption)
      } else if !prune {
        throw StartFailure(
          Exit.configurationError, "name a model file: none is configured")
      }
      if json { ResultOutput.write(JSONValue.object(JSONObject(members)).serialized + "\n") }
    }
  }

  /// The daemon's settings, for its cache directory and its model.
  private func settings() throws(StartFailure) -> Configuration {
    let environment = ProcessInfo.processInfo.environment
    let path = config ?? environment["LFMD_CONFIG"]
    var flags: [ConfigurationKey: String] = [:]
    if let cacheDirectory { flags[.cacheDirectory] = cacheDirectory }
    do {
      return try ConfigurationSources(
        flags: flags, environment: environment,
        file: (path ?? Configuration.defaultFile, isRequired: path != nil)
      ).load()
    } catch {
      throw StartFailure(Exit.configurationError, "\(error)")
    }
  }

  // MARK: - Preparing

  private func prepare(
    _ path: String, _ folder: PreparedFolder, _ interruption: Interruption
  ) throws(StartFailure) -> [(String, JSONValue)] {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(path: path)
    } catch {
      throw StartFailure(error.code == .unreadable ? Exit.noInput : Exit.dataError, "\(error)")
    }
    var preparation = Preparation(
      checkpoint, in: folder, threads: threads ?? Processors.usable)
    preparation.isForced = force
    let begun = ContinuousClock.now
    let progress = PreparationProgress(file: path)
    let outcome: Preparation.Outcome
    do throws(PreparationFailure) {
      defer { progress.clear() }
      outcome = try preparation.run(
        progress: progress.show, isCancelled: { interruption.hasCome })
    } catch {
      return try report(error, interruption)
    }
    return try report(outcome, checkpoint, folder, took: (ContinuousClock.now - begun).inSeconds)
  }

  private func report(
    _ outcome: Preparation.Outcome, _ checkpoint: Checkpoint, _ folder: PreparedFolder,
    took seconds: Double
  ) throws(StartFailure) -> [(String, JSONValue)] {
    guard case .weights(let prepared)? = try? PreparedWeights.open(for: checkpoint, in: folder)
    else {
      throw StartFailure(Exit.software, "the weights were prepared, but cannot be used; try again")
    }
    prepared.populate()
    let pages = prepared.pages.text
    let (path, bytes, isNew) =
      switch outcome {
      case .made(let path, let bytes): (path, bytes, true)
      case .found(let path, let bytes): (path, bytes, false)
      }
    if !json {
      ResultOutput.write(
        isNew
          ? "prepared \(path): \(byteText(bytes)) in \(seconds.fixed(1)) s, pages: \(pages)\n"
          : "already prepared: \(path), \(byteText(bytes)), pages: \(pages)\n")
    }
    return [
      ("source", .string(checkpoint.path)), ("prepared", .string(path)), ("made", .bool(isNew)),
      ("bytes", .integer(String(bytes))), ("seconds", .float(seconds)),
      ("layout", .string(prepared.layout)), ("pages", .string(pages)),
    ]
  }

  private func report(
    _ failure: PreparationFailure, _ interruption: Interruption
  ) throws(StartFailure) -> [(String, JSONValue)] {
    switch failure.kind {
    case .cancelled: interruption.end()
    case .nothingToPack:
      // Not a failure: such a model is served as well as it can be.
      if !json { ResultOutput.write("nothing to prepare: \(failure)\n") }
      return [("prepared", .null), ("made", .bool(false)), ("note", .string("\(failure)"))]
    case .noSpace, .cannotWrite: throw StartFailure(Exit.cannotCreate, "\(failure)")
    case .sourceChanged: throw StartFailure(Exit.temporaryFailure, "\(failure)")
    case .badModel: throw StartFailure(Exit.dataError, "\(failure)")
    }
  }

  // MARK: - Pruning

  private func pruning(
    _ folder: PreparedFolder, _ interruption: Interruption
  ) throws(StartFailure) -> PreparedFolder.Pruned {
    do throws(PreparationFailure) {
      return try folder.prune(isCancelled: { interruption.hasCome })
    } catch {
      if error.kind == .cancelled { interruption.end() }
      throw StartFailure(Exit.cannotCreate, "\(error)")
    }
  }

  private func report(_ pruned: PreparedFolder.Pruned) -> [(String, JSONValue)] {
    if !json {
      for entry in pruned.entries {
        ResultOutput.write(
          "removed \(LogText.oneLine(entry.path)), \(byteText(entry.bytes)): \(LogText.oneLine(entry.reason))\n"
        )
      }
      let count = pruned.entries.count
      ResultOutput.write(
        count == 0
          ? "nothing to remove\n"
          : "removed \(count) file\(count == 1 ? "" : "s"), \(byteText(pruned.bytes))\n")
    }
    let removed = pruned.entries.map { entry in
      JSONValue.object(
        JSONObject([
          ("path", .string(entry.path)), ("bytes", .integer(String(entry.bytes))),
          ("reason", .string(entry.reason)),
        ]))
    }
    return [("removed", .array(removed)), ("removed_bytes", .integer(String(pruned.bytes)))]
  }
}

/// `4.84 GB`.
func byteText(_ bytes: Int) -> String {
  switch bytes {
  case ..<1_000_000: "\(bytes) bytes"
  case ..<1_000_000_000: (Double(bytes) / 1e6).fixed(1) + " MB"
  default: (Double(bytes) / 1e9).fixed(2) + " GB"
  }
}
