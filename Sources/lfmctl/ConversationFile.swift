// A conversation given as JSON, by `--messages` or on standard input.

import LFMGeneration
import LFMLanguage

enum ConversationFile {
  /// Reads a chat; fields that nobody knows are named in a warning and passed over.
  ///
  /// - Parameters:
  ///   - name: what errors call the file.
  ///   - addsGenerationPrompt: what a document that does not say means.
  static func parse(_ text: String, name: String, addsGenerationPrompt: Bool) throws -> Chat {
    try read(text, name: name, addsGenerationPrompt: addsGenerationPrompt).chat
  }

  /// As `parse`, with what the document says beside the chat.
  static func read(_ text: String, name: String, addsGenerationPrompt: Bool) throws -> ReadChat {
    let read: ReadChat
    do {
      read = try ChatReader(addsGenerationPrompt: addsGenerationPrompt).read(text)
    } catch {
      throw Failure(.badInput, "\(name): \(error.message)")
    }
    if !read.ignoredFields.isEmpty {
      let names = read.ignoredFields.joined(separator: ", ")
      StandardError.say("\(name): these fields mean nothing here and are passed over: \(names)")
    }
    return read
  }
}
