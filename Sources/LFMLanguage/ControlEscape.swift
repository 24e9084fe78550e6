/// The control characters that JSON and Python both write as a backslash and a letter, such as `\n`.
enum ControlEscape {
  /// The character behind a backslash and `letter`; `nil` if they are no such escape.
  static func character(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }
}
