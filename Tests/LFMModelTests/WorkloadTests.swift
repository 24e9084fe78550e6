import Foundation
import LFMCheckpoint
import LFMModel
import Testing

/// What a token costs by arithmetic, and what the machine is found to give.
@Suite struct WorkloadTests {
  @Test func aTokenReadsAllButTheExpertsThatItDoesNotVisit() throws {
    let checkpoint = try Checkpoint(
      path: Place.fixtures.appending(path: "plain-q8_0.gguf").path)
    let hyperparameters = try Hyperparameters(checkpoint)
    let workload = Workload(checkpoint, hyperparameters, element: .float16)
    let all = Double(checkpoint.tensors.reduce(0) { $0 + $1.byteRange.count })
    let experts = Double(
      checkpoint.tensors.filter { $0.name.contains("_exps.") }
        .reduce(0) { $0 + $1.byteRange.count })
    let visited = Double(hyperparameters.expertsPerToken) / Double(hyperparameters.experts)
    #expect(experts > 0)
    #expect(abs(workload.expertBytesPerToken - experts * visited) < 1e-6)
    // The head is the embedding here.
    #expect(abs(workload.bytesPerToken - (all - experts + experts * visited)) < 1e-6)
    let heads = hyperparameters.keyValueHeads.reduce(0, +)
    #expect(workload.bytesPerPosition == Double(heads * hyperparameters.headDimension * 2 * 2))
  }

  @Test func productsAreThoseOfTheMatricesButTheHead() throws {
    let checkpoint = try Checkpoint(
      path: Place.fixtures.appending(path: "untied-f16.gguf").path)
    let h = try Hyperparameters(checkpoint)
    let workload = Workload(checkpoint, h, element: .float32)
    var products = 0
    for (index, kind) in h.operators.enumerated() {
      switch kind {
      case .attention(let heads):
        products += 2 * h.hidden * h.hidden + 2 * h.hidden * heads * h.headDimension
      case .shortConvolution: products += 4 * h.hidden * h.hidden
      }
      products +=
        index < h.denseLayers
        ? 3 * h.hidden * h.feedForward
        : h.experts * h.hidden + 3 * h.expertsPerToken * h.hidden * h.expertFeedForward
    }
    #expect(abs(workload.productsPerToken - Double(products)) < 1e-6)
  }

  @Test func rowsTogetherReadAnExpertOnce() {
    let workload = Workload(
      bytesPerToken: 1000, expertBytesPerToken: 400, bytesPerPosition: 3, productsPerToken: 0,
      experts: 8, expertsPerToken: 2)
    #expect(abs(workload.bytesPerStep(rows: 1, depth: 0) - 1000) < 1e-9)
    #expect(abs(workload.bytesPerStep(rows: 1, depth: 50) - 1150) < 1e-9)
    // Of four times as many experts as one visits, two rows visit 2 - 1/4 times as many.
    #expect(abs(workload.bytesPerStep(rows: 2, depth: 10) - (600 + 400 * 1.75 + 60)) < 1e-9)
    #expect(workload.bytesPerStep(rows: 1000, depth: 0) < 600 + 1600.001)
  }

  @Test func theMachineGivesSomething() throws {
    let model = try makeModel(Place.fixtures.appending(path: "mixed-q4_0.gguf"))
    #expect(model.readingRate(passes: 2, seed: 1) > 0)
    if let peak = model.integerPeak(rounds: 64) { #expect(peak > 0) }
  }

  @Test func aCopyOfASequenceSharesNothingAndGoesOnTheSame() throws {
    let model = try makeModel(Place.fixtures.appending(path: "mixed-q4_0.gguf"))
    let pool = try model.makePool(positions: 64 * 8)
    let state = model.makeSequence(in: pool)
    _ = try model.logits(state, (0..<70).map { Int32($0 % 7) }, chunks: [70])
    let snapshot = state.snapshot()
    let before = pool.usedPages
    let copy = try snapshot.copyingPages()
    #expect(pool.usedPages == before + copy.pages.count)
    let next = try model.logits(SequenceState(restoring: copy), [3, 4])
    #expect(next == (try model.logits(SequenceState(restoring: snapshot), [3, 4])))
  }
}
