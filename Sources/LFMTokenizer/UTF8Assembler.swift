// Bytes in any cut to whole Unicode scalars. Knows nothing of tokens.

/// Gathers bytes into text: valid sequences as they are, every maximal invalid part as one U+FFFD (Unicode 16, section 3.9, "Substitution of Maximal Subparts").
package struct UTF8Assembler: Hashable, Sendable {
  /// The bytes of a scalar that has begun, at most three.
  private var pending: [UInt8] = []
  /// How many bytes must still come for the scalar that has begun.
  private var missing = 0
  /// What the next byte of the scalar may be: narrower than 80…BF after E0, ED, F0 and F4.
  private var lowest: UInt8 = 0x80
  private var highest: UInt8 = 0xBF

  package init() {}

  /// The scalars that these bytes complete, and a replacement for everything that they prove invalid.
  package mutating func append(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 3)
    for byte in bytes { append(byte, to: &output) }
    return String(decoding: output, as: UTF8.self)
  }

  /// A replacement for a scalar cut short, or nothing.
  package mutating func finish() -> String {
    defer { reset() }
    return pending.isEmpty ? "" : "\u{FFFD}"
  }

  private mutating func append(_ byte: UInt8, to output: inout [UInt8]) {
    if missing > 0 {
      if byte >= lowest && byte <= highest {
        pending.append(byte)
        missing -= 1
        (lowest, highest) = (0x80, 0xBF)
        if missing == 0 {
          output += pending
          reset()
        }
        return
      }
      output += Self.replacement
      reset()
    }
    begin(byte, to: &output)
  }

  private mutating func begin(_ byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case 0x00...0x7F:
      output.append(byte)
      return
    case 0xC2...0xDF: missing = 1
    case 0xE0...0xEF: missing = 2
    case 0xF0...0xF4: missing = 3
    default:
      output += Self.replacement
      return
    }
    pending.append(byte)
    switch byte {
    case 0xE0: lowest = 0xA0
    case 0xED: highest = 0x9F
    case 0xF0: lowest = 0x90
    case 0xF4: highest = 0x8F
    default: break
    }
  }

  private mutating func reset() {
    pending.removeAll(keepingCapacity: true)
    missing = 0
    (lowest, highest) = (0x80, 0xBF)
  }

  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}
