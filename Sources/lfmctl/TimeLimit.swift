// `--timeout`: how people write it, and what is left of it.

import ArgumentParser

/// A duration as people write it: `30`, `30s`, `1.5m`, `200ms`, `2h`.
struct TimeLimit: ExpressibleByArgument {
  var duration: Duration

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)]
    for (unit, seconds) in units where argument.hasSuffix(unit) {
      let number = argument.dropLast(unit.count)
      // Double's own reader also takes "inf", "nan", "1e9" and hexadecimal digits.
      guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
        let value = Double(number), value * seconds < 1e9
      else { continue }
      duration = .seconds(value * seconds)
      return
    }
    return nil
  }

  /// What is left of it for a call that begins now; never below zero.
  var remaining: Duration { max(.zero, duration - ProgramClock.elapsed) }
}

/// The time since the program began: reading input and connecting count too.
enum ProgramClock {
  private static let start = ContinuousClock.now

  static func begin() { _ = start }

  static var elapsed: Duration { start.duration(to: .now) }
}
