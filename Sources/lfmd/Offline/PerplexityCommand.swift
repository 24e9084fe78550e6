// `lfmd perplexity`: how well a model foretells a text, and how far its probabilities are from those of another one.
// `lfmctl perplexity` hands over to it.

import ArgumentParser
import LFMCheckpoint
import LFMModel
import LFMTokenizer

struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd perplexity",
    abstract: "Judge a model file by a text: perplexity, and divergence from a base.",
    discussion: """
      As llama-perplexity computes it: the text is cut into windows, each begins with the token of the beginning where \
      the model has one, and the tokens of its second half are scored. The smaller the perplexity, the better.

        lfmctl perplexity --model F16.gguf -f wiki.test.raw --save-logits base.bin
        lfmctl perplexity --model Q4_0.gguf --kl-divergence base.bin

      The file of log-probabilities is llama-perplexity's (--kl-divergence-base there); it takes 2 bytes for each token \
      of the vocabulary and each token that is scored.
      """)

  @OptionGroup var compute: ComputeOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The text; \"-\" is standard input.", valueName: "text"))
  var file: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Tokens of a window. (default: 512)", valueName: "n"))
  var context: Int?

  @Option(help: ArgumentHelp("The most windows. (default: all)", valueName: "n"))
  var chunks: Int?

  @Option(
    help: ArgumentHelp("Save the log-probabilities of all scored tokens.", valueName: "file"))
  var saveLogits: String?

  @Option(
    help: ArgumentHelp(
      "Compare with saved log-probabilities, whose file has the text's tokens too.",
      valueName: "file"))
  var klDivergence: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if klDivergence == nil, file == nil { throw ValidationError("name a text with -f") }
    if klDivergence != nil, file != nil || saveLogits != nil || context != nil {
      throw ValidationError(
        "--kl-divergence has its text in the file: -f, --context and --save-logits do not go with it"
      )
    }
    if let context, !(4...1_048_576).contains(context) {
      throw ValidationError("--context must be from 4 to 1048576")
    }
    if let chunks, chunks < 1 { throw ValidationError("--chunks must be 1 or more") }
  }

  func run() throws {
    try reportingFailures {
      let checkpoint = try compute.checkpoint()
      let tokenizer = try tokenizer(of: checkpoint)
      let (model, weights) = try compute.model(on: checkpoint)
      let vocabulary = tokenizer.vocabulary
      let beginning = vocabulary.addsBeginningOfText ? vocabulary.beginningOfText : nil
      let base = try klDivergence.map { path throws(StartFailure) in
        try LogitsFileReader(path: path)
      }
      let windows =
        if let base {
          try windows(of: base, model, beginning)
        } else {
          try windows(of: text(), tokenizer, beginning)
        }
      guard windows.length <= model.hyperparameters.contextLength else {
        throw StartFailure(
          Exit.dataError,
          "a window has \(windows.length) tokens, but the model has \(model.hyperparameters.contextLength) positions"
        )
      }
      let setting = BenchSetting(
        checkpoint, model, weights, kv: compute.keyValueType(model).rawValue, rows: compute.rows)
      try report(setting, model, windows, base)
    }
  }

  // MARK: - What is scored

  private func tokenizer(of checkpoint: Checkpoint) throws(StartFailure) -> Tokenizer {
    do {
      return try Tokenizer(checkpoint: checkpoint)
    } catch {
      throw StartFailure(Exit.dataError, "\(checkpoint.path): \(error)")
    }
  }

  private func text() throws(StartFailure) -> String {
    let name = file ?? "-"
    var bytes = try BinaryFile(reading: name == "-" ? "/dev/stdin" : name)
      .readAll(limit: 1 << 30)
    // llama-perplexity leaves the last newline out.
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StartFailure(Exit.dataError, "\(name) is not UTF-8 text")
    }
    return text
  }

  private func windows(
    of text: String, _ tokenizer: Tokenizer, _ beginning: TokenID?
  ) throws(StartFailure) -> TextWindows {
    let tokens =
      (beginning.map { [$0] } ?? []) + tokenizer.encode(text, parsesSpecialTokens: false)
    let length = context ?? 512
    let all = tokens.count / length
    guard all > 0 else {
      throw StartFailure(
        Exit.dataError,
        "the text has \(tokens.count) tokens, but a window needs \(length): give a longer text or a smaller --context"
      )
    }
    return TextWindows(
      tokens: tokens, length: length, count: min(chunks ?? all, all), beginning: beginning)
  }

  private func windows(
    of base: LogitsFileReader, _ model: Model, _ beginning: TokenID?
  ) throws(StartFailure) -> TextWindows {
    let vocabulary = model.hyperparameters.vocabularyCount
    guard base.head.vocabulary == vocabulary else {
      throw StartFailure(
        Exit.dataError,
        "\(klDivergence ?? "") is of a vocabulary of \(base.head.vocabulary) tokens, the model has \(vocabulary)"
      )
    }
    if let wrong = base.tokens.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
      throw StartFailure(
        Exit.dataError, "\(klDivergence ?? "") has the token \(wrong), which the model lacks")
    }
    return TextWindows(
      tokens: base.tokens, length: base.head.window,
      count: min(chunks ?? base.head.windows, base.head.windows), beginning: beginning)
  }

  // MARK: - Scoring

  private func report(
    _ setting: BenchSetting, _ model: Model, _ windows: TextWindows, _ base: LogitsFileReader?
  ) throws {
    let run = try PerplexityRun(
      model, windows, rows: compute.rows, kv: compute.keyValueType(model).element)
    var scoring = Scoring(windows: windows, threads: model.options.threads)
    let begun = ContinuousClock.now
    if let base {
      try run.run { try scoring.compare($0, with: base) }
    } else if let saveLogits {
      let writer = try LogitsFileWriter(
        path: saveLogits,
        head: LogitsFileHead(
          window: windows.length, vocabulary: model.hyperparameters.vocabularyCount,
          windows: windows.count),
        tokens: Array(windows.tokens.prefix(windows.count * windows.length)))
      try run.run { try scoring.save($0, to: writer) }
      writer.finish()
    } else {
      try run.run { scoring.score($0) }
    }
    scoring.progress.clear()
    let report = PerplexityReport(
      setting: setting, windows: windows, seconds: (ContinuousClock.now - begun).inSeconds,
      perplexity: base == nil ? scoring.perplexity : scoring.divergence.own,
      divergence: base == nil ? nil : scoring.divergence, running: scoring.running)
    ResultOutput.write(json ? report.json : report.text)
  }
}
