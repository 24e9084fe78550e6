import CAllocationCount
import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// What a decode step asks of the allocator: nothing that grows with its work.
@Suite struct AllocationTests {
  /// Allocations a step: the context of one closure for each of the team's jobs (four to seven a layer, of 32 bytes), and
  /// the lists of segments, parts and results that a step begins and ends with.
  static func allowed(layers: Int) -> Double { Double(7 * layers + 40) }

  /// Without optimisation every closure and every pass over a list has memory of its own.
  static let isOptimized: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  @Test(
    .enabled(if: isOptimized, "counts what an optimised build allocates"),
    arguments: [Reference.plainQ8, .mixedQ4, .kQuants], ["fast", "exact"]
  )
  func aDecodeAllocatesNothingButItsJobs(_ reference: Reference, _ family: String) throws {
    let tokens = try reference.tokens()
    let checkpoint = try Checkpoint(path: reference.checkpoint.path)
    let model = try Model(
      checkpoint, prepared: family == "fast" ? PreparedWeights.inMemory(checkpoint) : nil,
      options: .init(threads: 2, maximumRows: 32, instructionSet: family))
    let state = try model.freshSequence()
    let buffer = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
    let segment = Segment(
      state, tokens: [tokens[0]], screening: Screening(largest: 4))
    // Lists grow to what they need, a page is taken.
    for _ in 0..<8 { _ = try model.forward([segment], logits: buffer) }
    let steps = 40
    allocation_count_begin()
    for _ in 0..<steps { _ = try model.forward([segment], logits: buffer) }
    let found = Double(allocation_count_end()) / Double(steps)
    print("\(reference.rawValue), \(family): \(found) allocations a step")
    // None at all would mean that nothing is counted.
    #expect(found >= 1)
    #expect(found <= Self.allowed(layers: model.hyperparameters.layers))
  }
}
