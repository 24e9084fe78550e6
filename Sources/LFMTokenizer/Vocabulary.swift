// The tokens: their bytes, their kinds, and the ids that have a meaning. How text is cut into them is the merges' and the Tokenizer's.

/// What a token is for, in GGUF's numbers (`tokenizer.ggml.token_type`).
package enum TokenKind: UInt8, Sendable {
  case normal = 1
  case unknown = 2
  /// A special token: structure of the prompt, never made from plain text.
  case control = 3
  /// A text that is cut out before all other rules.
  case userDefined = 4
  /// A row without meaning, which fills the table up.
  case unused = 5
}

/// A vocabulary. Immutable; tokens are bytes, not text, because one character may be spread over several tokens.
package struct Vocabulary: Sendable {
  /// How many tokens there are, unused ones included.
  package let count: Int
  /// The token that begins a text, the one that ends a turn, the one that fills up.
  package let beginningOfText: TokenID?
  package let endOfText: TokenID?
  package let padding: TokenID?
  /// Whether the model expects `beginningOfText` before plain text. `Tokenizer` never puts it there by itself.
  package let addsBeginningOfText: Bool
  /// The tokens after which nothing is to be generated, in ascending order.
  package let endOfGeneration: [TokenID]

  /// The bytes of every token; an unused or unknown one keeps its text here, but stands for nothing.
  let spellings: ByteStrings
  /// Bytes of the longest token, of whatever kind: n bytes of text are at least n / `longestSpelling` tokens.
  package let longestSpelling: Int
  private let kinds: [TokenKind]
  /// Normal and plain user-defined tokens by their bytes: what text can become.
  private let plain: ByteKeyedTable
  /// Control tokens and markup by their text.
  private let special: [[UInt8]: TokenID]

  /// - Parameters:
  ///   - texts: one for each token; those of normal tokens in GPT-2's byte alphabet.
  ///   - kinds: GGUF's number for each token.
  /// - Throws: `malformedVocabulary`, naming key and entry.
  package init(
    texts: ByteStrings, kinds rawKinds: [Int32], ids: VocabularyIDs = VocabularyIDs()
  ) throws(TokenizerError) {
    count = texts.count
    kinds = try Self.kinds(rawKinds, count: texts.count)
    (spellings, plain) = try Self.spellings(of: texts, kinds: kinds)
    special = try Self.special(spellings, kinds)
    longestSpelling = spellings.longest
    beginningOfText = try ids.check(\.beginningOfText, "bos_token_id", count: texts.count)
    endOfText = try ids.check(\.endOfText, "eos_token_id", count: texts.count)
    padding = try ids.check(\.padding, "padding_token_id", count: texts.count)
    let endOfTurn = try ids.check(\.endOfTurn, "eot_token_id", count: texts.count)
    addsBeginningOfText = ids.addsBeginningOfText
    var ends = Set([endOfText, endOfTurn].compactMap { $0 })
    for text in ["<|endoftext|>", "<|im_end|>"] {
      if let id = special[Array(text.utf8)], kinds[Int(id)] == .control { ends.insert(id) }
    }
    endOfGeneration = ends.sorted()
  }

  package func contains(_ id: TokenID) -> Bool { id >= 0 && Int(id) < count }

  /// What a token is for; an id outside the vocabulary is `unused`.
  package func kind(of id: TokenID) -> TokenKind { contains(id) ? kinds[Int(id)] : .unused }

  /// The bytes that a token stands for: none if it is unused, unknown or outside the vocabulary.
  package func bytes(of id: TokenID) -> ArraySlice<UInt8> {
    switch kind(of: id) {
    case .unused, .unknown: []
    default: spellings[Int(id)]
    }
  }

  /// Appends `bytes(of:)`.
  package func appendBytes(of id: TokenID, to bytes: inout [UInt8]) {
    bytes += self.bytes(of: id)
  }

  /// Whether plain text must never become this token: a control token, or markup such as a user-defined `<think>`.
  package func isSpecial(_ id: TokenID) -> Bool {
    switch kind(of: id) {
    case .control, .unknown: true
    case .userDefined: Self.isMarkup(spellings[Int(id)])
    case .normal, .unused: false
    }
  }

  package func isEndOfGeneration(_ id: TokenID) -> Bool { endOfGeneration.contains(id) }

  /// The special token of this text, such as `<|im_start|>`.
  package func specialToken(_ text: String) -> TokenID? { special[Array(text.utf8)] }

  /// The token that text of exactly these bytes can become, special tokens aside.
  package func token(_ bytes: [UInt8]) -> TokenID? { find(bytes.span, 0..<bytes.count) }

  /// As `token(_:)`, for a part of a longer text.
  func find(_ text: Span<UInt8>, _ range: Range<Int>) -> TokenID? {
    range.count > longestSpelling ? nil : plain.find(text, range, in: spellings)
  }

  /// A user-defined token in angle brackets is markup; others (`python`, in LFM2) are words.
  static func isMarkup(_ text: ArraySlice<UInt8>) -> Bool {
    text.count > 2 && text.first == UInt8(ascii: "<") && text.last == UInt8(ascii: ">")
  }
}
