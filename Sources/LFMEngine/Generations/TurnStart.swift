import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Where in the assistant's turn a prompt ends: before it, in its thinking, or in its answer.
enum TurnStart {
  /// Looks at the prompt's last turn, or at its very end if it has no turns. By token ids: the letters of a tag in
  /// somebody's text are no tag.
  ///
  /// A model whose vocabulary has no `<think>` does not think: all it writes is the answer.
  static func find(in tokens: [TokenID], _ tokenizer: Tokenizer) -> ThinkingSplitter.Start {
    let vocabulary = tokenizer.vocabulary
    guard vocabulary.specialToken("<think>") != nil, vocabulary.specialToken("</think>") != nil
    else { return .answer }
    let names = ["<|im_start|>", "<think>", "</think>"]
    var tags: [TokenID: String] = [:]
    for name in names {
      if let id = vocabulary.specialToken(name) { tags[id] = name }
    }
    let border = vocabulary.specialToken(names[0]).flatMap(tokens.lastIndex(of:))
    // Without a turn only the last tag matters, and what stands behind it.
    let first = border ?? tokens.lastIndex { tags[$0] != nil } ?? tokens.endIndex
    return ThinkingSplitter.start(after: segments(of: tokens[first...], tags, vocabulary))
  }

  private static func segments(
    of tokens: ArraySlice<TokenID>, _ tags: [TokenID: String], _ vocabulary: Vocabulary
  ) -> [PromptSegment] {
    var segments: [PromptSegment] = []
    var bytes: [UInt8] = []
    func flush() {
      if !bytes.isEmpty { segments.append(.text(String(decoding: bytes, as: UTF8.self))) }
      bytes = []
    }
    for token in tokens {
      if let tag = tags[token] {
        flush()
        segments.append(.special(tag))
      } else {
        vocabulary.appendBytes(of: token, to: &bytes)
      }
    }
    flush()
    return segments
  }
}
