import LFMGeneration
import LFMTokenizer

/// Follows an output token by token: which tokens may come, and which must. A value: a copy goes its own way.
///
/// Owns what tokens mean to a constraint. A text's tokens are its bytes; tokens that end a generation may come where the output is
/// complete; nothing may come after one.
package struct ConstraintMatcher: Sendable {
  package let constraint: TokenConstraint
  private(set) var matcher: GrammarMatcher
  private var walk = MaskWalk()
  /// Whether a token that ends a generation came.
  package private(set) var hasEnded = false

  init(_ constraint: TokenConstraint) throws(GenerationFailure) {
    self.constraint = constraint
    matcher = try GrammarMatcher(constraint.constraint.program)
  }

  /// Whether the output may end here.
  package var isComplete: Bool { matcher.isComplete }
  /// Whether it has to.
  package var mustEnd: Bool { hasEnded || matcher.isAtEnd }

  /// Makes `mask` the set of tokens that may come next. It is never empty before the end, but for a vocabulary that lacks tokens for
  /// single bytes.
  ///
  /// - Throws: INVALID_ARGUMENT where the output can be read in too many ways.
  package mutating func mask(into mask: inout TokenMask) throws(GenerationFailure) {
    if hasEnded {
      mask = TokenMask(tokenCount: constraint.vocabulary.vocabulary.count)
      return
    }
    let found: FoundMask
    if let known = constraint.cache.mask(for: matcher.stacks) {
      found = known
    } else {
      found = try fresh()
    }
    mask = found.always
    if let tokens = found.withKeys {
      try walk.run(&matcher.stacks, tokens, into: &mask)
    } else {
      try walk.run(&matcher.stacks, constraint.vocabulary, into: &mask)
    }
    if isComplete {
      for token in constraint.vocabulary.ends { mask.insert(token) }
    }
  }

  private mutating func fresh() throws(GenerationFailure) -> FoundMask {
    matcher.stacks.noteReturnsBelow = Int32(matcher.stacks.mark.frames)
    matcher.stacks.returnedBelow.removeAll(keepingCapacity: true)
    defer { matcher.stacks.noteReturnsBelow = 0 }
    let found = try walk.find(&matcher.stacks, constraint.vocabulary)
    if let depth = MaskKey.depth(of: matcher.stacks.returnedBelow, matcher.stacks) {
      constraint.cache.insert(found, for: matcher.stacks, depth: depth)
    }
    return found
  }

  /// Whether this one token may come next.
  package func allows(_ token: TokenID) throws(GenerationFailure) -> Bool {
    var copy = self
    return try copy.advance(token)
  }

  /// Takes a token, or refuses it and stays where it was.
  ///
  /// - Throws: INVALID_ARGUMENT where the output can be read in too many ways or is nested too deeply.
  package mutating func advance(_ token: TokenID) throws(GenerationFailure) -> Bool {
    let vocabulary = constraint.vocabulary.vocabulary
    guard !hasEnded else { return false }
    if vocabulary.isEndOfGeneration(token) {
      hasEnded = isComplete
      return isComplete
    }
    let bytes = vocabulary.bytes(of: token)
    guard !bytes.isEmpty, !vocabulary.isSpecial(token) else { return false }
    return try matcher.advance(bytes)
  }

  /// Takes all of the bytes, or refuses them and stays where it was.
  package mutating func advance(bytes: [UInt8]) throws(GenerationFailure) -> Bool {
    if hasEnded { return false }
    return try matcher.advance(bytes)
  }
}
