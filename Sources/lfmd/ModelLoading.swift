// From a model file to an engine: each room's failure becomes a sentence and an exit code.

import Foundation
import LFMCheckpoint
import LFMEngine
import LFMGeneration
import LFMLanguage
import LFMModel
import LFMTokenizer

/// Loads what the configuration names.
enum ModelLoading {
  /// What serves, and what it is made of.
  struct Loaded: Sendable {
    let engine: Engine
    let model: Model
    let checkpoint: Checkpoint
    let weights: ChosenWeights
  }

  /// Maps the file, binds the weights, and puts an engine on top. Weights that are not prepared yet are taken from the
  /// file as it is: whoever called may have them prepared then, and adopted by the model.
  ///
  /// - Parameter fatal: told once, on any queue, when the engine cannot go on; must not return.
  static func engine(
    _ configuration: Configuration, fatal: @escaping @Sendable (GenerationFailure) -> Void
  ) throws(StartFailure) -> Loaded {
    let file = try LoadedFile(configuration)
    let settings = try engineConfiguration(configuration)
    var loading = configuration.weightsLoading
    if loading.policy == .auto { loading.policy = .existing }
    let weights = try loading.choose(for: file.checkpoint)
    let model = try model(
      file.checkpoint, prepared: weights.prepared,
      // Not pinned: beside other load, a thread that waits for its own processor holds up all others.
      Model.Options(threads: configuration.computeThreads, maximumRows: settings.chunk))
    do {
      let engine = try Engine(
        forwardPass: Faults.stepModel(model), tokenizer: file.tokenizer, template: file.template,
        description: file.description, configuration: settings,
        fatal: fatal)
      return Loaded(
        engine: engine, model: model, checkpoint: file.checkpoint, weights: weights)
    } catch {
      let isConfiguration = error.code == .failedPrecondition || error.code == .invalidArgument
      throw StartFailure(isConfiguration ? Exit.configurationError : Exit.software, error.message)
    }
  }

  /// Goes the same way as far as nothing is computed and no large memory is taken.
  ///
  /// - Returns: the most positions of one sequence that the model has.
  static func check(_ configuration: Configuration) throws(StartFailure) -> Int {
    let file = try LoadedFile(configuration)
    _ = try engineConfiguration(configuration)
    return try model(file.checkpoint, Model.Options(threads: 1, maximumRows: 1))
      .hyperparameters.contextLength
  }

  /// A model on a mapped file; the engine's and the offline commands' one way to it.
  static func model(
    _ checkpoint: Checkpoint, prepared: PreparedWeights? = nil, _ options: Model.Options
  ) throws(StartFailure) -> Model {
    do {
      return try Model(checkpoint, prepared: prepared, options: options)
    } catch {
      switch error.kind {
      case .badOption: throw StartFailure(Exit.configurationError, error.sentence)
      case .outOfMemory: throw StartFailure(Exit.software, error.sentence)
      default: throw StartFailure(Exit.dataError, "\(checkpoint.path): \(error)")
      }
    }
  }

  private static func engineConfiguration(
    _ configuration: Configuration
  ) throws(StartFailure) -> EngineConfiguration {
    var settings = EngineConfiguration()
    settings.pageElement = configuration.kvCache?.element
    settings.contextLength = configuration.context
    settings.maximumWaiting = configuration.maxWaiting
    settings.maximumRunning = configuration.maxRunning
    settings.allowsLogits = configuration.allowLogits
    if let name = configuration.chatTemplate {
      guard let template = ChatTemplate(named: name) else {
        let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
        throw StartFailure(
          Exit.configurationError, "chat-template is \"\(name)\", but must be one of \(names)")
      }
      settings.template = template
    }
    return settings
  }
}

/// What a file is before anything is computed with it.
struct LoadedFile {
  let checkpoint: Checkpoint
  let tokenizer: Tokenizer
  let template: ChatTemplate.Recognition

  init(_ configuration: Configuration) throws(StartFailure) {
    guard let path = configuration.model else {
      throw StartFailure(
        Exit.configurationError,
        "no model is configured: set model in \(Configuration.defaultFile), LFMD_MODEL or --model")
    }
    do {
      checkpoint = try Checkpoint(path: path)
    } catch {
      let isMissing = error.code == .unreadable
      throw StartFailure(isMissing ? Exit.noInput : Exit.dataError, "\(error)")
    }
    do {
      tokenizer = try Tokenizer(checkpoint: checkpoint)
      let key = "tokenizer.chat_template"
      let metadata = checkpoint.metadata
      template = ChatTemplate.recognise(
        source: metadata.contains(key) ? try metadata.string(key) : nil)
    } catch {
      throw StartFailure(Exit.dataError, "\(path): \(error)")
    }
  }

  /// What callers may know of the file; the engine fills in the rest.
  var description: ModelDescription {
    let name = try? checkpoint.metadata.string("general.name")
    return ModelDescription(
      name: name ?? URL(filePath: checkpoint.path).lastPathComponent,
      architecture: (try? checkpoint.architecture()) ?? "",
      parameterCount: UInt64(checkpoint.tensors.reduce(0) { $0 &+ $1.elementCount }),
      fileSize: UInt64(checkpoint.fileSize), quantization: prevailingType,
      vocabularySize: tokenizer.vocabulary.count, contextLength: 0, chatTemplate: nil,
      endOfGenerationTokens: [], allowsLogits: false)
  }

  /// The type that holds the most weights.
  private var prevailingType: String {
    var counts: [String: Int] = [:]
    for tensor in checkpoint.tensors {
      counts[tensor.type.name, default: 0] &+= tensor.elementCount
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
  }
}
