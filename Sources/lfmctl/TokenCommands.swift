// `lfmctl tokenize` and `lfmctl detokenize`: with `--model FILE` from the file's metadata alone, else by the daemon.

import ArgumentParser
import LFMCheckpoint
import LFMClient
import LFMGeneration
import LFMLanguage
import LFMTokenizer

struct TokenizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn standard input into token ids.",
    discussion: "The input is taken byte for byte; nothing is put before it.")

  @OptionGroup var connection: ConnectionOptions

  @Flag(help: "Print {\"ids\":[…]} instead of one id a line.")
  var json = false

  @Flag(
    inversion: .prefixedNo,
    help: "Whether the text of a special token in the input becomes that token.")
  var special = true

  @Flag(
    help: "With --model: print what that costs, in CPU seconds and private bytes, instead of ids.")
  var measure = false

  func validate() throws {
    if measure, connection.model == nil { throw ValidationError("--measure needs --model") }
  }

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let text = try StandardInput.readText()
      if measure, let model = connection.model {
        let measurement = try TokenizerMeasurement(try OfflineModel(model), text: text)
        return try StandardOutput.write(try measurement.json().serialized + "\n")
      }
      let ids = try await tokenize(text)
      if json {
        try StandardOutput.write("{\"ids\":[\(ids.map(String.init).joined(separator: ","))]}\n")
      } else {
        try StandardOutput.write(ids.map { "\($0)\n" }.joined())
      }
    }
  }

  private func tokenize(_ text: String) async throws -> [LFMGeneration.TokenID] {
    if let model = connection.model {
      return try OfflineModel(model).tokenizer().encode(text, parsesSpecialTokens: special)
    }
    return try await connection.withClient {
      try await $0.tokenize(text, parsesSpecialTokens: special, timeout: connection.limit)
    }
  }
}

struct DetokenizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detokenize",
    abstract: "Turn token ids into text.",
    discussion: "The bytes are printed as they are, with nothing after them.")

  @OptionGroup var connection: ConnectionOptions

  @Argument(help: "Token ids; without any, they are read from standard input.")
  var ids: [String] = []

  @Flag(help: "Leave special tokens out.")
  var skipSpecial = false

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      var words = ids
      if words.isEmpty {
        let text = try StandardInput.readText()
        words = text.split { $0.isWhitespace || $0 == "," }.map(String.init)
      }
      try StandardOutput.write(try await detokenize(try words.flatMap(TokenList.parse)))
    }
  }

  private func detokenize(_ tokens: [LFMGeneration.TokenID]) async throws -> [UInt8] {
    if let model = connection.model {
      let tokenizer = try OfflineModel(model).tokenizer()
      do {
        return try tokenizer.bytes(of: tokens, skipsSpecialTokens: skipSpecial)
      } catch {
        throw Failure(.badInput, "\(error)")
      }
    }
    return try await connection.withClient {
      try await $0.detokenize(tokens, skipsSpecialTokens: skipSpecial, timeout: connection.limit)
    }
  }
}
