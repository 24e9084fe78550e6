// `lfmd memory`: how much memory serving a model takes at a length of context, without computing anything. `lfmctl inspect
// --context` asks it.

import ArgumentParser
import LFMLanguage
import LFMModel

struct MemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd memory",
    abstract: "Say how much memory a model takes with one sequence of a given length.",
    discussion: """
      Weights are pages of a file, shared by all who map it and given back where memory is short. The rest is private: the \
      program itself (at most), the arrays that a step computes in, and the sequence: keys and values, and the \
      columns of the convolutions.
      """)

  @OptionGroup var compute: ComputeOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Tokens of the sequence.", valueName: "n"))
  var context = 8192

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard context >= 1 else { throw ValidationError("--context must be at least 1") }
  }

  func run() throws {
    try reportingFailures {
      let (model, weights) = try compute.model(on: try compute.checkpoint())
      guard context <= model.hyperparameters.contextLength else {
        throw StartFailure(
          Exit.dataError,
          "--context is \(context), but the model has \(model.hyperparameters.contextLength) positions"
        )
      }
      let report = MemoryReport(
        model, weightBytes: weights.prepared?.mappedBytes ?? model.mappedBytes, context: context)
      let kv = compute.keyValueType(model)
      print(json ? report.json(kv: kv).serialized : report.text(kv: kv))
    }
  }
}

/// The parts of the memory, in bytes.
struct MemoryReport {
  let context: Int
  let weights: Int
  /// Code, runtime and vocabulary, without any model's arrays: measured 40 MiB with 128,000 tokens.
  static let program = 64 << 20
  let working: Int
  private let hyperparameters: Hyperparameters

  init(_ model: Model, weightBytes: Int, context: Int) {
    self.context = context
    hyperparameters = model.hyperparameters
    weights = weightBytes
    working =
      model.privateBytes + model.hyperparameters.vocabularyCount * MemoryLayout<Float>.stride
  }

  func sequence(_ kv: KeyValueType) -> Int {
    hyperparameters.stateBytes(contextLength: context, element: kv.element)
  }

  func total(_ kv: KeyValueType) -> Int { Self.program + working + sequence(kv) }

  func text(kv: KeyValueType) -> String {
    let others = KeyValueType.allCases.map { "\($0.rawValue) \(byteText(sequence($0)))" }
    return """
      weights          \(byteText(weights)), mapped
      program          \(byteText(Self.program)) at most
      computing        \(byteText(working))
      \(context) tokens    \(byteText(sequence(kv))) with kv \(kv.rawValue) (\(others.joined(separator: ", ")))
      private in all   \(byteText(total(kv)))
      """
  }

  func json(kv: KeyValueType) -> JSONValue {
    .object(
      JSONObject([
        ("context", .integer(String(context))), ("kv", .string(kv.rawValue)),
        ("weights_bytes", .integer(String(weights))),
        ("program_bytes", .integer(String(Self.program))),
        ("computing_bytes", .integer(String(working))),
        (
          "sequence_bytes",
          .object(
            JSONObject(
              KeyValueType.allCases.map { ($0.rawValue, .integer(String(sequence($0)))) }))
        ),
        ("private_bytes", .integer(String(total(kv)))),
      ]))
  }
}
