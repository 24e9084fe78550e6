// What a tool says on standard error: lines to be told as they come, and the last of them, which may say why it failed.

/// A text that comes in pieces, parted into lines. Bounded, however much comes.
struct ToolMessages {
  /// Bytes of a line that are told as one.
  static let longestLine = 1000
  /// Bytes that are told in all, and what each line counts beside its own.
  static let longest = 16 << 10
  private static let lineCost = 16
  /// Bytes of a piece that are looked at once nothing is told any more.
  private static let mostOfPiece = 4 * longestEnd
  /// Bytes of the last lines that are kept, unless one alone is longer.
  static let longestEnd = 1000

  private var line: [UInt8] = []
  private var told = 0
  private var last: [String] = []
  private var lastCount = 0

  /// The last lines.
  var end: String { last.joined(separator: "\n") }

  /// - Returns: the lines that are whole now; empty ones are left out.
  mutating func take(_ bytes: some BidirectionalCollection<UInt8>) -> [String] {
    var lines: [String] = []
    var seen = bytes[...]
    if told >= Self.longest, seen.count > Self.mostOfPiece {
      // Nobody sees more than the end of it, and a tool that writes a lot must not wait for us.
      seen = seen.suffix(Self.mostOfPiece)
      line = []
    }
    for byte in seen {
      if byte == 0x0A {
        lines += endLine()
      } else {
        // A character has three bytes at most behind its first, which begin with the bits 10.
        let isInside = byte & 0xC0 == 0x80 && line.count < Self.longestLine + 3
        if line.count >= Self.longestLine, !isInside { lines += endLine() }
        line.append(byte)
      }
    }
    return lines
  }

  /// The rest, when nothing follows.
  mutating func finish() -> [String] { endLine() }

  private mutating func endLine() -> [String] {
    if line.last == 0x0D { line.removeLast() }
    guard !line.isEmpty else { return [] }
    let text = String(decoding: line, as: UTF8.self)
    line = []
    keep(text)
    guard told < Self.longest else { return [] }
    told += text.utf8.count + Self.lineCost
    return told < Self.longest ? [text] : [text, "… (what follows is not shown)"]
  }

  private mutating func keep(_ text: String) {
    last.append(text)
    lastCount += text.utf8.count
    while lastCount > Self.longestEnd, last.count > 1 {
      lastCount -= last.removeFirst().utf8.count
    }
  }
}
