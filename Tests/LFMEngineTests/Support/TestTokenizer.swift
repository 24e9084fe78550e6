// A vocabulary of the 256 bytes and the special tokens that matter, for tests that need no merges.
import LFMGeneration
import LFMTokenizer

enum TestTokenizer {
  static let beginning: TokenID = 256
  static let turnStart: TokenID = 257
  static let turnEnd: TokenID = 258
  static let think: TokenID = 259
  static let thinkEnd: TokenID = 260
  static let endOfText: TokenID = 261
  static let callsOpen: TokenID = 264
  static let callsClose: TokenID = 265
  static let count = 266

  /// - Parameters:
  ///   - thinks: whether the vocabulary has the tags of thinking.
  ///   - more: further tokens, behind the others.
  static func make(
    thinks: Bool = true, addsBeginning: Bool = false, more: [String] = []
  ) throws -> Tokenizer {
    var texts = (0..<256).map { Array(letter(UInt8($0)).utf8) }
    texts += [
      "<|startoftext|>", "<|im_start|>", "<|im_end|>", thinks ? "<think>" : "<|a|>",
      thinks ? "</think>" : "<|b|>", "<|endoftext|>", "<|pad|>", "[unused]",
      "<|tool_call_start|>", "<|tool_call_end|>",
    ].map { Array($0.utf8) }
    texts += more.map { Array($0.utf8) }
    let kinds: [Int32] =
      Array(repeating: 1, count: 256) + [3, 3, 3, 3, 3, 3, 3, 5, 3, 3]
      + more.map { _ in 1 }
    let vocabulary = try Vocabulary(
      texts: ByteStrings(texts), kinds: kinds,
      ids: VocabularyIDs(
        beginningOfText: Int(beginning), endOfText: Int(turnEnd),
        addsBeginningOfText: addsBeginning))
    return try Tokenizer(vocabulary: vocabulary, merges: ByteStrings())
  }

  /// GPT-2's letter for a byte.
  private static func letter(_ byte: UInt8) -> String {
    let visible: (UInt8) -> Bool = {
      (0x21...0x7E).contains($0) || (0xA1...0xAC).contains($0) || (0xAE...0xFF).contains($0)
    }
    if visible(byte) { return String(Unicode.Scalar(byte)) }
    let others = (UInt8.min...UInt8.max).filter { !visible($0) }
    let place = UInt32(others.firstIndex(of: byte) ?? 0)
    return Unicode.Scalar(0x100 + place).map { String($0) } ?? ""
  }

  static func tokens(_ text: String) -> [TokenID] { text.utf8.map { TokenID($0) } }
}
