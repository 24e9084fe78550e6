/// e to the power of `x` for x ≤ 0, the same bits on every machine.
///
/// The C library chooses between implementations by processor, and they differ in the last place; a draw
/// that falls on such a place would then differ between machines. This one is additions and
/// multiplications in a fixed order. Relative error below 4e-16; 0 for anything under -708.
///
/// Precondition-free: NaN gives 0, and a positive `x` is treated as 0.
@inline(__always)
package func deterministicExponential(_ x: Double) -> Double {
  guard x > -708 else { return 0 }
  guard x < 0 else { return 1 }
  // x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts so that n·ln 2 is exact.
  let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
  let r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10
  var p = 1.0 / 479_001_600
  p = p * r + 1.0 / 39_916_800
  p = p * r + 1.0 / 3_628_800
  p = p * r + 1.0 / 362_880
  p = p * r + 1.0 / 40_320
  p = p * r + 1.0 / 5_040
  p = p * r + 1.0 / 720
  p = p * r + 1.0 / 120
  p = p * r + 1.0 / 24
  p = p * r + 1.0 / 6
  p = p * r + 0.5
  p = p * r + 1
  p = p * r + 1
  // n is in -1022 ... 0, so the exponent field stays normal.
  return p * Double(bitPattern: UInt64(bitPattern: Int64(n) &+ 1023) << 52)
}
