import Dispatch
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

  /// All that a generation needs before it can run.
  struct Prepared: Sendable {
    var tokens: [TokenID]
    var sampler: Sampler
    var text: CompletionText
    var stop: StopCondition
  }

  /// Tokenizes a prompt piece by piece on `queue`, and completes there.
  ///
  /// - Parameter isCancelled: looked at between pieces; then `complete` is never called.
  func prepare(
    _ request: GenerationRequest, on queue: DispatchQueue,
    isCancelled: @escaping @Sendable () -> Bool,
    complete: @escaping @Sendable (Result<Prepared, GenerationFailure>) -> Void
  ) {
    queue.async {
      guard !isCancelled() else { return }
      do throws(GenerationFailure) {
        let request = try request.validated(vocabularySize: tokenizer.vocabulary.count)
        switch try source(of: request.prompt) {
        case .tokens(let tokens):
          complete(finish(request, tokens))
        case .encoding(let encoding):
          EncodingRun(encoding).run(on: queue, isCancelled: isCancelled) { tokens in
            complete(finish(request, tokens))
          }
        }
      } catch {
        complete(.failure(error))
      }
    }
  }

  private enum Source {
    case tokens([TokenID])
    case encoding(PiecewiseEncoding)
  }

  private func source(of prompt: Prompt) throws(GenerationFailure) -> Source {
    switch prompt {
    case .tokens(let tokens):
      return .tokens(tokens)
    case .text(let text, let parsesSpecialTokens):
      return .encoding(
        PiecewiseEncoding(text, parsesSpecialTokens: parsesSpecialTokens, tokenizer: tokenizer))
    case .chat(let chat):
      return .encoding(
        PiecewiseEncoding(try template.get().render(chat), tokenizer: tokenizer))
    }
  }

  private func finish(
    _ request: GenerationRequest, _ encoded: [TokenID]
  ) -> Result<Prepared, GenerationFailure> {
    var tokens = encoded
    if case .text = request.prompt, tokenizer.vocabulary.addsBeginningOfText,
      let first = tokenizer.vocabulary.beginningOfText, tokens.first != first
    {
      tokens.insert(first, at: 0)
    }
    guard !tokens.isEmpty else {
      return .failure(
        GenerationFailure(
          .invalidArgument, "the prompt is empty; there is nothing for the model to continue"))
    }
    guard tokens.count <= contextLength else {
      return .failure(
        GenerationFailure(
          .outOfRange,
          "the prompt has \(tokens.count) tokens, and the context here has room for "
            + "\(contextLength); send less, or let the daemon be configured with a longer context"))
    }
    var sampler = Sampler(
      parameters: request.sampling, vocabularySize: tokenizer.vocabulary.count)
    sampler.observe(tokens)
    let start = TurnStart.find(in: tokens, tokenizer)
    return .success(
      Prepared(
        tokens: tokens, sampler: sampler,
        text: CompletionText(tokenizer: tokenizer, request: request, start: start),
        stop: StopCondition(
          stop: request.stop, maxTokens: request.maxTokens ?? defaultMaxTokens,
          endOfGeneration: tokenizer.vocabulary.endOfGeneration, contextLength: contextLength)))
  }
}

/// A text being tokenized, a piece a block, so that nobody behind it waits for its whole length.
///
/// `@unchecked Sendable`: each block submits the next one at its end, so one at a time touches it.
final class EncodingRun: @unchecked Sendable {
  private var encoding: PiecewiseEncoding

  init(_ encoding: PiecewiseEncoding) { self.encoding = encoding }

  func run(
    on queue: DispatchQueue, isCancelled: @escaping @Sendable () -> Bool,
    complete: @escaping @Sendable ([TokenID]) -> Void
  ) {
    queue.async { [self] in
      guard !isCancelled() else { return }
      if encoding.step() {
        complete(encoding.ids)
      } else {
        run(on: queue, isCancelled: isCancelled, complete: complete)
      }
    }
  }
}
