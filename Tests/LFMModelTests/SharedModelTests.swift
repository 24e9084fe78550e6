import Foundation
import LFMModel
import Testing

/// The forward pass against float64 logits of llama.cpp-quantised checkpoints that lie outside the repository.
@Suite struct SharedModelTests {
  struct Truth: Decodable {
    let file: String
    let input_ids: [Int32]
    let logits_float64_numpy: [[Double]]
  }

  @Test(
    .enabled(if: Place.hasShared, "no shared test data beside the package"),
    arguments: ["q8_0", "q4_0", "q4_K_M"])
  func agreesWithFloat64(_ type: String) throws {
    let data = try Data(
      contentsOf: Place.shared.appending(path: "tiny-lfm2moe-\(type).logits.json"))
    let truth = try JSONDecoder().decode(Truth.self, from: data)
    let model = try makeModel(Place.shared.appending(path: truth.file))
    for chunk in [1, 5, 24] {
      let found = try model.logits(model.freshSequence(), truth.input_ids, chunks: [chunk])
      let error = relativeError(found, truth.logits_float64_numpy)
      print("\(type) in chunks of \(chunk): \(error) of the largest logit")
      #expect(error < 1e-4)
    }
  }
}
