/// Finds stop strings in text that comes in pieces.
///
/// Owns what may be said and what must wait: only the longest end of the text that could begin a stop string is held
/// back. Works on bytes, so no normalisation and no grapheme rule comes between; however the text is cut into pieces, the
/// result is the same.
///
/// The stop string that is complete first wins; of several that end together, the longest. (To prefer the one that
/// *begins* first would mean to wait for one that may never become complete.)
package struct StopStringMatcher: Sendable {
  /// One stop string with its failure function (Knuth, Morris, Pratt): linear time whatever the text.
  private struct Pattern: Sendable {
    let bytes: [UInt8]
    /// `fallback[n]`: the longest proper prefix of the first n bytes that is also their suffix.
    let fallback: [Int]
    let index: Int
    var matched = 0

    init(_ text: String, index: Int) {
      let bytes = Array(text.utf8)
      var fallback = [Int](repeating: 0, count: bytes.count + 1)
      var length = 0
      for position in bytes.indices.dropFirst() {
        while length > 0, bytes[length] != bytes[position] { length = fallback[length] }
        if bytes[length] == bytes[position] { length += 1 }
        fallback[position + 1] = length
      }
      self.bytes = bytes
      self.fallback = fallback
      self.index = index
    }

    /// Whether this byte completes the stop string. Not to be called again once it has.
    mutating func advance(_ byte: UInt8) -> Bool {
      while matched > 0, bytes[matched] != byte { matched = fallback[matched] }
      if bytes[matched] == byte { matched += 1 }
      return matched == bytes.count
    }
  }

  private var patterns: [Pattern]
  /// The end of the text so far that could begin a stop string.
  private var held: [UInt8] = []

  /// The index of the stop string that came, or `nil`. Once it is there, nothing more is taken.
  package private(set) var match: Int?

  /// - Parameter stops: empty ones are passed over (they would stop before the first token).
  package init(_ stops: [String]) {
    patterns = stops.enumerated().filter { !$1.utf8.isEmpty }.map { Pattern($1, index: $0) }
  }

  /// The text that is certain to stand before any stop string, now that `text`, whole characters, has come.
  package mutating func consume(_ text: String) -> String {
    guard match == nil else { return "" }
    guard !patterns.isEmpty else { return text }
    for byte in text.utf8 {
      held.append(byte)
      guard let pattern = advance(byte) else { continue }
      match = pattern.index
      let before = held.dropLast(pattern.bytes.count)
      held = []
      return String(decoding: before, as: UTF8.self)
    }
    // A stop string is UTF-8 and so is the text: what could begin one begins between characters.
    let waiting = patterns.reduce(0) { max($0, $1.matched) }
    let certain = held.dropLast(waiting)
    held.removeFirst(certain.count)
    return String(decoding: certain, as: UTF8.self)
  }

  /// What was held back, when no text follows.
  package mutating func finish() -> String {
    defer {
      held = []
      for index in patterns.indices { patterns[index].matched = 0 }
    }
    return match == nil ? String(decoding: held, as: UTF8.self) : ""
  }

  /// Feeds one byte to every pattern; the longest that it completes.
  private mutating func advance(_ byte: UInt8) -> Pattern? {
    var longest: Int?
    for index in patterns.indices where patterns[index].advance(byte) {
      if let other = longest, patterns[other].bytes.count >= patterns[index].bytes.count {
        continue
      }
      longest = index
    }
    return longest.map { patterns[$0] }
  }
}
