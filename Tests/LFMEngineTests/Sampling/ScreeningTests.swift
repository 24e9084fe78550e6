import LFMGeneration
import Testing

@testable import LFMEngine
@testable import LFMModel

/// Tokens chosen from candidates are those chosen from all logits: same seeds, same settings.
@Suite struct ScreeningTests {
  /// What a sampler's screening leaves of logits that come in strips on three threads; nil where it wants them all, or gets
  /// too many candidates.
  static func screened(
    _ logits: [Float], for sampler: Sampler, _ places: ScreeningPlaces, random: inout RandomSource
  ) -> ScreenedRow? {
    guard let screening = sampler.screening else { return nil }
    places.begin(screening, row: 0)
    let strip = ScreeningPlaces.strip
    for begin in stride(from: 0, to: logits.count, by: strip).shuffled(using: &random) {
      let thread = Int(random.next() % UInt64(places.threads))
      let range = begin..<min(begin + strip, logits.count)
      let outputs = unsafe places.outputs(thread, first: begin, count: 1) { _ in nil }
      for index in range { unsafe outputs[0]?[index] = logits[index] }
      places.screen(thread, row: 0, range)
    }
    return places.end(row: 0)
  }

  /// Draws with both samplers, each remembering what it drew.
  ///
  /// - Returns: how many tokens were chosen from candidates.
  static func compare(
    _ parameters: SamplingParameters, count: Int, draws: Int = 12,
    logits: (inout RandomSource) -> [Float]
  ) throws -> Int {
    var random = RandomSource(seed: UInt64(count))
    let places = try ScreeningPlaces(threads: 3, rows: 1, vocabularyCount: count)
    var whole = Sampler(parameters: parameters, vocabularySize: count)
    var sparse = whole
    let prompt = (0..<50).map { _ in TokenID(random.next() % UInt64(count)) }
    whole.observe(prompt)
    sparse.observe(prompt)
    var pool = CandidatePool(vocabularySize: count)
    var other = CandidatePool(vocabularySize: count)
    var taken = 0
    for _ in 0..<draws {
      let values = logits(&random)
      let expected = Result { () throws(SamplingError) in
        try whole.next(logits: values.span, pool: &pool)
      }
      let row = Self.screened(values, for: sparse, places, random: &random)
      if row != nil { taken += 1 }
      let found = Result { () throws(SamplingError) in
        if let row { return try sparse.next(screened: row, pool: &other) }
        return try sparse.next(logits: values.span, pool: &other)
      }
      #expect(found == expected, "\(parameters)")
    }
    return taken
  }

  static let settings: [SamplingParameters] = {
    var all: [SamplingParameters] = []
    for temperature in [Float(0), 1e-30, 0.2, 1, 3, 100] {
      for (topK, topP, minP) in [
        (0, 1, 0), (0, 0.9, 0), (0, 1, 0.05), (1, 1, 0), (80, 1, 0), (40, 0.9, 0.1),
        (512, 0.95, 0), (513, 1, 0), (7, 1, 0.3), (100_000, 1, 0.5),
      ] as [(Int, Float, Float)] {
        for penalty in [Float(1), 1.05, 0.7, 100] {
          all.append(
            SamplingParameters(
              temperature: temperature, topK: topK, topP: topP, minP: minP,
              repetitionPenalty: penalty, seed: 11))
        }
      }
    }
    return all
  }()

  @Test func `The same tokens as from all logits`() throws {
    var taken = 0
    for parameters in Self.settings {
      for count in [30, 5000] {
        taken += try Self.compare(parameters, count: count) { random in
          (0..<count).map { _ in Float(random.nextUnit() * 24 - 12) }
        }
      }
    }
    // Most settings can do without all logits, and then do.
    #expect(taken > Self.settings.count * 2 * 12 / 2)
  }

  @Test func `The same tokens where many scores are equal or nearly so`() throws {
    var taken = 0
    for parameters in Self.settings {
      taken += try Self.compare(parameters, count: 3000) { random in
        (0..<3000).map { _ in
          let score = Float(random.next() % 400) / 16
          // Neighbours that a division by the temperature may make equal.
          return random.next() % 2 == 0 ? score : score.nextUp
        }
      }
    }
    #expect(taken > 0)
  }

  @Test func `The same tokens at the ends of the numbers`() throws {
    for parameters in Self.settings {
      for scale in [Float(1e-44), 1e-38, 1e30, 3e38] {
        _ = try Self.compare(parameters, count: 700, draws: 3) { random in
          (0..<700).map { _ in Float(random.nextUnit() * 2 - 1) * scale }
        }
      }
    }
  }

  @Test func `The same faults`() throws {
    for parameters in Self.settings where parameters.repetitionPenalty != 1 {
      for fault in [Float.nan, .infinity, -.infinity] {
        _ = try Self.compare(parameters, count: 600, draws: 4) { random in
          var logits = [Float](repeating: -.infinity, count: 600)
          for _ in 0..<3 { logits[Int(random.next() % 600)] = fault }
          return logits
        }
      }
    }
  }

  @Test func `Says when all logits are needed`() {
    func screening(_ parameters: SamplingParameters) -> Screening? {
      Sampler(parameters: parameters, vocabularySize: 100).screening
    }
    #expect(screening(SamplingParameters())?.largest == 80)
    #expect(screening(SamplingParameters(temperature: 0, topK: 0))?.largest == 1)
    #expect(screening(SamplingParameters(temperature: 1, topK: 0)) == nil)
    #expect(screening(SamplingParameters(temperature: 1, topK: 0, topP: 0.9)) == nil)
    #expect(screening(SamplingParameters(temperature: 1, topK: 0, topP: 0.9, minP: 0.1)) == nil)
    #expect(screening(SamplingParameters(temperature: 1, topK: 0, minP: 0.1)) != nil)
    #expect(screening(SamplingParameters(temperature: 1, topK: 5000)) == nil)
  }
}
