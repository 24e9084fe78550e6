/// What may stand behind a block of calls and belongs to it: its end marker, if that has not come, or the same body once more
/// with an end marker.
///
/// Owns when it is certain that what follows is none of these. Constant time for each byte.
struct BlockEcho {
  enum Step {
    case wait
    /// All that came is the marker or the echo.
    case dropped
    /// All that came is text: `held`.
    case failed
  }

  private enum Phase {
    case lead
    case body(matched: Int)
    case trail
    case marker(matched: Int)
  }

  /// White space is held back as part of a possible echo, but not without end.
  private static let longestSpace = 64

  let body: [UInt8]
  private(set) var held: [UInt8] = []
  private var phase = Phase.lead
  private let isClosed: Bool

  /// - Parameter isClosed: whether the end marker has come; only then may the body be repeated.
  init(of body: [UInt8], isClosed: Bool) {
    let start = CallValueParser.afterSpace(body, 0, body.count)
    var end = body.count
    while end > start, CallValueParser.isSpace(body[end - 1]) { end -= 1 }
    self.body = Array(body[start..<end])
    self.isClosed = isClosed
  }

  mutating func feed(_ byte: UInt8) -> Step {
    held.append(byte)
    let marker = ToolCallReader.closing
    switch phase {
    case .lead, .trail:
      if CallValueParser.isSpace(byte) {
        return held.count - body.count > 2 * Self.longestSpace ? .failed : .wait
      }
      if byte == marker[0] {
        phase = .marker(matched: 1)
        return .wait
      }
      guard case .lead = phase, isClosed, body.first == byte else { return .failed }
      return follow(1)
    case .body(let matched):
      guard body[matched] == byte else { return .failed }
      return follow(matched + 1)
    case .marker(let matched):
      guard marker[matched] == byte else { return .failed }
      phase = .marker(matched: matched + 1)
      return matched + 1 == marker.count ? .dropped : .wait
    }
  }

  private mutating func follow(_ matched: Int) -> Step {
    phase = matched == body.count ? .trail : .body(matched: matched)
    return .wait
  }
}
