import Foundation
import Testing

@testable import LFMModel

@Suite struct RotaryEmbeddingTests {
  struct Truth: Decodable {
    let base: Double
    let positions: [Int]
    let cosines: [[Double]]
    let sines: [[Double]]
  }

  /// Far out, one unit in the last place of an f32 angle is a large turn: the angles must be transformers' own.
  @Test func anglesAreTransformersAtFarPositions() throws {
    let data = try Data(contentsOf: Place.fixtures.appending(path: "rotary.json"))
    let truth = try JSONDecoder().decode(Truth.self, from: data)
    let half = truth.cosines[0].count
    let rotary = RotaryEmbedding(base: Float(truth.base), dimension: 2 * half)
    var cosines = [Float](repeating: 0, count: half)
    var sines = cosines
    for (index, position) in truth.positions.enumerated() {
      unsafe rotary.fill(position: position, cosines: &cosines, sines: &sines)
      for i in 0..<half {
        #expect(
          abs(Double(cosines[i]) - truth.cosines[index][i]) < 1e-6,
          "position \(position), pair \(i)")
        #expect(
          abs(Double(sines[i]) - truth.sines[index][i]) < 1e-6, "position \(position), pair \(i)")
      }
    }
  }
}
