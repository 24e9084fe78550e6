// Numbers and durations for people.

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// Seconds without digits that say nothing.
  var toMicroseconds: Double { (seconds * 1e6).rounded() / 1e6 }

  /// Three digits or so: `12 ms`, `1.25 s`.
  var short: String {
    seconds < 1
      ? "\((seconds * 1000).rounded(toPlaces: 1)) ms" : "\(seconds.rounded(toPlaces: 2)) s"
  }
}

extension Double {
  /// The number in decimal with at most so many digits after the point.
  func rounded(toPlaces places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let value = (self * scale).rounded() / scale
    return Int(exactly: value).map(String.init) ?? String(value)
  }
}

extension Int {
  /// With commas between thousands: `8,467,856,832`.
  var grouped: String {
    var digits = Array(String(magnitude))
    for index in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: index) }
    return (self < 0 ? "-" : "") + String(digits)
  }

  /// As a number of bytes: `512 bytes`, `3.2 MB`, `5.16 GB`; a million of bytes is a megabyte.
  var bytes: String {
    switch self {
    case ..<10_000: "\(self) bytes"
    case ..<1_000_000_000: (Double(self) / 1e6).fixed(self < 10_000_000 ? 2 : 1) + " MB"
    default: (Double(self) / 1e9).fixed(2) + " GB"
    }
  }
}

extension Double {
  /// Always so many digits after the point. Of numbers below 2^53 only.
  fileprivate func fixed(_ places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    guard let value = Int(exactly: (self * Double(scale)).rounded()) else { return "\(self)" }
    let rest = String(value % scale)
    return "\(value / scale)." + String(repeating: "0", count: places - rest.count) + rest
  }
}
