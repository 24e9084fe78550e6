/// The engine's own source of randomness: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// Owns one counter. The same seed gives the same numbers on every machine and in every release; a
/// generation has its own, so what others draw changes nothing. Not for secrets.
package struct RandomSource: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next number in 0 ..< 1, a multiple of 2^-53.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
