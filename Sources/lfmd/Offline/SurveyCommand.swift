// `lfmd survey`: what a model file would be as a model here, as one JSON object, without computing anything. `lfmctl
// inspect` asks it, and shows it to people.

import ArgumentParser
import LFMCheckpoint
import LFMLanguage
import LFMModel

struct SurveyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd survey",
    abstract:
      "Say what a file would be as a model here: its sizes, its needs, what stands in its way.")

  @Option(name: .shortAndLong, help: ArgumentHelp("The GGUF file.", valueName: "file"))
  var model: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Compute threads. (default: every processor that lfmd may use)", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("The most tokens of a prompt in one step.", valueName: "n"))
  var rows = 512

  func validate() throws {
    guard threads.map({ (1...1024).contains($0) }) ?? true, (1...16384).contains(rows) else {
      throw ValidationError("--threads must be from 1 to 1024, --rows from 1 to 16384")
    }
  }

  func run() throws {
    try reportingFailures {
      let report = SurveyReport(
        ModelSurvey(try checkpoint()), rows: rows, threads: threads ?? Processors.usable)
      print(report.json.serialized)
    }
  }

  private func checkpoint() throws(StartFailure) -> Checkpoint {
    do {
      return try Checkpoint(path: model, requiring: .metadata)
    } catch {
      throw StartFailure(error.code == .unreadable ? Exit.noInput : Exit.dataError, "\(error)")
    }
  }
}

/// A survey in JSON. Bytes are bytes; nothing is rounded.
struct SurveyReport {
  let survey: ModelSurvey
  let rows: Int
  let threads: Int

  init(_ survey: ModelSurvey, rows: Int, threads: Int) {
    (self.survey, self.rows, self.threads) = (survey, rows, threads)
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("obstacles", .array(survey.obstacles.map(JSONValue.string))),
      ("further_obstacles", whole(survey.furtherObstacles)),
      ("unused_tensors", whole(survey.unusedTensors)),
    ]
    if let hyperparameters = survey.hyperparameters {
      members += [
        ("hyperparameters", json(hyperparameters)),
        ("parameters", whole(survey.parameters)),
        ("parameters_per_token", whole(survey.parametersPerToken)),
        ("needs", needs(hyperparameters)),
      ]
    }
    return .object(JSONObject(members))
  }

  private func json(_ h: Hyperparameters) -> JSONValue {
    let attention = h.operators.enumerated().filter { $0.element != .shortConvolution }
    return .object(
      JSONObject([
        ("layers", whole(h.layers)), ("attention_layers", list(attention.map(\.offset))),
        ("convolution_layers", whole(h.convolutionLayers)), ("dense_layers", whole(h.denseLayers)),
        ("hidden", whole(h.hidden)), ("heads", whole(h.heads)),
        ("key_value_heads", list(h.keyValueHeads)), ("head_dimension", whole(h.headDimension)),
        ("feed_forward", whole(h.feedForward)), ("experts", whole(h.experts)),
        ("experts_per_token", whole(h.expertsPerToken)),
        ("expert_feed_forward", whole(h.expertFeedForward)),
        ("normalizes_expert_weights", .bool(h.normalizesExpertWeights)),
        ("routed_scaling", number(h.routedScaling)), ("rope_base", number(h.ropeBase)),
        ("norm_epsilon", number(h.normEpsilon)), ("convolution_taps", whole(h.convolutionTaps)),
        ("vocabulary", whole(h.vocabularyCount)), ("context_length", whole(h.contextLength)),
      ]))
  }

  /// What serving takes: mapped, private, and for one sequence of several lengths.
  private func needs(_ h: Hyperparameters) -> JSONValue {
    let columns = h.stateBytes(contextLength: 0)
    let computing = survey.computingBytes(rows: rows, threads: threads)
    let contexts = Self.contexts(h.contextLength).map { context in
      let sequences = KeyValueType.allCases.map {
        ($0.rawValue, h.stateBytes(contextLength: context, element: $0.element))
      }
      let usual = h.stateBytes(contextLength: context, element: survey.element)
      return JSONValue.object(
        JSONObject([
          ("context", whole(context)),
          (
            "kv_bytes",
            .object(JSONObject(sequences.map { ($0.0, whole($0.1 - columns)) }))
          ),
          ("private_bytes", whole(MemoryReport.program + computing + usual)),
        ]))
    }
    return .object(
      JSONObject([
        ("instruction_set", .string(survey.instructionSet)),
        ("kv", .string(KeyValueType(survey.element).rawValue)),
        ("threads", whole(threads)), ("rows", whole(rows)),
        ("weights_bytes", whole(survey.weightBytes)),
        ("prepared_file_bytes", survey.preparedFileBytes.map(whole) ?? .null),
        ("program_bytes", whole(MemoryReport.program)), ("computing_bytes", whole(computing)),
        ("convolution_bytes", whole(columns)), ("contexts", .array(contexts)),
      ]))
  }

  /// Lengths that people ask for, and no more than the model has.
  static func contexts(_ longest: Int) -> [Int] {
    let usual = [4 << 10, 32 << 10, 128 << 10]
    return usual.filter { $0 < longest } + (usual.contains { $0 >= longest } ? [longest] : [])
  }

  private func whole(_ number: Int) -> JSONValue { .integer(String(number)) }

  private func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map(whole)) }

  /// The shortest decimal that is this float.
  private func number(_ value: Float) -> JSONValue { .float(Double("\(value)") ?? Double(value)) }
}
