// What `lfmctl inspect` finds, as JSON: the file's own facts, its tokenizer and chat template, and what lfmd says of it as a
// model. How it looks to people is InspectTable's.

import LFMCheckpoint
import LFMGeneration
import LFMLanguage
import LFMTokenizer

struct InspectReport {
  let checkpoint: Checkpoint
  /// What lfmd says of it; nil where that cannot be had.
  let survey: JSONValue?
  let tokenizer: InspectTokenizer?
  let template: ChatTemplate.Recognition
  /// Sentences: why it would not be served, or not as one might expect.
  let warnings: [String]

  init(_ model: OfflineModel) {
    checkpoint = model.checkpoint
    var warnings: [String] = []
    func attempt<Result>(_ body: () throws -> Result) -> Result? {
      do {
        return try body()
      } catch {
        warnings.append("\(error)")
        return nil
      }
    }
    let path = checkpoint.path
    let survey = attempt { try InspectModel.survey(file: path) }
    warnings += Self.obstacles(survey)
    let metadata = checkpoint.metadata
    let tokenizer = attempt { InspectTokenizer(try model.tokenizer(), metadata) }
    let source = attempt { try model.templateSource() } ?? nil
    (self.survey, self.tokenizer) = (survey, tokenizer)
    template = ChatTemplate.recognise(source: source)
    if case .failure(let failure) = template.result {
      warnings.append(failure.message + ": chat-template names it to lfmd")
    }
    self.warnings = warnings
  }

  private static func obstacles(_ survey: JSONValue?) -> [String] {
    guard let survey else { return [] }
    var sentences = survey["obstacles"]?.items.compactMap(\.text) ?? []
    if let more = survey["further_obstacles"]?.number, more > 0 {
      sentences.append("And \(more) more of the kind.")
    }
    if let unused = survey["unused_tensors"]?.number, unused > 0 {
      sentences.append(
        unused == 1
          ? "One tensor is of no use to the model."
          : "\(unused) tensors are of no use to the model.")
    }
    return sentences
  }

  /// All but the long lists, which come last.
  var members: [(String, JSONValue)] {
    [
      ("file", .string(checkpoint.path)),
      ("files", .array(files)),
      ("bytes", .whole(checkpoint.fileSize)),
      ("gguf_version", .whole(checkpoint.version)),
      ("alignment", .whole(checkpoint.alignment)),
      ("name", text("general.name")),
      ("architecture", text("general.architecture")),
      ("parameters", .whole(checkpoint.parameterCount)),
      ("parameters_per_token", survey?["parameters_per_token"] ?? .null),
      ("has_tensor_data", .bool(checkpoint.hasTensorData)),
      ("hyperparameters", survey?["hyperparameters"] ?? .null),
      ("tokenizer", tokenizer?.json ?? .null),
      ("chat_template", templateJSON),
      ("types", .array(types)),
      ("needs", survey?["needs"] ?? .null),
      ("warnings", .array(warnings.map(JSONValue.string))),
    ]
  }

  private func text(_ key: String) -> JSONValue {
    (try? checkpoint.metadata.string(key)).map(JSONValue.string) ?? .null
  }

  private var files: [JSONValue] {
    checkpoint.parts.map {
      JSONValue(members: [
        ("path", .string($0.path)), ("bytes", .whole($0.fileSize)),
        ("tensors", .whole($0.tensorCount)),
      ])
    }
  }

  private var templateJSON: JSONValue {
    switch template {
    case .known(let family): JSONValue(members: [("family", .string(family.rawValue))])
    case .unknown(let sha256):
      JSONValue(members: [("family", .null), ("sha256", .string(sha256))])
    case .missing: .null
    }
  }

  private var types: [JSONValue] {
    checkpoint.typeTotals.map {
      JSONValue(members: [
        ("type", .string($0.type.name)), ("tensors", .whole($0.tensors)),
        ("bytes", .whole($0.bytes)), ("supported", .bool($0.type.isSupported)),
      ])
    }
  }

  var tensors: JSONValue {
    .array(
      checkpoint.tensors.map {
        JSONValue(members: [
          ("name", .string($0.name)),
          ("type", .string($0.type.name)),
          ("shape", .array($0.shape.map(JSONValue.whole))),
          ("file", .whole($0.part)),
          ("offset", .whole($0.byteRange.lowerBound)),
          ("bytes", .whole($0.byteRange.count)),
        ])
      })
  }

  var metadata: JSONValue {
    JSONValue(members: checkpoint.metadata.entries.map { ($0.key, Self.json($0.value)) })
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

extension JSONValue {
  /// A member of an object.
  subscript(key: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }

  var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var number: Int? { if case .integer(let digits) = self { Int(digits) } else { nil } }
}
