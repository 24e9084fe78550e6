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
  /// Why there is no engine, for the log, and with which code the daemon ends.
  struct Failure: Error {
    var exitCode: Int32
    var sentence: String

    init(_ exitCode: Int32, _ sentence: String) {
      self.exitCode = exitCode
      self.sentence = sentence
    }
  }

  /// Maps the file, binds the weights, and puts an engine on top.
  static func engine(_ configuration: Configuration) throws(Failure) -> Engine {
    let file = try LoadedFile(configuration)
    let settings = try engineConfiguration(configuration)
    let threads = configuration.threads > 0 ? configuration.threads : processors
    let model = try model(
      file.checkpoint,
      // Not pinned: beside other load, a thread that waits for its own processor holds up all others.
      Model.Options(threads: threads, maximumRows: settings.chunk))
    do {
      return try Engine(
        forwardPass: model, tokenizer: file.tokenizer, template: file.template,
        description: file.description, configuration: settings,
        fatal: { failure in
          // The engine's memory is not to be trusted any more: systemd starts a fresh process.
          Exit.say("the engine cannot go on: \(failure.message)")
          exit(Exit.software)
        })
    } catch {
      let isConfiguration = error.code == .failedPrecondition || error.code == .invalidArgument
      throw Failure(isConfiguration ? Exit.configurationError : Exit.software, error.message)
    }
  }

  /// Goes the same way as far as nothing is computed and no large memory is taken.
  static func check(_ configuration: Configuration) throws(Failure) {
    let file = try LoadedFile(configuration)
    _ = try engineConfiguration(configuration)
    _ = try model(file.checkpoint, Model.Options(threads: 1, maximumRows: 1))
  }

  private static func model(
    _ checkpoint: Checkpoint, _ options: Model.Options
  ) throws(Failure) -> Model {
    do {
      return try Model(checkpoint, options: options)
    } catch {
      throw Failure(Exit.dataError, "\(checkpoint.path): \(error)")
    }
  }

  /// The processors that this process may use.
  private static var processors: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  private static func engineConfiguration(
    _ configuration: Configuration
  ) throws(Failure) -> EngineConfiguration {
    var settings = EngineConfiguration()
    settings.contextLength = configuration.context
    settings.maximumWaiting = configuration.maxWaiting
    settings.maximumRunning = configuration.maxRunning
    settings.allowsLogits = configuration.allowLogits
    if let name = configuration.chatTemplate {
      guard let template = ChatTemplate(named: name) else {
        let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(
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

  init(_ configuration: Configuration) throws(ModelLoading.Failure) {
    guard let path = configuration.model else {
      throw ModelLoading.Failure(
        Exit.configurationError,
        "no model is configured: set model in \(Configuration.defaultFile), LFMD_MODEL or --model")
    }
    do {
      checkpoint = try Checkpoint(path: path)
    } catch {
      let isMissing = error.code == .unreadable
      throw ModelLoading.Failure(isMissing ? Exit.noInput : Exit.dataError, "\(error)")
    }
    do {
      tokenizer = try Tokenizer(checkpoint: checkpoint)
      let key = "tokenizer.chat_template"
      let metadata = checkpoint.metadata
      template = ChatTemplate.recognise(
        source: metadata.contains(key) ? try metadata.string(key) : nil)
    } catch {
      throw ModelLoading.Failure(Exit.dataError, "\(path): \(error)")
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
