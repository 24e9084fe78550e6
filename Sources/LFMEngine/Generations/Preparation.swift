import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// From a request to tokens: validation, template, tokenizing. Runs on the tokenization queue, in pieces.
///
/// Owns what stands before a prompt: nothing before tokens; what the template says before a chat; before plain
/// text the beginning-of-text token if the file asks for it (`tokenizer.ggml.add_bos_token`) and the text does not
/// begin with it.
struct Preparation: Sendable {
  let tokenizer: Tokenizer
  let template: Result<ChatTemplate, GenerationFailure>
  /// The most positions of a sequence here.
  let contextLength: Int
  let defaultMaxTokens: Int?
  let outputs: OutputCompiler

  /// All that a generation needs before it can run.
  struct Prepared: Sendable {
    var tokens: [TokenID]
    var sampler: Sampler
    /// `nil` where nothing is asked of the output.
    var gate: OutputGate?
    var text: CompletionText
    var stop: StopCondition
  }

  /// Tokenizes a prompt piece by piece on `queue`.
  ///
  /// - Parameter complete: called there; never, once the job is cancelled.
  func prepare(
    _ request: GenerationRequest, on queue: TokenizationQueue,
    complete: @escaping @Sendable (Result<Prepared, GenerationFailure>) -> Void
  ) -> TextJob {
    let run = PreparationRun(self, request, complete: complete)
    return queue.submit(bytes: request.prompt.textBytes, step: { run.step() })
  }

  /// Why the request cannot be served, as far as that can be told without its prompt's tokens. What is compiled is kept until it
  /// is needed.
  func refusal(of request: GenerationRequest) -> GenerationFailure? {
    do throws(GenerationFailure) {
      _ = try outputs.rules(
        for: try request.validated(vocabularySize: tokenizer.vocabulary.count))
      return nil
    } catch {
      return error
    }
  }

  /// The prompt's text or tokens, if they may fit.
  fileprivate func begin(_ request: GenerationRequest) throws(GenerationFailure) -> Source {
    let request = try request.validated(vocabularySize: tokenizer.vocabulary.count)
    let source = try source(of: request.prompt, behindChat: skipped(request))
    switch source {
    case .tokens(let tokens): try check(tokens.count, isWhole: true)
    case .encoding(let encoding): try check(encoding.leastCount, isWhole: false)
    }
    return source
  }

  /// Refuses a prompt that leaves no room for a token behind it.
  ///
  /// - Parameter isWhole: whether `count` is the prompt's length, or only the least that it can be.
  fileprivate func check(_ count: Int, isWhole: Bool) throws(GenerationFailure) {
    guard count >= contextLength else { return }
    throw GenerationFailure(
      .outOfRange,
      "the prompt has \(isWhole ? "" : "at least ")\(count) tokens; the context here has "
        + "\(contextLength), of which a prompt may take \(contextLength - 1): send less, or let the "
        + "daemon be configured with a longer context")
  }

  fileprivate enum Source {
    case tokens([TokenID])
    case encoding(PiecewiseEncoding)
  }

  private func source(
    of prompt: Prompt, behindChat: [PromptSegment]
  ) throws(GenerationFailure) -> Source {
    switch prompt {
    case .tokens(let tokens):
      return .tokens(tokens)
    case .text(let text, let parsesSpecialTokens):
      return .encoding(
        PiecewiseEncoding(text, parsesSpecialTokens: parsesSpecialTokens, tokenizer: tokenizer))
    case .chat(let chat):
      return .encoding(
        PiecewiseEncoding(
          try template.get().render(chat, form: .asSent) + behindChat, tokenizer: tokenizer))
    }
  }

  /// Thinking that is done before it began, where the model thinks at all.
  private func skipped(_ request: GenerationRequest) -> [PromptSegment] {
    guard request.thinking.isSkipped else { return [] }
    let tags = TurnTokens(tokenizer.vocabulary)
    guard tags.thinkingOpens != nil, tags.thinkingCloses != nil else { return [] }
    // What works best with this model: a pair of tags with nothing but an empty line between.
    return [.special("<think>"), .text("\n\n"), .special("</think>"), .text("\n")]
  }

