// The words of a conversation that are for the program: `/help`, `/undo` and their like, and the settings of `/set`.

import LFMGeneration

/// What a person asks of the program.
enum ChatWord: Equatable {
  case help
  case new
  case undo
  case retry
  /// Nil takes the system message away.
  case system(String?)
  case save(String)
  case load(String)
  case thinking(Bool)
  /// Nil lists the settings.
  case set((name: String, value: String)?)
  case quit

  /// Reads a message that begins with a slash.
  ///
  /// - Returns: nil for a message to the model; one that begins with `//` is such a message, less a slash.
  /// - Throws: `Failure`, with the way out.
  static func read(_ message: String) throws -> ChatWord? {
    guard message.hasPrefix("/"), !message.hasPrefix("//") else { return nil }
    let words = message.dropFirst().split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: \.isWhitespace)
    let name = String(words[0])
    let rest = words.count > 1 ? trimmed(words[1]) : ""
    switch name {
    case "help", "?": return .help
    case "new": return .new
    case "undo": return .undo
    case "retry": return .retry
    case "system": return .system(rest.isEmpty ? nil : rest)
    case "save": return .save(try needed(rest, "/save needs a file: /save talk.json"))
    case "load": return .load(try needed(rest, "/load needs a file: /load talk.json"))
    case "thinking": return .thinking(try shown(rest))
    case "set": return .set(try setting(rest))
    case "quit", "exit", "bye": return .quit
    default:
      throw Failure(
        .usage,
        "there is no /\(name); /help lists what there is, and a message that begins with // is sent with one slash"
      )
    }
  }

  /// The message that is meant for the model.
  static func unescaped(_ message: String) -> String {
    message.hasPrefix("//") ? String(message.dropFirst()) : message
  }

  static let list = """
      /new              begin again; the system message stays
      /undo             take back the last question and its answer
      /retry            have the last question answered anew
      /system TEXT      set the system message; without TEXT there is none
      /save FILE        write the conversation, as JSON
      /load FILE        go on with a conversation from a file
      /thinking show    show the model's thinking (or: hide)
      /set NAME VALUE   set temperature, top-k, top-p, min-p, repetition-penalty, max-tokens or seed
      /help             this list
      /quit             end, as Ctrl-D does
    """

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  private static func needed(_ text: String, _ sentence: String) throws -> String {
    guard !text.isEmpty else { throw Failure(.usage, sentence) }
    return text
  }

  private static func shown(_ text: String) throws -> Bool {
    guard let choice = ChatThinking(rawValue: text) else {
      throw Failure(.usage, "/thinking needs show or hide")
    }
    return choice == .show
  }

  private static func setting(_ text: String) throws -> (name: String, value: String)? {
    guard !text.isEmpty else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else {
      throw Failure(.usage, "/set needs a name and a value: /set temperature 0.7")
    }
    return (String(words[0]), String(words[1]))
  }

  static func == (a: ChatWord, b: ChatWord) -> Bool {
    switch (a, b) {
    case (.help, .help), (.new, .new), (.undo, .undo), (.retry, .retry), (.quit, .quit): true
    case (.system(let a), .system(let b)): a == b
    case (.save(let a), .save(let b)), (.load(let a), .load(let b)): a == b
    case (.thinking(let a), .thinking(let b)): a == b
    case (.set(let a), .set(let b)): a?.name == b?.name && a?.value == b?.value
    default: false
    }
  }
}

/// The settings that `/set` knows.
enum ChatSetting: String, CaseIterable {
  case temperature
  case topK = "top-k"
  case topP = "top-p"
  case minP = "min-p"
  case repetitionPenalty = "repetition-penalty"
  case maxTokens = "max-tokens"
  case seed

  /// Sets it; the value is checked as a flag's is. `default` gives back to `max-tokens` and `seed` what they are unset.
  ///
  /// - Throws: `Failure` of kind `usage`.
  func apply(_ text: String, to request: inout GenerationRequest) throws {
    var changed = request
    let isDefault = text == "default"
    switch self {
    case .temperature: changed.sampling.temperature = try number(text)
    case .topK: changed.sampling.topK = try number(text)
    case .topP: changed.sampling.topP = try number(text)
    case .minP: changed.sampling.minP = try number(text)
    case .repetitionPenalty: changed.sampling.repetitionPenalty = try number(text)
    case .maxTokens: changed.maxTokens = isDefault ? nil : try number(text)
    case .seed: changed.sampling.seed = isDefault ? nil : try number(text)
    }
    // The prompt is not at stake here.
    var probe = changed
    probe.prompt = .text("x", parsesSpecialTokens: false)
    do {
      _ = try probe.validated()
    } catch {
      throw Failure(.usage, error.message)
    }
    request = changed
  }

  func text(in request: GenerationRequest) -> String {
    switch self {
    case .temperature: "\(request.sampling.temperature)"
    case .topK: "\(request.sampling.topK)"
    case .topP: "\(request.sampling.topP)"
    case .minP: "\(request.sampling.minP)"
    case .repetitionPenalty: "\(request.sampling.repetitionPenalty)"
    case .maxTokens: request.maxTokens.map { "\($0)" } ?? "default"
    case .seed: request.sampling.seed.map { "\($0)" } ?? "default"
    }
  }

  private func number<Number: LosslessStringConvertible>(_ text: String) throws -> Number {
    guard let value = Number(text) else {
      throw Failure(.usage, "\(rawValue) is \"\(text)\", but must be a number in its range")
    }
    return value
  }
}
