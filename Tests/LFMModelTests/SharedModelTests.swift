import Foundation
import LFMModel
import Testing

/// The forward pass against float64 logits of llama.cpp-quantised checkpoints that lie outside the repository.
@Suite struct SharedModelTests {
  struct Truth: Decodable {
    let file: String
    let tokens: [Int32]
    let logits: [[Double]]

    enum CodingKeys: String, CodingKey {
      case file
      case tokens = "input_ids"
      case logits = "logits_float64_numpy"
    }
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
      let found = try model.logits(model.freshSequence(), truth.tokens, chunks: [chunk])
      let error = relativeError(found, truth.logits)
      print("\(type) in chunks of \(chunk): \(error) of the largest logit")
      #expect(error < 1e-4)
    }
  }
}
