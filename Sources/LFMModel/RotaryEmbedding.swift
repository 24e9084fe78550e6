import Glibc

/// The angles of the rotary embedding, as transformers computes them: inverse frequencies and angles rounded to f32,
/// so that positions far out turn by the same angle as in the reference; their cosines and sines in f64.
struct RotaryEmbedding: Sendable {
  /// 1 / base^(2i / dimension), for i below half the dimension.
  let inverseFrequencies: [Float]

  init(base: Float, dimension: Int) {
    inverseFrequencies = (0..<dimension / 2).map { index in
      let exponent = Float(2 * index) / Float(dimension)
      return 1 / Float(pow(Double(base), Double(exponent)))
    }
  }

  /// The cosines and sines of one position.
  func fill(
    position: Int, cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>
  ) {
    for index in inverseFrequencies.indices {
      let angle = Double(inverseFrequencies[index] * Float(position))
      unsafe cosines[index] = Float(cos(angle))
      unsafe sines[index] = Float(sin(angle))
    }
  }
}
