/// What a server needs of an engine. `LFMServer` knows this protocol and no engine; tests answer it with a fake.
///
/// No method blocks. Handlers are called on a queue of the generator's own, in order, and must return at once.
///
/// A handler is kept no longer than what the generator holds of the request, give or take a moment: who counts that
/// memory can tell by the handler when it is free.
public protocol TextGenerator: Sendable {
  /// Starts a generation. `deliver` gets its events; after the terminal one it is released and never called again.
  ///
  /// - Parameter deadline: when the work is to stop with `deadlineExceeded`, wherever it is then.
  func generate(
    _ request: GenerationRequest, deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (GenerationEvent) -> Void
  ) -> any GenerationControl

  /// Computes the logits of every position of a token sequence.
  ///
  /// - Parameter deliver: gets one `.row` a position, first to last (vocabulary-size Float32 values), then `.finished` or `.failed`.
  func logits(
    _ tokens: [TokenID], deadline: ContinuousClock.Instant?,
    deliver: @escaping @Sendable (LogitsEvent) -> Void
  ) -> any GenerationControl

  /// Turns UTF-8 text into token ids; nothing is put before or after them.
  ///
  /// - Parameters:
  ///   - parsesSpecialTokens: whether the text of a special token becomes that token.
  ///   - complete: called once, with `cancelled` if the work was cancelled before its end.
  /// - Returns: what stops the work between two pieces of the text. It cannot be paused: it says one thing.
  func tokenize(
    _ text: String, parsesSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[TokenID], GenerationFailure>) -> Void
  ) -> any GenerationControl

  /// Turns token ids into bytes, which need not be valid UTF-8.
  ///
  /// - Parameter skipsSpecialTokens: whether special tokens contribute nothing.
  /// - Returns: as `tokenize`.
  func detokenize(
    _ tokens: [TokenID], skipsSpecialTokens: Bool,
    complete: @escaping @Sendable (Result<[UInt8], GenerationFailure>) -> Void
  ) -> any GenerationControl

  /// Renders a conversation with the model's chat template, without tokenizing it.
  ///
  /// - Parameter asSent: whether the text is what `generate` sends, in which past tool calls read back as the same values;
  ///   otherwise it is the template's own.
  /// - Returns: as `tokenize`, but a rendering that has begun goes on to its end.
  func render(
    _ chat: Chat, asSent: Bool,
    complete: @escaping @Sendable (Result<String, GenerationFailure>) -> Void
  ) -> any GenerationControl

  /// What model this is. Fixed for the life of the generator.
  var model: ModelDescription { get }

  /// What the generator is doing now.
  func activity(complete: @escaping @Sendable (GeneratorActivity) -> Void)
}

/// The caller's hand on a running call. Every method may be called at any time, from any thread, any number of times.
public protocol GenerationControl: Sendable {
  /// Stops the work between two layers. The terminal event then is `.failed` with `cancelled`, if none came before.
  func cancel()
  /// The caller cannot take more events now: the generation is not scheduled until `resume`.
  func pause()
  func resume()
  /// A generation that thinks closes its thinking and begins the answer with its next token; anything else goes on as it was.
  func endThinking()
}

/// What the computation of logits tells its caller.
public enum LogitsEvent: Hashable, Sendable {
  case row([Float])
  case finished
  case failed(GenerationFailure)
}
