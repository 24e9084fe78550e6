import LFMGeneration
import LFMTokenizer

/// A compiled constraint on the tokens of one vocabulary, with the masks found so far. Shared by all calls that ask for it.
package final class TokenConstraint: Sendable {
  package let constraint: CompiledConstraint
  package let vocabulary: ConstraintVocabulary
  let cache: MaskCache

  package init(_ constraint: CompiledConstraint, _ vocabulary: ConstraintVocabulary) {
    self.constraint = constraint
    self.vocabulary = vocabulary
    cache = MaskCache(longestToken: vocabulary.all.longest)
  }

  /// A matcher at the beginning of an output.
  package func matcher() throws(GenerationFailure) -> ConstraintMatcher {
    try ConstraintMatcher(self)
  }
}
