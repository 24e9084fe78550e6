// Numbers of numbers: what a table says of repeated measurements.

/// Some measurements of the same thing.
struct Sample: Equatable {
  private(set) var values: [Double] = []

  init(_ values: [Double] = []) { self.values = values }

  mutating func append(_ value: Double) { values.append(value) }

  /// 0 of none.
  var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

  /// The standard deviation of what was sampled from (n - 1); 0 of fewer than two.
  var deviation: Double {
    guard values.count > 1 else { return 0 }
    let mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The middle one, or the mean of the two in the middle; 0 of none.
  var median: Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension Double {
  /// In decimal, with exactly so many digits after the point.
  func fixed(_ places: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let whole = Int((magnitude * scale).rounded())
    let digits = String(whole / Int(scale))
    let sign = self < 0 && whole > 0 ? "-" : ""
    guard places > 0 else { return sign + digits }
    let fraction = String(whole % Int(scale))
    return sign + digits + "." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}

extension String {
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
