import Foundation
import Glibc
import LFMCheckpoint
import Testing

/// Whole files: metadata only, cut short at any byte, damaged at any byte.
@Suite struct CheckpointTests {
  @Test func describesTheFile() throws {
    let bytes = GGUFWriter.small().bytes()
    let checkpoint = try open(bytes)
    #expect(try checkpoint.architecture() == "lfm2moe")
    #expect(checkpoint.fileSize == bytes.count)
    #expect(checkpoint.hasTensorData)
    #expect(checkpoint.head.count % 32 == 0)
    #expect(checkpoint.head.array == Array(bytes[0..<checkpoint.head.count]))
    #expect(checkpoint.tensor(ifPresent: "nothing") == nil)
    #expect(checkpoint.parameterCount == 3 + 64 + 1)
    #expect(checkpoint.typeTotals.map(\.type) == [.q80, .f32])
    #expect(checkpoint.typeTotals.map(\.tensors) == [1, 2])
    #expect(checkpoint.typeTotals.map(\.bytes) == [68, 16])
  }

  /// Vocabularies come without tensors, and as their writers leave them: without padding.
  @Test func metadataOnly() throws {
    var writer = GGUFWriter.small()
    writer.tensors = []
    for bytes in [writer.head(), writer.bytes()] {
      let checkpoint = try open(bytes, requiring: .metadata)
      #expect(!checkpoint.hasTensorData && checkpoint.tensors.isEmpty)
      let error = try #require(try refusal(bytes))
      #expect(error.code == .truncated)
      #expect(error.message.contains("found no tensors, expected a model's weights"))
    }
  }

  /// A file that ends where its data would begin can be listed, but gives no data.
  @Test func tableWithoutData() throws {
    let whole = try open(GGUFWriter.small().bytes())
    let head = Array(GGUFWriter.small().bytes()[0..<whole.head.count])
    let checkpoint = try open(head, requiring: .metadata)
    #expect(checkpoint.tensors == whole.tensors)
    #expect(!checkpoint.hasTensorData)
    let error = try #require(throws: CheckpointError.self) {
      try checkpoint.bytes(of: checkpoint.tensors[0])
    }
    #expect(error.description.contains("tensor a.vector: has no data in this file"))
    let refused = try #require(try refusal(head))
    #expect(refused.message.contains("found 3 tensors but none of their data"))
  }

  /// No prefix of a good file is a good file. Metadata alone end at one place only.
  @Test(arguments: [1, 32]) func everyPrefixIsRefused(alignment: Int) throws {
    var writer = GGUFWriter.small()
    writer.alignment = alignment
    writer.add("general.alignment", .uint32(UInt32(alignment)))
    let bytes = writer.bytes()
    let dataStart = try open(bytes).head.count
    let file = try TemporaryFile(bytes)
    for length in (1..<bytes.count).reversed() {
      let cut = unsafe truncate(file.path, length)
      #expect(cut == 0)
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: file.path) }
      #expect(error?.code == .truncated, "\(length) bytes: \(error as Any)")
      let listed = (try? Checkpoint(path: file.path, requiring: .metadata)) != nil
      #expect(listed == (length == dataStart), "\(length) bytes")
    }
  }

  /// Damage anywhere is refused or read, but never crashes, hangs or reads beyond the file.
  @Test func everyDamagedByte() throws {
    let good = GGUFWriter.small().bytes()
    let file = try TemporaryFile(good)
    let handle = try #require(FileHandle(forUpdatingAtPath: file.path))
    var readable = 0
    for index in good.indices {
      for byte in [0, 1, 9, 0x7F, 0x80, 0xFF, good[index] ^ 1, good[index] &+ 1] as [UInt8] {
        try handle.seek(toOffset: UInt64(index))
        try handle.write(contentsOf: [byte])
        if visit(file.path) { readable += 1 }
      }
      try handle.seek(toOffset: UInt64(index))
      try handle.write(contentsOf: [good[index]])
    }
    // Bytes of values, padding and data may change; some of the rest may not.
    #expect(readable > good.count && readable < good.count * 8)
  }

  /// Many bytes at once, from a seed.
  @Test func randomDamage() throws {
    var random = SplitMix(state: 1)
    let good = GGUFWriter.small().bytes()
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 8..<bytes.count, using: &random)
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      let file = try TemporaryFile(bytes)
      _ = visit(file.path)
    }
  }

  /// Opens a file and, where that succeeds, touches every byte that it lends.
  private func visit(_ path: String) -> Bool {
    guard let checkpoint = try? Checkpoint(path: path, requiring: .metadata) else { return false }
    for entry in checkpoint.metadata.entries {
      _ = entry.value.summary + entry.value.preview
      if case .array(let array) = entry.value { visit(array) }
    }
    for tensor in checkpoint.tensors {
      guard let bytes = try? checkpoint.bytes(of: tensor) else { continue }
      #expect(bytes.array.count == tensor.byteRange.count)
    }
    return true
  }

  private func visit(_ array: MetadataArray) {
    _ = array.integers ?? []
    _ = array.floats
    _ = array.bools
    for string in array.strings.map(Array.init) ?? [] { _ = string.array }
    for inner in array.arrays ?? [] { visit(inner) }
  }
}

/// A small generator with a seed, for tests that must repeat.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
