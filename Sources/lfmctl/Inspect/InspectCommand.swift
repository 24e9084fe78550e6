// `lfmctl inspect`: what is in a GGUF file, and whether and how it can be served. Reads every well-formed one, of whatever
// architecture.

import ArgumentParser
import LFMCheckpoint
import LFMLanguage

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what is in a GGUF file, and what serving it takes.",
    discussion: """
      A table for people, or one JSON object with all metadata and tensors. Of a model in several files, name any one. What \
      would keep the model from being served stands last, under Warnings; it is no failure of this command.
      """)

  @Argument(help: "The file; \"demo\" is the demo model.", completion: .file())
  var file: String?

  @Option(help: "The file, in the manner of the other commands.", completion: .file())
  var model: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(
    inversion: .prefixedNo,
    help: "List every tensor: type, shape, bytes and place. (default: with --json only)")
  var tensors: Bool?

  @Flag(help: "List every key of the metadata, too.")
  var metadata = false

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
      let model = try OfflineModel(file ?? model ?? "")
      let memory = try context.map {
        try InspectModel.memory(
          file: model.checkpoint.path, context: $0, kv: kv, json: json)
      }
      let report = InspectReport(model)
      if json {
        var members = report.members
        if let memory { members.append(("memory", try JSONParser.parse(memory))) }
        members.append(("metadata", report.metadata))
        if tensors ?? true { members.append(("tensors", report.tensors)) }
        try StandardOutput.write(JSONValue(members: members).serialized + "\n")
      } else {
        let table = InspectTable(report)
        try StandardOutput.write(
          table.text(metadata: metadata, tensors: tensors ?? false, more: memory))
      }
    }
  }
}
