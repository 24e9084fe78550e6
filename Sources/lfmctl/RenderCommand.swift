// `lfmctl render`: the prompt that a conversation becomes, as the model's chat template has it or as it is sent. How it is
// printed is RenderedPrompt's affair.

import ArgumentParser
import LFMClient
import LFMGeneration
import LFMLanguage
import LFMTokenizer

struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Print the prompt that a conversation becomes.",
    discussion: """
      Standard input holds {"messages":[…],"tools":[…],"add_generation_prompt":true,…}. The text is printed byte for \
      byte as the model's chat template has it, with nothing after it; as there, add_generation_prompt is false unless \
      given. With --template neither a daemon nor a model is needed.

      Templates: \(ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")).
      """)

  @OptionGroup var connection: ConnectionOptions

  @Option(
    name: [.customLong("template"), .customLong("chat-template")],
    help: ArgumentHelp("Take the template for one of this family.", valueName: "family"))
  var chatTemplate: String?

  @Flag(
    help:
      "What generate uses: arguments of past tool calls are escaped, so that they read as the same values."
  )
  var asSent = false

  @Flag(help: "Print the prompt's token ids, one a line.")
  var tokens = false

  @Flag(
    help: "Show control tokens apart from text: in colour on a terminal, in brackets elsewhere.")
  var segments = false

  @Flag(help: "Print one JSON object: text, or ids, or segments.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "What templates that write today's date write. (default: today)", valueName: "yyyy-mm-dd"))
  var date: String?

  func validate() throws {
    if tokens, segments { throw ValidationError("--tokens and --segments exclude each other") }
    if let date, CalendarDate(date) == nil {
      throw ValidationError("--date \(date) is no day of the form 2026-01-15")
    }
  }

  private func form(_ read: ReadChat) -> PromptForm {
    PromptForm(escapesArguments: asSent, date: date.flatMap { CalendarDate($0) } ?? read.date)
  }

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let text = try StandardInput.readText()
      let read = try ConversationFile.read(
        text, name: StandardInput.name, addsGenerationPrompt: false)
      try StandardOutput.write(try await output(of: read.chat, form(read)))
    }
  }

  private func output(of chat: Chat, _ form: PromptForm) async throws -> String {
    if tokens { return try await ids(of: chat, form) }
    if let family = try await family(form) {
      let prompt = RenderedPrompt(segments: try family.render(chat, form: form))
      if segments { return json ? prompt.json + "\n" : prompt.textForPeople }
      return json
        ? JSONValue(members: [("text", .string(prompt.text))]).serialized + "\n" : prompt.text
    }
    let text = try await connection.withClient {
      try await $0.render(chat, asSent: asSent, timeout: connection.limit)
    }
    return json ? JSONValue(members: [("text", .string(text))]).serialized + "\n" : text
  }

  /// The family to render here; `nil` if the daemon is to do it.
  private func family(_ form: PromptForm) async throws -> ChatTemplate? {
    if let chatTemplate { return try OfflineModel.family(named: chatTemplate) }
    if let model = connection.model { return try OfflineModel(model).chatTemplate(override: nil) }
    guard segments || form.date != nil else { return nil }
    return try await connection.withClient { try await servedFamily($0) }
  }

  private func servedFamily(_ client: LFMClient) async throws -> ChatTemplate {
    if let chatTemplate { return try OfflineModel.family(named: chatTemplate) }
    let name = try await client.modelInfo(timeout: connection.limit).chatTemplate
    if let family = name.flatMap(ChatTemplate.init(named:)) { return family }
    throw Failure(
      .badInput,
      name.map {
        "the daemon's chat template, \($0), is not known here; name a family with --template"
      }
        ?? "the daemon's model has no chat template that is known; name a family with --template")
  }

  private func ids(of chat: Chat, _ form: PromptForm) async throws -> String {
    let ids: [LFMGeneration.TokenID]
    if let name = connection.model {
      let model = try OfflineModel(name)
      let family = try model.chatTemplate(override: chatTemplate)
      ids = try model.tokenizer().encode(try family.render(chat, form: form))
    } else {
      ids = try await connection.withClient { client in
        let family = try await servedFamily(client)
        return try await encode(try family.render(chat, form: form), client)
      }
    }
    return json
      ? JSONValue(members: [("ids", ids.json)]).serialized + "\n" : ids.map { "\($0)\n" }.joined()
  }

  /// The daemon tokenizes each segment for itself: a control token parts the texts around it anyway.
  private func encode(
    _ prompt: [PromptSegment], _ client: LFMClient
  ) async throws -> [LFMGeneration.TokenID] {
    var ids: [LFMGeneration.TokenID] = []
    for segment in prompt {
      switch segment {
      case .token(let id): ids.append(id)
      case .special(let text):
        ids += try await client.tokenize(
          text, parsesSpecialTokens: true, timeout: connection.limit)
      case .text(let text):
        ids += try await client.tokenize(
          text, parsesSpecialTokens: false, timeout: connection.limit)
      }
    }
    return ids
  }
}
