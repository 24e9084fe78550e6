import Foundation
import LFMCheckpoint
import Testing

@testable import LFMModel

/// What is said of a model that is not computed: the same as is found when it is, and all that is wrong at once.
@Suite struct ModelSurveyTests {
  static let fixtures = [
    "all-dense-q4_0", "k-quants", "lfm2-f32", "lfm2-q8_0", "mixed-q4_0", "odd-f32", "plain-q8_0",
    "taps-bf16", "untied-f16",
  ]

  @Test(arguments: fixtures) func agreesWithTheModel(_ name: String) throws {
    let checkpoint = try fixture(name)
    let survey = ModelSurvey(checkpoint)
    let model = try Model(checkpoint, options: Model.Options(threads: 3, maximumRows: 40))
    #expect(survey.obstacles.isEmpty && survey.furtherObstacles == 0)
    #expect(survey.hyperparameters == model.hyperparameters)
    #expect(survey.unusedTensors == 0)
    #expect(survey.weightBytes == model.mappedBytes)
    #expect(survey.instructionSet == model.instructionSet && survey.element == model.element)
    #expect(
      survey.computingBytes(rows: 40, threads: 3)
        == model.privateBytes + 4 * model.hyperparameters.vocabularyCount)
    #expect(survey.parameters == checkpoint.parameterCount)
    #expect(survey.parametersPerToken <= survey.parameters)
  }

  /// Without any one of its tensors, the model is refused by name, and so it is surveyed.
  @Test func everyTensorIsNeeded() throws {
    for name in TestCheckpoint().tensors.keys where !name.contains("exp_probs_b") {
      var broken = TestCheckpoint()
      broken.tensors[name] = nil
      let checkpoint = try broken.open()
      let refusal = #expect(throws: ModelError.self) {
        try Model(checkpoint, options: ModelLoadingTests.options)
      }
      #expect(refusal?.sentence.contains(name) == true)
      #expect(ModelSurvey(checkpoint).obstacles.count == 1)
      #expect(ModelSurvey(checkpoint).obstacles[0].contains("\(name) is missing"))
    }
  }

  @Test func allThatIsWrongIsSaid() throws {
    var broken = TestCheckpoint()
    broken.tensors["blk.0.ffn_up.weight"] = nil
    broken.tensors["blk.1.attn_q.weight"]?.shape = [8, 16]
    broken.tensors["blk.1.ffn_gate_inp.weight"]?.type = 24
    broken.tensors["a.stranger"] = TestCheckpoint.Tensor(shape: [4])
    let survey = ModelSurvey(try broken.open())
    #expect(survey.obstacles.count == 3 && survey.unusedTensors == 1)
    #expect(survey.obstacles[0] == "Tensor blk.0.ffn_up.weight is missing (8 x 12).")
    #expect(survey.obstacles[1].contains("has the shape 8 x 16, expected 8 x 8"))
    #expect(survey.obstacles[2].contains("of type I8"))
  }

  @Test func manyObstaclesAreCounted() throws {
    var broken = TestCheckpoint()
    broken.tensors = ["token_embd.weight": TestCheckpoint.Tensor(shape: [8, 10])]
    let survey = ModelSurvey(try broken.open())
    #expect(survey.obstacles.count == ModelSurvey.mostObstacles)
    // 23 tensors, of which one is there and one may be absent.
    #expect(survey.furtherObstacles == 21 - ModelSurvey.mostObstacles)
  }

  @Test func whatIsNoModelOfOurs() throws {
    var other = TestCheckpoint()
    other.metadata["general.architecture"] = .string("llama")
    let survey = ModelSurvey(try other.open())
    #expect(survey.hyperparameters == nil && survey.computingBytes(rows: 1, threads: 1) == 0)
    #expect(survey.obstacles.count == 1 && survey.obstacles[0].contains("\"llama\""))
  }

  /// Published sizes of the family, from hyperparameters alone: nothing is fixed to one of them.
  @Test func sizesOfTheFamily() throws {
    // LFM2.5-8B-A1B: 8,467,856,832 elements in 256 tensors, 12,288 bytes of keys and values a token in 16 bits.
    let small = Self.family(
      layers: 24, attention: [2, 6, 10, 14, 18, 21], experts: 32, vocabulary: 128_000,
      dense: 7168, expert: 1792)
    #expect(Self.required(small).count == 256)
    #expect(Self.required(small).reduce(0) { $0 + $1.elementCount } == 8_467_856_832)
    #expect(small.kvLayout(element: .float16).pageBytes == 64 * 12_288)
    #expect(small.convolutionStateCount == 73_728)
    #expect(Self.perToken(small) / 1_000_000 == 1685)
    // LFM2-24B-A2B: 24 billion, of which 2.3 for a token (without the head's 0.13), in 40 layers with 10 of attention.
    let large = Self.family(
      layers: 40, attention: Set(stride(from: 3, to: 40, by: 4)), experts: 64, vocabulary: 65_536,
      dense: 11_776, expert: 1536)
    let all = Self.required(large).reduce(0) { $0 + $1.elementCount }
    #expect((23_500_000_000...24_499_999_999).contains(all), "\(all)")
    #expect(
      (2_250_000_000...2_480_000_000).contains(Self.perToken(large)), "\(Self.perToken(large))")
    #expect(large.kvLayout(element: .float16).pageBytes == 64 * 20_480)
  }

  private static func perToken(_ h: Hyperparameters) -> Int {
    required(h).reduce(0) { $0 + $1.elementsPerToken(h, isTied: true) }
  }

  private static func required(_ h: Hyperparameters) -> [NeededTensor] {
    h.neededTensors().filter { $0.name != "output.weight" }
  }

  private static func family(
    layers: Int, attention: Set<Int>, experts: Int, vocabulary: Int, dense: Int, expert: Int
  ) -> Hyperparameters {
    Hyperparameters(
      operators: (0..<layers).map {
        attention.contains($0) ? .attention(keyValueHeads: 8) : .shortConvolution
      },
      hidden: 2048, feedForward: dense, denseLayers: 2, experts: experts, expertsPerToken: 4,
      expertFeedForward: expert, normalizesExpertWeights: true, routedScaling: 1, heads: 32,
      ropeBase: 1e6, normEpsilon: 1e-5, convolutionTaps: 3, vocabularyCount: vocabulary,
      contextLength: 128_000)
  }
}
