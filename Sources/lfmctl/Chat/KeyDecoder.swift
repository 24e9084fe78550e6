// Bytes of a terminal to keys. A value: no descriptor, no clock.

/// What a person pressed.
enum Key: Equatable {
  /// A character that is typed, or several.
  case text(String)
  /// What was pasted: inserted as it is, line ends and all.
  case paste(String)
  case enter
  /// A line end inside the message: Alt-Enter or Ctrl-J.
  case newline
  case backspace, delete, deleteWord, deleteToStart, deleteToEnd
  case left, right, wordLeft, wordRight, start, end, up, down
  case interrupt, endOfInput, suspend, redraw
}

/// Reads keys out of bytes, whole ones only.
struct KeyDecoder {
  private var bytes: [UInt8] = []
  private static let pasteStart = Array("\u{1b}[200~".utf8)
  private static let pasteEnd = Array("\u{1b}[201~".utf8)
  /// What a paste may have at most; the rest is dropped, as no daemon would take it.
  private static let pasteLimit = 16 << 20

  /// Whether a key has begun and is not whole.
  var isPending: Bool { !bytes.isEmpty }

  mutating func take(_ new: [UInt8]) -> [Key] {
    bytes += new
    var keys: [Key] = []
    while let key = next() { if let key { keys.append(key) } }
    return keys
  }

  /// Nothing more comes for now: an escape alone is nothing.
  mutating func giveUp() {
    if bytes.first == 0x1B, !bytes.starts(with: Self.pasteStart) { bytes = [] }
  }

  /// The outer nil: no whole key. The inner one: a key that means nothing.
  private mutating func next() -> Key?? {
    guard let first = bytes.first else { return nil }
    if first == 0x1B { return escape() }
    if first < 0x20 || first == 0x7F {
      bytes.removeFirst()
      return .some(Self.control(first))
    }
    return typed()
  }

  private static func control(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x01: .start
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x08, 0x7F: .backspace
    case 0x09: .text("\t")
    case 0x0A: .newline
    case 0x0B: .deleteToEnd
    case 0x0C: .redraw
    case 0x0D: .enter
    case 0x0E: .down
    case 0x10: .up
    case 0x15: .deleteToStart
    case 0x17: .deleteWord
    case 0x1A: .suspend
    default: nil
    }
  }

  /// All whole characters up to the next control character.
  private mutating func typed() -> Key?? {
    let end = bytes.firstIndex { $0 < 0x20 || $0 == 0x7F } ?? bytes.count
    var whole = end
    if end == bytes.count {
      // The last character may still be coming: at most three bytes of it are here.
      for back in 1...min(3, end) {
        let lead = bytes[end - back]
        if lead & 0xC0 == 0x80 { continue }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
        if length > back { whole = end - back }
        break
      }
    }
    guard whole > 0 else { return nil }
    let text = String(decoding: bytes[..<whole], as: UTF8.self)
    bytes.removeFirst(whole)
    return .some(.text(text))
  }

  private mutating func escape() -> Key?? {
    if bytes.starts(with: Self.pasteStart) { return paste() }
    guard bytes.count >= 2 else { return nil }
    if bytes[1] == 0x0D || bytes[1] == 0x0A { return drop(2, .newline) }
    if bytes[1] == UInt8(ascii: "b") { return drop(2, .wordLeft) }
    if bytes[1] == UInt8(ascii: "f") { return drop(2, .wordRight) }
    if bytes[1] == 0x7F { return drop(2, .deleteWord) }
    guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else {
      return drop(2, nil)
    }
    // Parameters, then one final byte.
    guard let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      // Too long to be one.
      return bytes.count > 32 ? drop(bytes.count, nil) : nil
    }
    return drop(end + 1, Self.sequence(String(decoding: bytes[2...end], as: UTF8.self)))
  }

  private static func sequence(_ text: String) -> Key? {
    switch text {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "H", "1~", "7~": .start
    case "F", "4~", "8~": .end
    case "3~": .delete
    case "1;5C", "1;3C": .wordRight
    case "1;5D", "1;3D": .wordLeft
    default: nil
    }
  }

  private mutating func paste() -> Key?? {
    let start = Self.pasteStart.count
    guard let end = Self.find(Self.pasteEnd, in: bytes, from: start) else {
      if bytes.count > Self.pasteLimit { bytes.removeSubrange(Self.pasteLimit...) }
      return nil
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    // Terminals paste line ends as the Enter key sends them.
    let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    return drop(end + Self.pasteEnd.count, .paste(lines))
  }

  private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= start + needle.count else { return nil }
    return (start...bytes.count - needle.count).first { bytes[$0...].starts(with: needle) }
  }

  private mutating func drop(_ count: Int, _ key: Key?) -> Key?? {
    bytes.removeFirst(min(count, bytes.count))
    return .some(key)
  }
}
