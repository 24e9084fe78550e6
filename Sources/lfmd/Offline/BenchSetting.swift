// What offline results were measured on: it stands before or among them in every form.

import LFMCheckpoint
import LFMGeneration
import LFMLanguage
import LFMModel

/// A model file, and how it is computed.
struct BenchSetting {
  var model: String
  var fileSize: Int
  var instructionSet: String
  var threads: Int
  var kv: String
  /// The most rows of a step.
  var rows: Int
  var probes: Bool
  /// The path of the prepared file, if there is one.
  var prepared: String?
  /// What the weights are, for people.
  var weights: String

  init(
    _ checkpoint: Checkpoint, _ model: Model, _ weights: ChosenWeights, kv: String, rows: Int,
    probes: Bool = false
  ) {
    self.model = checkpoint.path
    fileSize = checkpoint.fileSize
    instructionSet = model.instructionSet
    threads = model.options.threads
    self.kv = kv
    self.rows = rows
    self.probes = probes
    let description = weights.description
    prepared = description.preparedPath
    self.weights =
      if weights.prepared == nil {
        "as in the file" + (weights.reason.isEmpty ? "" : " (\(weights.reason))")
      } else {
        description.preparedPath == nil ? "packed in memory" : "prepared, \(description.pages)"
      }
  }

  /// Two lines.
  var lines: String {
    "\(LogText.oneLine(model)), \(byteText(fileSize)), \(instructionSet), \(threads) threads, KV \(kv)\n"
      + "weights: \(LogText.oneLine(weights))\n"
  }

  var members: [(String, JSONValue)] {
    [
      ("version", .string(Version.text)),
      ("model", .string(model)),
      ("file_bytes", .integer(String(fileSize))),
      ("instruction_set", .string(instructionSet)),
      ("threads", .integer(String(threads))),
      ("kv", .string(kv)),
      ("rows", .integer(String(rows))),
      ("prepared", prepared.map { .string($0) } ?? .null),
      ("weights", .string(weights)),
    ]
  }
}
