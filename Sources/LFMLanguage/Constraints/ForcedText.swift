import LFMGeneration
import LFMTokenizer

// Text that a constraint leaves no choice about: it needs no step of the model.

extension GrammarMatcher {
  /// The only byte that may follow, or nil if there are several, none, or the output may end.
  func forcedByte() -> UInt8? {
    guard !isComplete, let first = stacks.places.first else { return nil }
    var found: UInt8?
    for byte in UInt8.min...UInt8.max where stacks.leadsOn(first, byte) {
      if found != nil { return nil }
      found = byte
    }
    guard let found else { return nil }
    for place in stacks.places.dropFirst() {
      for byte in UInt8.min...UInt8.max where byte != found && stacks.leadsOn(place, byte) {
        return nil
      }
    }
    return found
  }
}

extension ParseStacks {
  /// Whether a byte may come at a place.
  func leadsOn(_ place: Place, _ byte: UInt8) -> Bool {
    let row = program.next(place.address, place.row, byte)
    guard row != 0 else { return false }
    guard case .key(let index) = program.instructions[Int(place.address)] else { return true }
    let state = Int(program.table[Int(row)] >> 8)
    return program.members[Int(index)].reachable[state]
      .intersects(progress.allowed(place.register))
  }
}

extension ConstraintMatcher {
  /// Of a run of forced bytes, at most so many are looked for at a time.
  package static let mostForcedBytes = 512

  /// The bytes that come next whatever happens, as far as they are certain; none where the output may end.
  package func forcedBytes() throws(GenerationFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    guard !hasEnded else { return bytes }
    var ahead = matcher
    while bytes.count < Self.mostForcedBytes, let byte = ahead.forcedByte() {
      guard try ahead.advance([byte]) else { break }
      bytes.append(byte)
    }
    return bytes
  }

  /// The tokens that the tokenizer makes of the text that is forced here, as far as they do not depend on what follows it.
  ///
  /// - Parameter last: the tokens that came last, which the text continues. If the tokenizer, given all of it, would have cut
  ///   these otherwise, nothing is certain.
  package func forcedTokens(
    _ tokenizer: Tokenizer, after last: [TokenID] = []
  ) throws(GenerationFailure) -> [TokenID] {
    let forced = try forcedBytes()
    guard !forced.isEmpty else { return [] }
    var end = self
    guard try end.advance(bytes: forced) else { return [] }
    let before = Self.context(last, tokenizer)
    var bytes = before.flatMap { Array(tokenizer.vocabulary.bytes(of: $0)) }
    let start = bytes.count
    bytes += forced
    // A character that is cut off at the end is not forced as a whole.
    while String(validating: bytes, as: UTF8.self) == nil, bytes.count > start {
      bytes.removeLast()
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return [] }
    let tokens = tokenizer.encode(text, parsesSpecialTokens: false)
    guard tokens.starts(with: before) else { return [] }
    let isWhole = end.mustEnd && bytes.count == start + forced.count
    let settled = isWhole ? bytes.count : tokenizer.settledLength(of: text)
    var length = start
    return Array(
      tokens.dropFirst(before.count).prefix { token in
        length += tokenizer.vocabulary.bytes(of: token).count
        return length <= settled
      })
  }

  /// The last few tokens, from one on from which the tokenizer would have cut their text just so.
  private static func context(_ last: [TokenID], _ tokenizer: Tokenizer) -> [TokenID] {
    for count in [4, 3, 2] where count <= last.count {
      let tokens = Array(last.suffix(count))
      guard !tokens.contains(where: { tokenizer.vocabulary.isSpecial($0) }) else { continue }
      let bytes = tokens.flatMap { Array(tokenizer.vocabulary.bytes(of: $0)) }
      if let text = String(validating: bytes, as: UTF8.self),
        tokenizer.encode(text, parsesSpecialTokens: false) == tokens
      {
        return tokens
      }
    }
    guard let token = last.last, !tokenizer.vocabulary.isSpecial(token) else { return [] }
    return [token]
  }
}
