// GPT-2's way to write bytes as visible characters, in which byte-level vocabularies are stored.

/// The bijection between the 256 bytes and 256 characters: visible Latin-1 stands for itself, the other 68 bytes are U+0100 and up.
enum ByteAlphabet {
  /// One past the last character of the alphabet, U+0143.
  private static let end = 0x144

  /// For each scalar below `end`, the byte that it stands for, or -1.
  private static let byteOfScalar: [Int16] = {
    var table = [Int16](repeating: -1, count: end)
    var next = 0x100
    for byte in 0..<256 {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: table[byte] = Int16(byte)
      default:
        table[next] = Int16(byte)
        next += 1
      }
    }
    return table
  }()

  /// Appends the bytes that a vocabulary's text stands for.
  ///
  /// - Returns: false, with nothing appended, if the text holds anything that is not of the alphabet (or not UTF-8).
  static func appendBytes(of text: Span<UInt8>, to bytes: inout [UInt8]) -> Bool {
    let count = bytes.count
    // Read once: a global is looked up with care for its initialisation every time.
    let byteOfScalar = Self.byteOfScalar
    var index = 0
    while index < text.count {
      var scalar = Int(text[index])
      index += 1
      if scalar >= 0x80 {
        // Every letter of the alphabet beyond ASCII has two bytes, led by C2 to C5.
        guard scalar >= 0xC2, scalar <= 0xC5, index < text.count, text[index] & 0xC0 == 0x80 else {
          bytes.removeSubrange(count...)
          return false
        }
        scalar = (scalar & 0x1F) << 6 | Int(text[index] & 0x3F)
        index += 1
      }
      guard scalar < end, byteOfScalar[scalar] >= 0 else {
        bytes.removeSubrange(count...)
        return false
      }
      bytes.append(UInt8(truncatingIfNeeded: byteOfScalar[scalar]))
    }
    return true
  }
}
