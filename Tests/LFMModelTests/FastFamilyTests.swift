import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// The fast family against the exact one, and against itself by another way to the same weights.
@Suite struct FastFamilyTests {
  static let quantised: [Reference] = [.plainQ8, .allDenseQ4, .mixedQ4, .kQuants]

  /// Activations of 8 bits cost some accuracy, and no more than that.
  @Test(arguments: quantised)
  func staysNearTheTruth(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    let truth = try reference.logits(count: tokens.count)
    let model = try makeModel(reference.checkpoint, rows: 256, instructionSet: "fast")
    let found = try model.logits(model.freshSequence(), tokens)
    var error = 0.0
    var size = 0.0
    for (row, expected) in zip(found, truth) {
      for (value, wanted) in zip(row, expected) {
        error += (Double(value) - wanted) * (Double(value) - wanted)
        size += wanted * wanted
      }
    }
    print("\(reference.rawValue): normalised mean squared error \(error / size)")
    #expect(error > 0 && error / size < 1e-2)
  }

  /// Packed beforehand or piece by piece, the numbers are the same.
  @Test(arguments: quantised)
  func preparedEqualsMapped(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    let checkpoint = try Checkpoint(path: reference.checkpoint.path)
    let options = Model.Options(threads: 2, maximumRows: 256, instructionSet: "fast")
    let mapped = try Model(checkpoint, options: options)
    let prepared = try Model(
      checkpoint, prepared: PreparedWeights.inMemory(checkpoint), options: options)
    let expected = try mapped.logits(mapped.freshSequence(), tokens)
    for chunks in [[256], [1], [7, 2, 30]] {
      #expect(
        same(expected, try prepared.logits(prepared.freshSequence(), tokens, chunks: chunks)))
    }
  }

  /// Weights that are prepared while a sequence is under way change nothing but the speed.
  @Test(arguments: [Reference.plainQ8, .mixedQ4, .kQuants, .lfm2Q8])
  func adoptedOnTheWay(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    let checkpoint = try Checkpoint(path: reference.checkpoint.path)
    let model = try Model(
      checkpoint, options: Model.Options(threads: 2, maximumRows: 256, instructionSet: "fast"))
    let expected = try model.logits(model.freshSequence(), tokens)
    let state = try model.freshSequence()
    var found = try model.logits(state, Array(tokens.prefix(tokens.count / 2)))
    #expect(model.prepared == nil)
    let prepared = try PreparedWeights.inMemory(checkpoint)
    try model.adopt(#require(prepared))
    #expect(model.prepared != nil)
    found += try model.logits(state, Array(tokens.dropFirst(tokens.count / 2)))
    #expect(same(expected, found))
  }

  /// The vector sets with fused multiply-add give the same bits; the portable one nearly so.
  @Test(arguments: quantised)
  func instructionSetsAgree(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    var results: [String: [[Float]]] = [:]
    for name in ["avx512vnni", "avxvnni", "avx2", "i8mm", "dotprod", "portable"] {
      guard let model = try? makeModel(reference.checkpoint, rows: 256, instructionSet: name)
      else { continue }
      results[name] = try model.logits(model.freshSequence(), tokens)
    }
    let slow = results.removeValue(forKey: "portable")
    let portable = try #require(slow)
    let first = results.values.first ?? portable
    for (name, result) in results { #expect(same(result, first), "\(name)") }
    #expect(relativeError(portable, first.map { $0.map(Double.init) }) < 0.1)
  }

  /// A model that was loaded for speed computes exactly when asked.
  @Test func exactOnDemand() throws {
    let tokens = try Reference.mixedQ4.tokens()
    let fast = try makeModel(Reference.mixedQ4.checkpoint, rows: 256, instructionSet: "fast")
    let exact = try makeModel(Reference.mixedQ4.checkpoint, rows: 256)
    let buffer = LogitsBuffer(vocabularyCount: fast.hyperparameters.vocabularyCount)
    let results = try fast.forward(
      [Segment(fast.freshSequence(), tokens: tokens, logits: .all)], logits: buffer, exact: true)
    let found = results[0].logitsRows.map { buffer.row($0) }
    #expect(same(found, try exact.logits(exact.freshSequence(), tokens)))
  }

  /// Where nobody asks for another way: as they are, or in the 16 bits that this processor's attention reads fastest.
  @Test func howKeysAndValuesAreKept() throws {
    let checkpoint = Reference.plainQ8.checkpoint
    #expect(try makeModel(checkpoint, instructionSet: "exact").element == .float32)
    #if arch(x86_64)
      #expect(try makeModel(checkpoint, instructionSet: "fast").element == .int16)
    #else
      #expect(try makeModel(checkpoint, instructionSet: "fast").element == .float16)
    #endif
  }
}
