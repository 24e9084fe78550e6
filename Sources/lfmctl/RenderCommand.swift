// `lfmctl render`: the prompt that a conversation becomes, byte for byte as the model's chat template has it.

import ArgumentParser
import LFMClient
import LFMGeneration
import LFMLanguage

struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Print the prompt that a conversation becomes.",
    discussion: """
      Standard input holds {"messages":[…],"tools":[…],"add_generation_prompt":true,…}. The text is printed byte for \
      byte as the model's chat template has it, with nothing after it; as there, add_generation_prompt is false unless \
      given.
      """)

  @OptionGroup var connection: ConnectionOptions

  @Option(help: "Take the template for one of this family.")
  var chatTemplate: String?

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let text = try StandardInput.readText()
      let chat = try ConversationFile.parse(
        text, name: StandardInput.name, addsGenerationPrompt: false)
      try StandardOutput.write(try await render(chat))
    }
  }

  private func render(_ chat: Chat) async throws -> String {
    if let model = connection.model {
      let template = try OfflineModel(model).chatTemplate(override: chatTemplate)
      return try template.render(chat).renderedText
    }
    return try await connection.withClient {
      try await $0.render(chat, timeout: connection.limit)
    }
  }
}
