// A model file read for its metadata alone, without a daemon: a GGUF that holds no tensors serves as well.

import LFMCheckpoint
import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// What can be known of a file without computing.
struct OfflineModel {
  let checkpoint: Checkpoint

  /// - Parameter name: a path, or `demo`.
  init(_ name: String) throws {
    let path = try Programs.modelFile(name)
    do {
      checkpoint = try Checkpoint(path: path, requiring: .metadata)
    } catch {
      throw Failure(error.code == .unreadable ? .noInput : .badInput, "\(error)")
    }
  }

  func tokenizer() throws -> Tokenizer {
    do {
      return try Tokenizer(checkpoint: checkpoint)
    } catch {
      // What is wrong with a key already says of which file.
      let sentence = "\(error)"
      let place = "\(checkpoint.path): "
      throw Failure(.badInput, sentence.hasPrefix(place) ? sentence : place + sentence)
    }
  }

  /// The family of the chat template.
  ///
  /// - Parameter override: the name of a family to use instead of the file's.
  func chatTemplate(override: String?) throws -> ChatTemplate {
    if let override { return try Self.family(named: override) }
    return try ChatTemplate.recognise(source: try templateSource()).result.get()
  }

  static func family(named name: String) throws -> ChatTemplate {
    if let template = ChatTemplate(named: name) { return template }
    let names = ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
    throw Failure(.usage, "the chat template \(name) is not known; known are \(names)")
  }

  /// The chat template's text, or `nil` if the file has none.
  func templateSource() throws -> String? {
    guard checkpoint.metadata.contains("tokenizer.chat_template") else { return nil }
    do {
      return try checkpoint.metadata.string("tokenizer.chat_template")
    } catch {
      throw Failure(.badInput, "\(error)")
    }
  }
}
