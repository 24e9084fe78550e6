import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Where in the assistant's turn a prompt ends: before it, in its thinking, or in its answer.
enum TurnStart {
  /// Tokens at the end of a prompt without turns that are looked at.
  private static let rawTail = 16

  /// Looks at the prompt's last turn, or at its very end if it has no turns.
  ///
  /// A model whose vocabulary has no `<think>` does not think: all it writes is the answer.
  static func find(in tokens: [TokenID], _ tokenizer: Tokenizer) -> ThinkingSplitter.Start {
    let vocabulary = tokenizer.vocabulary
    guard vocabulary.specialToken("<think>") != nil, vocabulary.specialToken("</think>") != nil
    else { return .answer }
    let border = "<|im_start|>"
    guard let turn = vocabulary.specialToken(border).flatMap(tokens.lastIndex(of:)) else {
      let tail = text(of: tokens.suffix(rawTail), vocabulary)
      return ThinkingSplitter.start(after: [.text(tail)])
    }
    return ThinkingSplitter.start(
      after: [.special(border), .text(text(of: tokens[(turn + 1)...], vocabulary))])
  }

  private static func text(of tokens: ArraySlice<TokenID>, _ vocabulary: Vocabulary) -> String {
    var bytes: [UInt8] = []
    for token in tokens { vocabulary.appendBytes(of: token, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
