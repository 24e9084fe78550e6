import Foundation
import LFMModel
import Testing

/// The checkpoints of `Tools/reference/make_reference.py` and what transformers computes with them.
enum Reference: String, CaseIterable {
  case oddF32 = "odd-f32"
  case untiedF16 = "untied-f16"
  case tapsBF16 = "taps-bf16"
  case plainQ8 = "plain-q8_0"
  case allDenseQ4 = "all-dense-q4_0"
  case mixedQ4 = "mixed-q4_0"
  case kQuants = "k-quants"
  case lfm2F32 = "lfm2-f32"
  case lfm2Q8 = "lfm2-q8_0"

  var checkpoint: URL { Place.fixtures.appending(path: "\(rawValue).gguf") }

  func tokens() throws -> [Int32] {
    struct Prompt: Decodable { let tokens: [Int32] }
    let data = try Data(contentsOf: Place.fixtures.appending(path: "\(rawValue).json"))
    return try JSONDecoder().decode(Prompt.self, from: data).tokens
  }

  /// One row a token.
  func logits(count: Int) throws -> [[Double]] {
    let data = [UInt8](try Data(contentsOf: Place.fixtures.appending(path: "\(rawValue).f32")))
    let values = stride(from: 0, to: data.count, by: 4).map { at in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[at + $1]) << (8 * UInt32($1)) }
      return Double(Float(bitPattern: bits))
    }
    let width = values.count / count
    return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }
}

@Suite struct ReferenceTests {
  @Test(arguments: Reference.allCases)
  func agreesWithTransformers(_ reference: Reference) throws {
    let tokens = try reference.tokens()
    let truth = try reference.logits(count: tokens.count)
    let model = try makeModel(reference.checkpoint, rows: 256)
    let found = try model.logits(model.freshSequence(), tokens)
    let error = relativeError(found, truth)
    print("\(reference.rawValue): \(error) of the largest logit")
    #expect(error < 1e-4)
  }

  /// Half-precision keys and values round once; the result stays near.
  @Test(
    arguments: [Reference.oddF32, .plainQ8, .mixedQ4], [KVLayout.Element.float16, .int16])
  func halfPrecisionPagesStayNear(_ reference: Reference, _ element: KVLayout.Element) throws {
    let tokens = Array(try reference.tokens().prefix(80))
    let truth = Array(try reference.logits(count: reference.tokens().count).prefix(80))
    let model = try makeModel(reference.checkpoint, rows: 256)
    let found = try model.logits(model.freshSequence(element: element), tokens)
    let error = relativeError(found, truth)
    print("\(reference.rawValue) with \(element) pages: \(error) of the largest logit")
    #expect(error < 2e-2)
  }

  /// Every instruction set of this processor agrees with the truth.
  @Test(arguments: [
    "exact-plain", "exact-avx2", "exact-avx512", "exact-avx512vnni", "exact-neon", "exact",
  ])
  func everyInstructionSet(_ name: String) throws {
    for reference in [Reference.oddF32, .kQuants, .mixedQ4] {
      let tokens = try reference.tokens()
      let model: Model
      do {
        model = try makeModel(reference.checkpoint, rows: 256, instructionSet: name)
      } catch let error as ModelError where error.kind == .badOption {
        print("\(name) is not to be had here")
        return
      }
      let found = try model.logits(model.freshSequence(), tokens)
      #expect(relativeError(found, try reference.logits(count: tokens.count)) < 1e-4)
    }
  }
}
