// Which keys of a checkpoint's metadata make a tokenizer. Reading the file is LFMCheckpoint's.
import LFMCheckpoint

extension Tokenizer {
  /// The values of `tokenizer.ggml.pre` whose rules are built here.
  static let supportedPreTokenizers = ["lfm2"]

  /// The tokenizer that a checkpoint describes. Needs its metadata only, and copies what it keeps.
  ///
  /// - Throws: `unsupported` for another kind of tokenizer; `malformedVocabulary` where a key is missing, of the wrong type, or
  ///   contradicts another.
  package convenience init(checkpoint: Checkpoint) throws(TokenizerError) {
    let metadata = checkpoint.metadata
    let tokens: StringArray
    let kinds: [Int]
    let merges: StringArray
    let ids: VocabularyIDs
    do throws(CheckpointError) {
      let model = try metadata.string("tokenizer.ggml.model")
      guard model == "gpt2" else {
        throw Self.unsupported(checkpoint, "tokenizer.ggml.model", model, ["gpt2"])
      }
      let pre = try metadata.string("tokenizer.ggml.pre")
      guard Self.supportedPreTokenizers.contains(pre) else {
        throw Self.unsupported(
          checkpoint, "tokenizer.ggml.pre", pre, Self.supportedPreTokenizers)
      }
      tokens = try metadata.strings("tokenizer.ggml.tokens")
      kinds = try metadata.integers(
        "tokenizer.ggml.token_type", in: Int(Int32.min)...Int(Int32.max))
      merges = try metadata.strings("tokenizer.ggml.merges")
      ids = try VocabularyIDs(metadata)
    } catch {
      let kindKeys = ["key tokenizer.ggml.model", "key tokenizer.ggml.pre"]
      let isOtherKind = error.code == .mismatch && kindKeys.contains(error.subject)
      let code: TokenizerError.Code = isOtherKind ? .unsupported : .malformedVocabulary
      throw TokenizerError(code, "\(error)")
    }
    let vocabulary = try Vocabulary(
      texts: ByteStrings(tokens), kinds: kinds.map { Int32(truncatingIfNeeded: $0) }, ids: ids)
    try self.init(vocabulary: vocabulary, merges: ByteStrings(merges))
  }

  private static func unsupported(
    _ checkpoint: Checkpoint, _ key: String, _ value: String, _ supported: [String]
  ) -> CheckpointError {
    let names = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return CheckpointError(
      .mismatch, path: checkpoint.path, subject: "key \(key)",
      found: "\"\(CheckpointError.printable(value))\"",
      expected: "\(names), the only one supported",
      advice: "Use a file of LFM2 or LFM2.5, converted by llama.cpp.")
  }
}

extension VocabularyIDs {
  /// The ids that a file names; one that it leaves out is nil.
  fileprivate init(_ metadata: Metadata) throws(CheckpointError) {
    func id(_ name: String) throws(CheckpointError) -> Int? {
      let key = "tokenizer.ggml.\(name)"
      return metadata.contains(key) ? try metadata.integer(key) : nil
    }
    let addsKey = "tokenizer.ggml.add_bos_token"
    self.init(
      beginningOfText: try id("bos_token_id"), endOfText: try id("eos_token_id"),
      endOfTurn: try id("eot_token_id"), padding: try id("padding_token_id"),
      addsBeginningOfText: metadata.contains(addsKey) ? try metadata.bool(addsKey) : true)
  }
}

extension ByteStrings {
  /// A copy of an array of a checkpoint's metadata.
  fileprivate init(_ array: StringArray) {
    self.init()
    reserveCapacity(strings: array.count, bytes: array.count * 8)
    for index in array.indices {
      array.withSpan(at: index) { append($0) }
    }
  }
}
