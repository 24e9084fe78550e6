import LFMGeneration
import LFMModel
import LFMTokenizer

/// The sizes that follow from configuration, model and vocabulary, checked once at the start.
struct EngineSize {
  /// The most positions of one sequence: what the model, the configuration and the pool allow.
  let contextLength: Int
  /// KV pages in the pool.
  let pages: Int

  init(
    _ configuration: EngineConfiguration, _ model: any StepModel, _ tokenizer: Tokenizer
  ) throws(GenerationFailure) {
    let vocabulary = tokenizer.vocabulary.count
    guard vocabulary == model.vocabularyCount else {
      throw GenerationFailure(
        .failedPrecondition,
        "the file's vocabulary has \(vocabulary) tokens and its embedding \(model.vocabularyCount) "
          + "rows; they do not belong together")
    }
    try Self.check("the context length", configuration.contextLength, 2...(1 << 24))
    try Self.check("the number of KV pages", configuration.pages, 1...(1 << 20))
    try Self.check("the chunk", configuration.chunk, 1...(1 << 16))
    try Self.check("the number of waiting generations", configuration.maximumWaiting, 1...(1 << 16))
    try Self.check("the number of running generations", configuration.maximumRunning, 1...1024)
    try Self.check("the default of max_tokens", configuration.defaultMaxTokens, 1...(1 << 31))
    try Self.check("the positions of a call for logits", configuration.logitsPositions, 1...65536)
    try Self.check("the number of texts tokenized at a time", configuration.tokenizations, 1...256)
    let wanted = configuration.contextLength ?? EngineConfiguration.defaultContextLength
    let context = max(1, min(wanted, model.contextLength))
    pages = configuration.pages ?? 4 * KVLayout.pages(for: context)
    contextLength = min(context, pages * KVLayout.positionsPerPage)
  }

  private static func check(
    _ name: String, _ value: Int?, _ range: ClosedRange<Int>
  ) throws(GenerationFailure) {
    guard let value, !range.contains(value) else { return }
    throw GenerationFailure(
      .failedPrecondition,
      "\(name) is configured as \(value); expected \(range.lowerBound) to \(range.upperBound)")
  }
}
