import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// Beyond a segment of 4096 positions, where attention begins anew and many threads share a row's positions: the logits
/// are those of cold chunks of any size, and of a sequence that was restored.
@Suite struct LongContextTests {
  /// A reference's checkpoint that says it takes 16384 positions.
  private func longer(_ reference: Reference) throws -> URL {
    var bytes = [UInt8](try Data(contentsOf: reference.checkpoint))
    let key = Array("lfm2moe.context_length".utf8)
    let at = try #require(
      bytes.indices.first { bytes[$0...].starts(with: key) }, "the key is there")
    // After the key: its type, 4, then the value.
    let value = at + key.count + 4
    try #require(bytes[value..<value + 4].elementsEqual([0, 16, 0, 0]))
    bytes[value + 1] = 64
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gguf")
    try Data(bytes).write(to: url)
    return url
  }

  @Test(
    arguments: zip(
      [Reference.oddF32, .plainQ8, .plainQ8, .plainQ8],
      [KVLayout.Element.float32, .float16, .bytes, .int16]))
  func anyChunksAndThreads(_ reference: Reference, _ element: KVLayout.Element) throws {
    let url = try longer(reference)
    defer { try? FileManager.default.removeItem(at: url) }
    let some = try reference.tokens()
    let depth = 4150
    let tokens = (0..<depth).map { some[($0 * $0 / 7 + $0) % some.count] }
    let rest = Array(some.prefix(5))
    func run(threads: Int, chunk: Int, restores: Bool, family: String) throws -> [[Float]] {
      let model = try makeModel(url, threads: threads, rows: 1024, instructionSet: family)
      let pool = try model.makePool(
        positions: 2 * depth + 256, element: element, poisonsFreedPages: true)
      var state = model.makeSequence(in: pool)
      let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
      for begin in stride(from: 0, to: depth, by: chunk) {
        let part = Array(tokens[begin..<min(begin + chunk, depth)])
        _ = try model.forward([Segment(state, tokens: part, logits: .none)], logits: buffer)
        if restores { state = SequenceState(restoring: try state.snapshot().copyingPages()) }
      }
      return try model.logits(state, rest, chunks: restores ? [2, 3] : [1])
    }
    for family in ["exact", "fast"] {
      let expected = try run(threads: 2, chunk: 1024, restores: false, family: family)
      // Seven threads have too little to do with one row of two heads: they share its segments.
      #expect(same(expected, try run(threads: 7, chunk: 333, restores: false, family: family)))
      #expect(same(expected, try run(threads: 1, chunk: 1000, restores: true, family: family)))
    }
  }
}
