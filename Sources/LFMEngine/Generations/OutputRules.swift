import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// What one generation's output is held to, worked out from its request before it runs.
struct OutputRules: Sendable {
  /// How tools are called.
  struct Calls: Sendable {
    /// What stands between the marks of a block of calls; `nil` where calls are written freely.
    var grammar: TokenConstraint?
    /// Whether the answer is a call.
    var isRequired: Bool
    /// Whether another block may follow the first.
    var allowsSeveral: Bool
  }

  /// The most tokens between the tags of thinking.
  var thinkingLimit: Int?
  /// What the answer follows.
  var constraint: TokenConstraint?
  /// `nil` where there are no tools to be called.
  var calls: Calls?
  /// Whether calls cannot be written at all.
  var forbidsCalls = false
  /// Whether tokens that there is no choice about are taken without a step. Not where each token's probability is wanted.
  var isForcing = true
}

/// The tokens that give a turn its shape, as far as a vocabulary has them.
struct TurnTokens: Hashable, Sendable {
  var thinkingOpens: TokenID?
  var thinkingCloses: TokenID?
  var callsOpen: TokenID?
  var callsClose: TokenID?
  /// Those that end a turn.
  var ends: [TokenID]

  init(_ vocabulary: Vocabulary) {
    thinkingOpens = vocabulary.specialToken("<think>")
    thinkingCloses = vocabulary.specialToken("</think>")
    callsOpen = vocabulary.specialToken("<|tool_call_start|>")
    callsClose = vocabulary.specialToken("<|tool_call_end|>")
    ends = vocabulary.endOfGeneration
  }
}
