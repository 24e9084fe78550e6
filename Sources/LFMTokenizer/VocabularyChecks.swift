// What must hold of a vocabulary from a file before it is used. Merges have their own checks.
import LFMCheckpoint

/// The ids with a meaning, as a file gives them: not yet checked.
package struct VocabularyIDs: Sendable {
  package var beginningOfText: Int?
  package var endOfText: Int?
  package var endOfTurn: Int?
  package var padding: Int?
  package var addsBeginningOfText: Bool

  package init(
    beginningOfText: Int? = nil, endOfText: Int? = nil, endOfTurn: Int? = nil,
    padding: Int? = nil, addsBeginningOfText: Bool = false
  ) {
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    self.endOfTurn = endOfTurn
    self.padding = padding
    self.addsBeginningOfText = addsBeginningOfText
  }

  func check(
    _ path: KeyPath<VocabularyIDs, Int?>, _ key: String, count: Int
  ) throws(TokenizerError) -> TokenID? {
    guard let id = self[keyPath: path] else { return nil }
    guard id >= 0, id < count else {
      throw TokenizerError(
        .malformedVocabulary,
        "tokenizer.ggml.\(key) is \(id); tokenizer.ggml.tokens has ids 0 to \(count - 1)")
    }
    return TokenID(truncatingIfNeeded: id)
  }
}

extension Vocabulary {
  /// No vocabulary comes near; it keeps every id, count and offset far from the ends of their types.
  static let mostTokens = 1 << 24
  /// The longest text of a control or user-defined token, in bytes; it bounds what one byte of input can cost.
  static let longestAddedToken = 1024

  static func kinds(_ raw: [Int32], count: Int) throws(TokenizerError) -> [TokenKind] {
    guard count > 0, count <= mostTokens else {
      throw TokenizerError(
        .malformedVocabulary,
        "tokenizer.ggml.tokens has \(count) entries; expected 1 to \(mostTokens)")
    }
    guard raw.count == count else {
      throw TokenizerError(
        .malformedVocabulary,
        "tokenizer.ggml.token_type has \(raw.count) entries; expected \(count), as many as tokenizer.ggml.tokens"
      )
    }
    var kinds: [TokenKind] = []
    kinds.reserveCapacity(count)
    for (index, number) in raw.enumerated() {
      guard let small = UInt8(exactly: number), let kind = TokenKind(rawValue: small) else {
        throw TokenizerError(
          .malformedVocabulary,
          "tokenizer.ggml.token_type[\(index)] is \(number); expected 1 (normal) to 5 (unused)")
      }
      kinds.append(kind)
    }
    return kinds
  }

  /// The bytes of all tokens, and the table of those that text can become.
  static func spellings(
    of texts: ByteStrings, kinds: [TokenKind]
  ) throws(TokenizerError) -> (ByteStrings, ByteKeyedTable) {
    var spellings = ByteStrings()
    spellings.reserveCapacity(strings: texts.count, bytes: texts.bytes.count)
    var table = ByteKeyedTable(capacity: texts.count)
    for id in 0..<texts.count {
      let text = texts.bytes.span.extracting(texts.range(id))
      // A normal token with characters beyond the alphabet keeps its text, as the reference's decoder has it; no text becomes it.
      let isEncoded = spellings.appendString { bytes in
        if kinds[id] == .normal && ByteAlphabet.appendBytes(of: text, to: &bytes) { return true }
        for index in text.indices { bytes.append(text[index]) }
        return false
      }
      guard isEncoded else { continue }
      if let other = table.insert(id, of: spellings) {
        throw duplicate(id, other, spellings)
      }
    }
    // Words that are cut out of the text are also what merges may make; a normal token of the same bytes goes before.
    for id in 0..<texts.count where kinds[id] == .userDefined && !isMarkup(spellings[id]) {
      _ = table.insert(id, of: spellings)
    }
    try checkBytes(table, spellings)
    return (spellings, table)
  }

  /// Control tokens and markup by text; also checks every added token.
  static func special(
    _ spellings: ByteStrings, _ kinds: [TokenKind]
  ) throws(TokenizerError) -> [[UInt8]: TokenID] {
    var special: [[UInt8]: TokenID] = [:]
    for (id, kind) in kinds.enumerated() where kind == .control || kind == .userDefined {
      let text = spellings[id]
      guard text.count <= longestAddedToken, String(validating: text, as: UTF8.self) != nil else {
        throw TokenizerError(
          .malformedVocabulary,
          "tokenizer.ggml.tokens[\(id)], \(kind == .control ? "a control" : "a user-defined") token, has \(text.count) bytes; expected UTF-8 of at most \(longestAddedToken) bytes"
        )
      }
      guard kind == .control || isMarkup(text) else { continue }
      if let other = special.updateValue(TokenID(truncatingIfNeeded: id), forKey: Array(text)) {
        throw duplicate(id, other, spellings)
      }
    }
    return special
  }

  /// Every byte that occurs in UTF-8 must be a token, or there is text that cannot be encoded.
  private static func checkBytes(
    _ table: ByteKeyedTable, _ spellings: ByteStrings
  ) throws(TokenizerError) {
    for byte in UInt8.min...UInt8.max where isOfUTF8(byte) {
      guard table.find([byte].span, 0..<1, in: spellings) != nil else {
        throw TokenizerError(
          .malformedVocabulary,
          "tokenizer.ggml.tokens has no normal token for byte \(byte); expected one for each byte of UTF-8"
        )
      }
    }
  }

  /// All bytes but C0, C1 and F5 to FF.
  static func isOfUTF8(_ byte: UInt8) -> Bool { byte < 0xF5 && byte & 0xFE != 0xC0 }

  /// A token's bytes, made fit for one line of an error message.
  static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    CheckpointError.printable(String(decoding: bytes.prefix(400), as: UTF8.self))
  }

  private static func duplicate(_ id: Int, _ other: TokenID, _ spellings: ByteStrings)
    -> TokenizerError
  {
    TokenizerError(
      .malformedVocabulary,
      "tokenizer.ggml.tokens[\(id)] repeats entry \(other), “\(printable(spellings[id]))”; expected every token once"
    )
  }
}
