import Foundation
import Testing

@testable import LFMEngine

@Suite struct ExponentialTests {
  @Test func `Agrees with the C library to the last places`() {
    var x = 0.0
    while x > -700 {
      let truth = exp(x)
      #expect(abs(deterministicExponential(x) - truth) <= 1e-15 * truth, "\(x)")
      x -= 0.0371
    }
  }

  @Test func `Has its edges`() {
    #expect(deterministicExponential(0) == 1)
    #expect(deterministicExponential(3) == 1)
    #expect(deterministicExponential(-.infinity) == 0)
    #expect(deterministicExponential(-1e300) == 0)
    #expect(deterministicExponential(.nan) == 0)
  }
}
