// The flags of `generate`, and the request they make. What happens with the answer is `GenerateCommand`'s affair.

import ArgumentParser
import Foundation
import LFMGeneration
import LFMLanguage

/// What becomes of the model's thinking.
enum ThinkingDisplay: String, ExpressibleByArgument, CaseIterable {
  /// Thinking is dropped.
  case hide
  /// Thinking goes to standard error.
  case show
  /// Thinking is the result, the answer is dropped.
  case only
}

/// What is to be continued.
struct PromptOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The question. Piped input is then a document put before it; without PROMPT, piped input is the prompt.",
      valueName: "prompt"))
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A conversation: a JSON array of messages, or an object with \"messages\" and \"tools\"; - is standard input.",
      valueName: "file"), completion: .file())
  var messages: String?

  @Option(help: "A system message.")
  var system: String?

  @Option(
    help: ArgumentHelp("A document put before the question; may be repeated.", valueName: "file"),
    completion: .file())
  var file: [String] = []

  @Flag(help: "No chat template: the prompt is continued as it is.")
  var raw = false

  @Option(
    help: ArgumentHelp(
      "With --raw: the prompt as token ids, separated by commas.", valueName: "ids"))
  var tokens: String?

  @Flag(help: "With --raw: the text of a special token in the prompt becomes that token.")
  var special = false

  @Flag(help: "Do not read standard input.")
  var noStdin = false

  func validate() throws {
    if tokens != nil, !raw { throw ValidationError("--tokens needs --raw") }
    if special, !raw { throw ValidationError("--special needs --raw") }
    if tokens != nil, prompt != nil || !file.isEmpty {
      throw ValidationError("--tokens is the whole prompt: leave out PROMPT and --file")
    }
    if inputCount > 1 {
      throw ValidationError("standard input (-) can be read only once")
    }
    if raw, messages != nil || system != nil {
      throw ValidationError("--raw has no conversation: leave out --messages and --system")
    }
  }

  /// How often standard input is named.
  var inputCount: Int { file.count(where: { $0 == "-" }) + (messages == "-" ? 1 : 0) }

  /// Reads what is to be read and makes the prompt.
  ///
  /// - Parameter leavesInput: whether standard input holds something else.
  func makePrompt(leavesInput: Bool = false) throws -> Prompt {
    if let tokens { return .tokens(try TokenList.parse(tokens)) }
    var documents = try file.map { try Input.readText($0) }
    var question = prompt
    var history: Chat?
    if let messages {
      history = try ConversationFile.parse(
        try Input.readText(messages), name: messages, addsGenerationPrompt: true)
    }
    if !noStdin, !leavesInput, inputCount == 0, StandardInput.isPiped {
      let piped = try StandardInput.readText()
      if !piped.isEmpty { documents.append(piped) }
    }
    if question == nil, history == nil, !documents.isEmpty {
      question = documents.removeLast()
    }
    let text = Self.joined(documents: documents, question: question)
    guard history != nil || text?.isEmpty == false else {
      throw Failure(
        .usage,
        "nothing to generate from: give a PROMPT that is not empty, pipe a text in, or name a file "
          + "with --file or --messages")
    }
    if raw { return .text(text ?? "", parsesSpecialTokens: special) }
    return .chat(conversation(after: history, text: text))
  }

  /// Documents first, the question last, a blank line between: what is asked stands nearest to the answer.
  static func joined(documents: [String], question: String?) -> String? {
    let trimmed = documents.map { document in
      var text = document[...]
      while text.last?.isNewline == true { text.removeLast() }
      return String(text)
    }
    let parts = trimmed + (question.map { [$0] } ?? [])
    return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
  }

  private func conversation(after history: Chat?, text: String?) -> Chat {
    var chat = history ?? Chat(messages: [])
    if let system {
      chat.messages.insert(ChatMessage(role: "system", text: system), at: 0)
    }
    if let text {
      chat.messages.append(ChatMessage(role: "user", text: text))
    }
    return chat
  }
}

/// How tokens are chosen and when to stop.
struct SamplingOptions: ParsableArguments {
  @Option(help: "The most tokens to generate, thinking included.")
  var maxTokens: Int?

  @Option(help: "0 always takes the most probable token. (default: 0.2)")
  var temperature: Float?

  @Option(help: "Choose among the K most probable tokens; 0 is all. (default: 80)")
  var topK: Int?

  @Option(help: "Choose among the tokens that make up this probability; 1 is all. (default: 1)")
  var topP: Float?

  @Option(help: "Leave out tokens this much less probable than the best; 0 is none. (default: 0)")
  var minP: Float?

  @Option(help: "Make tokens that occurred less probable; 1 is off. (default: 1.05)")
  var repetitionPenalty: Float?

  @Option(help: "The same seed gives the same text.")
  var seed: UInt64?

  @Option(help: "End the generation before this text, in the thinking too; may be repeated.")
  var stop: [String] = []

  @Option(
    help: "Report this many of the most probable tokens beside each (with --json, --stream-json).")
  var topLogProbabilities = 0

  @Flag(help: "End a generation whose last tokens only repeat themselves.")
  var endOnRepetition = false

  @Flag(help: "Go on after the model has ended its turn (to measure).")
  var ignoreEnd = false

  /// The request for a prompt, checked: a parameter out of its range is wrong usage.
  func makeRequest(_ prompt: Prompt, reportsTokens: Bool) throws -> GenerationRequest {
    var request = GenerationRequest(prompt: prompt)
    request.maxTokens = maxTokens
    request.sampling.temperature = temperature ?? request.sampling.temperature
    request.sampling.topK = topK ?? request.sampling.topK
    request.sampling.topP = topP ?? request.sampling.topP
    request.sampling.minP = minP ?? request.sampling.minP
    request.sampling.repetitionPenalty = repetitionPenalty ?? request.sampling.repetitionPenalty
    request.sampling.seed = seed
    request.stop = StopParameters(
      strings: stop, ignoresEndOfGeneration: ignoreEnd, endsOnRepetition: endOnRepetition)
    request.topLogProbabilities = topLogProbabilities
    request.reportsTokens = reportsTokens
    return request
  }
}