  fileprivate func finish(
    _ request: GenerationRequest, _ encoded: [TokenID]
  ) throws(GenerationFailure) -> Prepared {
    var tokens = encoded
    if case .text = request.prompt, tokenizer.vocabulary.addsBeginningOfText,
      let first = tokenizer.vocabulary.beginningOfText, tokens.first != first
    {
      tokens.insert(first, at: 0)
    }
    guard !tokens.isEmpty else {
      throw GenerationFailure(
        .invalidArgument, "the prompt is empty; there is nothing for the model to continue")
    }
    try check(tokens.count, isWhole: true)
    var sampler = Sampler(
      parameters: request.sampling, vocabularySize: tokenizer.vocabulary.count)
    sampler.observe(tokens)
    let start = TurnStart.find(in: tokens, tokenizer)
    var gate: OutputGate?
    if let rules = try outputs.rules(for: request) {
      gate = try OutputGate(rules: rules, start: start, tokenizer: tokenizer)
    }
    return Prepared(
      tokens: tokens, sampler: sampler, gate: gate,
      text: CompletionText(tokenizer: tokenizer, request: request, start: start),
      stop: StopCondition(
        stop: request.stop, maxTokens: request.maxTokens ?? defaultMaxTokens,
        endOfGeneration: tokenizer.vocabulary.endOfGeneration, contextLength: contextLength))
  }
}

/// A prompt being tokenized, a piece at a time; given up as soon as it cannot fit the context any more.
///
/// `@unchecked Sendable`: the tokenization queue does one piece of a job at a time.
private final class PreparationRun: @unchecked Sendable {
  private let preparation: Preparation
  private let request: GenerationRequest
  private let complete: @Sendable (Result<Preparation.Prepared, GenerationFailure>) -> Void
  private var encoding: PiecewiseEncoding?

  init(
    _ preparation: Preparation, _ request: GenerationRequest,
    complete: @escaping @Sendable (Result<Preparation.Prepared, GenerationFailure>) -> Void
  ) {
    self.preparation = preparation
    self.request = request
    self.complete = complete
  }

  /// - Returns: whether the caller has its answer.
  func step() -> Bool {
    do throws(GenerationFailure) {
      guard let tokens = try piece() else { return false }
      complete(.success(try preparation.finish(request, tokens)))
    } catch {
      complete(.failure(error))
    }
    return true
  }

  /// The prompt's tokens, once they are there.
  private func piece() throws(GenerationFailure) -> [TokenID]? {
    // Taken out, so that there is one copy.
    guard var encoding = encoding.take() else {
      switch try preparation.begin(request) {
      case .tokens(let tokens): return tokens
      case .encoding(let encoding): self.encoding = encoding
      }
      return nil
    }
    if encoding.step() { return encoding.ids }
    try preparation.check(encoding.leastCount, isWhole: false)
    self.encoding = encoding
    return nil
  }
}

extension Prompt {
  /// About how long its text is.
  var textBytes: Int {
    switch self {
    case .chat(let chat): chat.textBytes
    case .text(let text, _): text.utf8.count
    case .tokens: 0
    }
  }
}

extension Chat {
  /// About how long its text is: what its messages say, without their tool calls.
  var textBytes: Int {
    messages.reduce(0) { sum, message in
      let content =
        switch message.content {
        case .text(let text): text.utf8.count
        case .json(let json): json.text.utf8.count
        case .parts(let parts): parts.reduce(0) { $0 + $1.textBytes }
        case nil: 0
        }
      return sum + content + (message.thinking?.utf8.count ?? 0)
    }
  }
}

extension ChatContentPart {
  fileprivate var textBytes: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .json(let json): json.text.utf8.count
    }
  }
}
