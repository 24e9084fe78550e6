import LFMLanguage
import LFMModel

/// What an administrator may choose about an engine. Numbers out of their ranges are refused when the engine is made.
package struct EngineConfiguration: Sendable {
  /// The most positions of one sequence; `nil` is the model's, but at most 8192.
  package var contextLength: Int?
  /// KV pages of 64 positions; `nil` is enough for four full contexts. Memory is committed as pages are used.
  package var pages: Int?
  /// How keys and values are stored; `nil` is `StepModel.element`.
  package var pageElement: KVLayout.Element?
  /// Prompt tokens in one chunk at most.
  package var chunk = 512
  /// Generations that wait at most; the next is refused.
  package var maximumWaiting = 64
  /// Generations that take turns at most.
  package var maximumRunning = 16
  /// How long a prompt's chunk may hold up those that decode.
  package var interTokenBudget = Duration.milliseconds(250)
  /// How long a prompt's chunk may last when nobody decodes.
  package var chunkBudget = Duration.seconds(2)
  /// The most tokens of a generation that does not say; `nil` leaves it to the context.
  package var defaultMaxTokens: Int?
  /// Whether `logits` is answered.
  package var allowsLogits = false
  /// The most positions of one call for logits.
  package var logitsPositions = 512
  /// Texts that are tokenized at a time, a thread each.
  package var tokenizations = 2
  /// Bytes of text that one call of `detokenize` makes at most: what a message may have.
  package var detokenizedBytes = 16 << 20
  /// The family of chat template to use, whatever the file has.
  package var template: ChatTemplate?
  /// Fill freed pages and fresh states with NaN: for tests.
  package var poisonsFreedState = false

  package init() {}

  /// Positions that a sequence may have when the configuration does not say.
  package static let defaultContextLength = 8192
  /// Rows of logits that one step of a call for logits makes: 16 rows of 128,000 are 8 MiB.
  static let logitsRows = 16
}
