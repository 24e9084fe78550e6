// `lfmctl inspect`: what is in a GGUF file. Reads every well-formed one, of whatever architecture.

import ArgumentParser
import LFMCheckpoint
import LFMLanguage

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what is in a GGUF file.")

  @Argument(help: "The file; \"demo\" is the demo model.")
  var file: String?

  @Option(help: "The file, in the manner of the other commands.")
  var model: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Leave the tensors out.")
  var noTensors = false

  @Option(
    help: ArgumentHelp(
      "Say how much memory serving it takes with one sequence of so many tokens.", valueName: "n"))
  var context: Int?

  @Option(
    help: ArgumentHelp(
      "For that, how keys and values are stored: f16, f32, i16 or q8.", valueName: "kv")
  )
  var kv: String?

  func validate() throws {
    if kv != nil, context == nil { throw ValidationError("--kv says nothing without --context") }
    if (file == nil) == (model == nil) { throw ValidationError("name one file") }
  }

  func run() async throws {
    try await reportingFailures {
      let report = InspectReport(
        checkpoint: try OfflineModel(file ?? model ?? "").checkpoint, showsTensors: !noTensors)
      let memory = try context.map {
        try InspectMemory.report(file: report.checkpoint.path, context: $0, kv: kv, json: json)
      }
      if json {
        let more = try memory.map { [("memory", try JSONParser.parse($0))] } ?? []
        try StandardOutput.write(report.json(and: more).serialized + "\n")
      } else {
        try StandardOutput.write(report.text + (memory.map { "\n" + $0 } ?? ""))
      }
    }
  }
}

/// A file's contents in the two forms.
struct InspectReport {
  let checkpoint: Checkpoint
  let showsTensors: Bool

  func json(and more: [(String, JSONValue)]) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("file", .string(checkpoint.path)),
      ("bytes", .whole(checkpoint.fileSize)),
      ("gguf_version", .whole(checkpoint.version)),
      ("alignment", .whole(checkpoint.alignment)),
      ("parameters", .whole(parameterCount)),
      ("has_tensor_data", .bool(checkpoint.hasTensorData)),
      (
        "metadata",
        JSONValue(members: checkpoint.metadata.entries.map { ($0.key, Self.json($0.value)) })
      ),
    ]
    if showsTensors {
      members.append(("tensors", .array(checkpoint.tensors.map(Self.json))))
    }
    return JSONValue(members: members + more)
  }

  var text: String {
    var lines = [
      "\(checkpoint.path): GGUF version \(checkpoint.version), \(checkpoint.fileSize) bytes, "
        + "\(checkpoint.tensors.count) tensors, \(parameterCount) parameters"
        + (checkpoint.hasTensorData ? "" : " (metadata only: the data of no tensor)"),
      "",
    ]
    // Names come from the file: they must not steer the terminal.
    let keys = checkpoint.metadata.entries.map { CheckpointError.printable($0.key) }
    let width = keys.map(\.count).max() ?? 0
    for (key, entry) in zip(keys, checkpoint.metadata.entries) {
      lines.append("\(key.padded(to: width))  \(Self.line(entry.value))")
    }
    if showsTensors {
      lines.append("")
      let names = checkpoint.tensors.map { CheckpointError.printable($0.name) }
      let width = names.map(\.count).max() ?? 0
      for (name, tensor) in zip(names, checkpoint.tensors) {
        lines.append(
          "\(name.padded(to: width))  \(tensor.type.name.padded(to: 6))  \(tensor.shapeDescription)"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var parameterCount: Int { checkpoint.parameterCount }

  /// Type and value; of an array, its first elements too.
  private static func line(_ value: MetadataValue) -> String {
    guard case .array(let array) = value else { return value.summary }
    return value.summary + " " + array.preview
  }

  private static func json(_ tensor: TensorEntry) -> JSONValue {
    JSONValue(members: [
      ("name", .string(tensor.name)),
      ("type", .string(tensor.type.name)),
      ("shape", .array(tensor.shape.map(JSONValue.whole))),
      ("offset", .whole(tensor.byteRange.lowerBound)),
      ("bytes", .whole(tensor.byteRange.count)),
    ])
  }

  /// A value as JSON; long arrays (vocabularies) and nested ones are told by type and length.
  private static func json(_ value: MetadataValue) -> JSONValue {
    switch value {
    case .bool(let value): .bool(value)
    case .float32, .float64:
      value.float.map { $0.isFinite ? .float($0) : .string("\($0)") } ?? .null
    case .string(let bytes): .string(bytes.string ?? String(decoding: bytes.array, as: UTF8.self))
    case .array(let array): json(array) ?? .string(value.summary)
    default: value.integer.map { .whole($0) } ?? .string(value.preview)
    }
  }

  private static func json(_ array: MetadataArray) -> JSONValue? {
    guard array.count <= 1024 else { return nil }
    if let integers = array.integers { return .array(integers.map(JSONValue.whole)) }
    if let bools = array.bools { return .array(bools.map(JSONValue.bool)) }
    if let floats = array.floats {
      return .array(floats.map { $0.isFinite ? .float($0) : .string("\($0)") })
    }
    return array.strings.map { strings in
      .array(strings.map { .string($0.string ?? String(decoding: $0.array, as: UTF8.self)) })
    }
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
