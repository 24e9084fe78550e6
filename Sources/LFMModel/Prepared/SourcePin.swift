import LFMCheckpoint

/// What ties prepared weights to one state of one checkpoint: its size, the time of its last change, and a print of its
/// header, tensor table and a few bytes of its tensors (some systems give all files one time). Of a checkpoint in several
/// files size and time are the first one's; those of the others are in the print.
struct SourcePin: Equatable, Sendable {
  /// Bytes.
  var size: UInt64
  var modifiedSeconds: Int64
  var modifiedNanoseconds: UInt64
  var print: Print128

  init(size: UInt64, modifiedSeconds: Int64, modifiedNanoseconds: UInt64, print: Print128) {
    self.size = size
    self.modifiedSeconds = modifiedSeconds
    self.modifiedNanoseconds = modifiedNanoseconds
    self.print = print
  }

  init(_ checkpoint: Checkpoint) {
    let first = checkpoint.parts[0]
    let identity = first.identity
    size = UInt64(identity.size)
    modifiedSeconds = Int64(identity.modifiedSeconds)
    modifiedNanoseconds = UInt64(max(0, identity.modifiedNanoseconds))
    var print = Print128()
    checkpoint.head.withSpan { print.absorb($0) }
    for part in checkpoint.parts.dropFirst() {
      part.head.withSpan { print.absorb($0) }
      let identity = part.identity
      for number in [identity.size, identity.modifiedSeconds, identity.modifiedNanoseconds] {
        print.absorb(number)
      }
    }
    let tensors = checkpoint.tensors
    for sample in 0..<min(Self.samples, tensors.count) {
      let tensor = tensors[sample * tensors.count / min(Self.samples, tensors.count)]
      guard let bytes = try? checkpoint.bytes(of: tensor) else { continue }
      bytes.withSpan { span in
        let length = min(64, span.count)
        let from = (span.count - length) / 2
        print.absorb(span.extracting(from..<from + length))
      }
    }
    self.print = print
  }

  /// Tensors of which a few bytes are looked at: more would be slow from a cold disk.
  private static let samples = 32
}

/// 128 bits that tell one run of bytes from another: against mistakes, not against malice. Two lanes of the multiply and
/// rotate that fast hashes are made of.
struct Print128: Equatable, Sendable {
  private(set) var low: UInt64 = 0x9e37_79b9_7f4a_7c15
  private(set) var high: UInt64 = 0xc2b2_ae3d_27d4_eb4f

  init() {}

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  init(of bytes: [UInt8]) {
    absorb(bytes.span)
  }

  mutating func absorb(_ bytes: Span<UInt8>) {
    mix(UInt64(bytes.count))
    let raw = unsafe bytes.bytes
    var offset = 0
    while bytes.count - offset >= 8 {
      let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      mix(UInt64(littleEndian: word))
      offset += 8
    }
    var rest: UInt64 = 0
    for index in offset..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
    mix(rest)
  }

  mutating func absorb(_ number: Int) {
    mix(UInt64(bitPattern: Int64(number)))
  }

  private mutating func mix(_ word: UInt64) {
    low = (low ^ word) &* 0x9fb2_1c65_1e98_df25
    low ^= low >> 29
    high = (high &+ word) &* 0xd6e8_feb8_6659_fd93
    high = high << 31 | high >> 33
    high ^= low
  }

  /// 16 hexadecimal digits of one lane: enough for a file's name.
  var shortText: String {
    let digits = String(low, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
