import Foundation
import Glibc
import LFMCheckpoint
import Testing

/// Files that others made: llama.cpp's handcrafted ones, gguf-py's, and real small models. Names end `__valid` or
/// `__reject`, and each is read or refused as its name says.
@Suite(.enabled(if: SharedTestData.exists, "needs ../shared/testdata"))
struct ForeignFilesTests {
  /// What each refusal must say: key or tensor, found, expected.
  static let sentences: [String: [String]] = [
    "HEADER_BAD_MAGIC": ["46 55 47 47", "expected 47 47 55 46 (GGUF)"],
    "HEADER_BAD_N_KV": ["found 18446744073709551615 keys announced"],
    "HEADER_BAD_N_TENSORS": ["found 18446744073709551615 tensors announced"],
    "HEADER_BAD_VERSION_0": ["found GGUF version 0, expected version 2 or 3"],
    "HEADER_BAD_VERSION_1": ["found GGUF version 1, expected version 2 or 3"],
    "HEADER_BAD_VERSION_FUTURE": ["found GGUF version 4, expected version 2 or 3"],
    "KV_BAD_KEY_SIZE": ["key number 0: found", "expected 18446744073709551615 for a key"],
    "KV_EMPTY_KEY": ["key number 0: found a key of 0 bytes"],
    "KV_BAD_TYPE": ["key my_key_0: found value type 13, expected 0 (uint8) to 12"],
    "KV_DUPLICATE_KEY": ["key my_key_0: found it twice, expected each key once"],
    "KV_BAD_ALIGN": ["key general.alignment: found uint32 13, expected a uint32 that is a power"],
    "KV_WRONG_TYPE_ALIGN": ["key general.alignment: found int32 13, expected a uint32"],
    "TENSORS_BAD_NAME_SIZE": ["tensor number 0: found a name of 87 bytes, expected 1 to 64"],
    "TENSORS_BAD_N_DIMS": ["tensor my_tensor_0: found 5 dimensions, expected at most 4"],
    "TENSORS_BAD_SHAPE": ["tensor my_tensor_0: found a dimension of 18446744073709551615"],
    "TENSORS_NE_TOO_BIG": ["tensor my_tensor_", "found a shape of 8589934588 x 8589934588"],
    "TENSORS_NBYTES_TOO_BIG": ["tensor my_tensor_0: found a shape of 1533685239 x 1533685239"],
    "TENSORS_NBYTES_PAD_WRAP": ["tensor my_tensor_0: found a shape of 4 x 1073741823 x 10737"],
    "TENSORS_BAD_TYPE": ["tensor my_tensor_0: found tensor type 43, expected a known one"],
    "TENSORS_BAD_OFFSET": ["tensor my_tensor_0: found offset 18446744073709551615, expected a"],
    "TENSORS_DUPLICATE_NAME": ["tensor my_tensor: found it twice, expected each tensor once"],
    "TENSORS_BAD_ALIGN": ["key general.alignment: found uint32 13"],
    "TENSORS_INCONSISTENT_ALIGN": ["expected tensor data from byte 7200"],
    "DATA_NOT_ENOUGH_DATA": ["tensor my_tensor_77: found 23 bytes behind its data, expected 24"],
    "DATA_BAD_ALIGN": ["key general.alignment: found uint32 13"],
    "DATA_INCONSISTENT_ALIGN": ["tensor my_tensor_1: found offset 280, expected a multiple of 32"],
    "DATA_MEM_SIZE_OVERFLOW": ["tensor my_tensor_0: found 9223372036854775744 bytes at offset 0"],
    "evil_ndims": ["found 1000000 dimensions, expected at most 4"],
    "evil_overflow": ["tensor bad_tensor: found a shape of 4194305 x 4194305 x 211106198978564"],
  ]

  @Test func handcrafted() throws {
    let folder = TemporaryFile.freshPath()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try SharedTestData.unpackHandcrafted(into: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count == 34)
    for name in names { try check("\(folder)/\(name)") }
  }

  @Test func madeByGGUFPy() throws {
    let folder = SharedTestData.path("gguf/ggufpy")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.count == 2)
    for name in names { try check("\(folder)/\(name)") }
  }

  @Test func vocabularyWithoutTensors() throws {
    let path = SharedTestData.path("tokenizers/lfm2/lfm2-vocab-only.gguf")
    let checkpoint = try Checkpoint(path: path, requiring: .metadata)
    #expect(try checkpoint.architecture() == "lfm2")
    #expect(try checkpoint.metadata.string("tokenizer.ggml.pre") == "lfm2")
    let tokens = try checkpoint.metadata.strings("tokenizer.ggml.tokens")
    #expect(tokens.count == 65_536)
    #expect(try checkpoint.metadata.strings("tokenizer.ggml.merges").count == 63_683)
    #expect(!checkpoint.hasTensorData)
  }

  @Test(arguments: ["q4_0", "q4_K_M", "q8_0"]) func tinyModels(kind: String) throws {
    let path = SharedTestData.path("models/tiny-lfm2moe/tiny-lfm2moe-\(kind).gguf")
    let checkpoint = try Checkpoint(path: path)
    #expect(try checkpoint.architecture() == "lfm2moe")
    #expect(checkpoint.tensors.count == 64)
    #expect(try checkpoint.metadata.integer("lfm2moe.block_count") == 6)
    #expect(
      try checkpoint.metadata.integers("lfm2moe.attention.head_count_kv", count: 6).count == 6)
    #expect(checkpoint.tensors.allSatisfy { $0.type.isSupported })
    let embedding = try checkpoint.tensor(named: "token_embd.weight")
    #expect(embedding.shape == [256, 320])
    #expect(try checkpoint.bytes(of: embedding).count == embedding.bytesPerRow * 320)
  }

  /// Good files cut anywhere, with and without tensor data.
  @Test(arguments: ["DATA_CUSTOM_ALIGN__1__valid", "DATA_SUCCESS__1__valid"])
  func cutAnywhere(name: String) throws {
    let folder = TemporaryFile.freshPath()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try SharedTestData.unpackHandcrafted(into: folder)
    let path = "\(folder)/\(name).gguf"
    let whole = try Checkpoint(path: path)
    let (size, dataStart) = (whole.fileSize, whole.head.count)
    let inData = stride(from: size - 1, to: dataStart + 64, by: -997)
    for length in Array(inData) + (1...dataStart + 64).reversed() {
      let cut = unsafe truncate(path, length)
      #expect(cut == 0)
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
      #expect(error?.code == .truncated, "\(length) bytes: \(error as Any)")
    }
  }

  /// Opens a file and compares with its name: `TENSORS_` files come without data, and are listed only.
  private func check(_ path: String) throws {
    let name = String(path.split(separator: "/").last ?? "")
    let parts = name.components(separatedBy: "__")
    let isValid = try #require(parts.last) == "valid.gguf"
    #expect(isValid != (parts.last == "reject.gguf"))
    do {
      _ = try Checkpoint(path: path, requiring: .metadata)
      #expect(isValid, "\(name) was read")
      if name.hasPrefix("DATA_") { _ = try Checkpoint(path: path) }
    } catch {
      #expect(!isValid, "\(error)")
      let sentences = try #require(Self.sentences[parts[0]], "\(error)")
      for sentence in sentences {
        #expect(error.description.contains(sentence), "\(error)")
      }
      #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    }
  }
}
