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

  func validate() throws {
    if (file == nil) == (model == nil) { throw ValidationError("name one file") }
  }

  func run() async throws {
    try await reportingFailures {
      let report = InspectReport(
        checkpoint: try OfflineModel(file ?? model ?? "").checkpoint, showsTensors: !noTensors)
      Termination.ignoreBrokenPipes()
      try StandardOutput.write(json ? report.json.serialized + "\n" : report.text)
    }
  }
}

/// A file's contents in the two forms.
struct InspectReport {
  let checkpoint: Checkpoint
  let showsTensors: Bool

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("file", .string(checkpoint.path)),
      ("bytes", .whole(checkpoint.fileSize)),
      ("gguf_version", .whole(checkpoint.version)),
      ("alignment", .whole(checkpoint.alignment)),
      ("parameters", .whole(parameterCount)),
      (
        "metadata",
        JSONValue(members: checkpoint.metadata.entries.map { ($0.key, Self.json($0.value)) })
      ),
    ]
    if showsTensors {
      members.append(("tensors", .array(checkpoint.tensors.map(Self.json))))
    }
    return JSONValue(members: members)
  }

  var text: String {
    var lines = [
      "\(checkpoint.path): GGUF version \(checkpoint.version), \(checkpoint.fileSize) bytes, "
        + "\(checkpoint.tensors.count) tensors, \(parameterCount) parameters",
      "",
    ]
    let width = checkpoint.metadata.entries.map(\.key.count).max() ?? 0
    for entry in checkpoint.metadata.entries {
      lines.append("\(entry.key.padded(to: width))  \(entry.value.summary)")
    }
    if showsTensors {
      lines.append("")
      let width = checkpoint.tensors.map(\.name.count).max() ?? 0
      for tensor in checkpoint.tensors {
        lines.append(
          "\(tensor.name.padded(to: width))  \(tensor.type.name.padded(to: 6))  \(tensor.shapeDescription)"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var parameterCount: Int { checkpoint.tensors.reduce(0) { $0 &+ $1.elementCount } }

  private static func json(_ tensor: TensorEntry) -> JSONValue {
    JSONValue(members: [
      ("name", .string(tensor.name)),
      ("type", .string(tensor.type.name)),
      ("shape", .array(tensor.shape.map(JSONValue.whole))),
      ("offset", .whole(tensor.byteRange.lowerBound)),
      ("bytes", .whole(tensor.byteRange.count)),
    ])
  }

  /// A value as JSON; long arrays (vocabularies) are told by their length.
  private static func json(_ value: MetadataValue) -> JSONValue {
    switch value {
    case .bool(let value): .bool(value)
    case .float32, .float64:
      value.float.map { $0.isFinite ? .float($0) : .string("\($0)") } ?? .null
    case .string: .string(value.scalarDescription)
    case .array: .string(value.summary)
    default: value.integer.map { .whole($0) } ?? .string(value.scalarDescription)
    }
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
