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
