import Foundation
import LFMCheckpoint
import Testing

@testable import LFMTokenizer

struct TokenizerCheckpointTests {
  @Test func readsTheFixture() throws {
    let vocabulary = try Fixture.tokenizer.get().vocabulary
    #expect(vocabulary.count == 800)
    #expect(vocabulary.beginningOfText == vocabulary.specialToken("<|startoftext|>"))
    #expect(vocabulary.endOfText == vocabulary.specialToken("<|im_end|>"))
    #expect(vocabulary.padding == vocabulary.specialToken("<|pad|>"))
    #expect(vocabulary.addsBeginningOfText)
    #expect(
      vocabulary.endOfGeneration
        == ["<|endoftext|>", "<|im_end|>"].compactMap { vocabulary.specialToken($0) })
  }

  /// The fixture with one string in it replaced by another of the same length, as a checkpoint's tokenizer.
  private func tokenizer(replacing old: String, with new: String) throws -> Tokenizer {
    var data = try Data(contentsOf: URL(filePath: Fixture.checkpointPath))
    let range = try #require(data.range(of: Data(old.utf8)))
    data.replaceSubrange(range, with: Data(new.utf8))
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gguf")
    try data.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Tokenizer(checkpoint: Checkpoint(path: file.path, requiring: .metadata))
  }

  @Test(arguments: [
    (
      "\u{4}\0\0\0\0\0\0\0lfm2", "\u{4}\0\0\0\0\0\0\0qwen", "supported",
      "tokenizer.ggml.pre: found \"qwen\""
    ),
    ("gpt2", "bert", "supported", "tokenizer.ggml.model: found \"bert\""),
    ("tokenizer.ggml.model", "tokenizer.ggml.mödl", "malformed", "tokenizer.ggml.model"),
    ("tokenizer.ggml.pre", "tokenizer.ggml.prx", "malformed", "tokenizer.ggml.pre"),
    ("tokenizer.ggml.tokens", "tokenizer.ggml.tokenx", "malformed", "tokenizer.ggml.tokens"),
    ("tokenizer.ggml.token_type", "tokenizer.ggml.token_typx", "malformed", "token_type"),
    ("tokenizer.ggml.merges", "tokenizer.ggml.mergex", "malformed", "tokenizer.ggml.merges"),
  ])
  func refusalsNameTheKey(_ old: String, _ new: String, _ code: String, _ expected: String) {
    do {
      _ = try tokenizer(replacing: old, with: new)
      Issue.record("accepted \(new)")
    } catch let error as TokenizerError {
      #expect("\(error.code)".contains(code))
      #expect(error.message.contains(expected), "\(error)")
    } catch { Issue.record("\(error)") }
  }

  @Test func keysThatAFileMayLeaveOut() throws {
    let bos = try tokenizer(
      replacing: "tokenizer.ggml.bos_token_id", with: "tokenizer.ggml.bos_token_ix")
    #expect(bos.vocabulary.beginningOfText == nil)
    let adds = try tokenizer(
      replacing: "tokenizer.ggml.add_bos_token", with: "tokenizer.ggml.add_bos_tokex")
    #expect(adds.vocabulary.addsBeginningOfText)
  }
}
