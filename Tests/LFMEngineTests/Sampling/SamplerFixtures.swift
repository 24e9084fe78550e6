// What transformers' processors say (Fixtures/sampler.json, made by Tools/make-sampler-fixtures.py).
import Foundation
import LFMGeneration

struct SamplerFixtures: Decodable {
  struct Case: Decodable, CustomStringConvertible, Sendable {
    let name: String
    let logits: [Float]
    let ids: [TokenID]
    let parameters: SamplingParameters
    let greedy: TokenID
    let kept: [TokenID]
    let probabilities: [Double]
    let top: [TokenID]
    let logprobs: [Double]

    var description: String { name }

    enum CodingKeys: CodingKey {
      case name, logits, ids, parameters, greedy, kept, probabilities, top, logprobs
    }

    enum ParameterKeys: String, CodingKey {
      case temperature
      case topK = "top_k"
      case topP = "top_p"
      case minP = "min_p"
      case repetitionPenalty = "repetition_penalty"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      logits = try container.decode([Logit].self, forKey: .logits).map(\.value)
      ids = try container.decode([TokenID].self, forKey: .ids)
      greedy = try container.decode(TokenID.self, forKey: .greedy)
      kept = try container.decode([TokenID].self, forKey: .kept)
      probabilities = try container.decode([Double].self, forKey: .probabilities)
      top = try container.decode([TokenID].self, forKey: .top)
      logprobs = try container.decode([Double].self, forKey: .logprobs)
      let p = try container.nestedContainer(keyedBy: ParameterKeys.self, forKey: .parameters)
      parameters = SamplingParameters(
        temperature: try p.decode(Float.self, forKey: .temperature),
        topK: try p.decode(Int.self, forKey: .topK),
        topP: try p.decode(Float.self, forKey: .topP),
        minP: try p.decode(Float.self, forKey: .minP),
        repetitionPenalty: try p.decode(Float.self, forKey: .repetitionPenalty),
        seed: 1)
    }
  }

  private struct Logit: Decodable {
    let value: Float

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value = (try? container.decode(Float.self)) ?? -.infinity
    }
  }

  let cases: [Case]

  static func load() throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/sampler.json")
    return try JSONDecoder().decode(SamplerFixtures.self, from: Data(contentsOf: file)).cases
  }
}
