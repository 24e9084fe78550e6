import LFMGeneration
import LFMWire
import Testing

/// Damaged messages of every type: decoding ends, with a value or an error of the right scope. It never traps.
@Suite struct WireFuzzTests {
  /// One encoded message and how to decode it.
  private struct Sample {
    var name: String
    var bytes: [UInt8]
    var scope: WireError.Scope
    var decode: ([UInt8]) throws(WireError) -> [UInt8]
  }

  private func samples(seed: UInt64) -> [Sample] {
    var random = RandomValues(seed: seed)
    var samples: [Sample] = []
    for method in Method.allCases {
      samples.append(
        Sample(
          name: "\(method) request", bytes: random.request(method).encode(), scope: .call
        ) { bytes throws(WireError) in
          try CallRequest(decoding: bytes, method: method).encode()
        })
      samples.append(
        Sample(
          name: "\(method) reply", bytes: random.reply(method).encode(), scope: .call
        ) { bytes throws(WireError) in
          try CallReply(decoding: bytes, method: method).encode()
        })
    }
    for kind in FrameKind.allCases {
      samples.append(
        Sample(
          name: "\(kind)", bytes: random.connectionMessage(kind).encode(),
          scope: kind.isOfConnection ? .connection : .call
        ) { bytes throws(WireError) in
          try ConnectionMessage(decoding: bytes, kind: kind).encode()
        })
    }
    return samples
  }

  /// Decodes; what was understood must come out the same when it is sent on.
  private func check(_ sample: Sample, _ bytes: [UInt8]) {
    let again: [UInt8]
    do {
      again = try sample.decode(bytes)
    } catch {
      #expect(error.scope == sample.scope, "\(sample.name)")
      return
    }
    let third = try? sample.decode(again)
    #expect(third == again, "\(sample.name)")
  }

  @Test func truncatedAtEveryByte() {
    for seed in 31..<41 as Range<UInt64> {
      for sample in samples(seed: seed) {
        for length in 0..<sample.bytes.count { check(sample, Array(sample.bytes.prefix(length))) }
      }
    }
  }

  @Test func mutated() {
    var random = RandomValues(seed: 50)
    for seed in 51..<91 as Range<UInt64> {
      for sample in samples(seed: seed) {
        for _ in 0..<10 { check(sample, mutate(sample.bytes, &random)) }
      }
    }
  }

  @Test func noise() {
    var random = RandomValues(seed: 60)
    for sample in samples(seed: 61) {
      for _ in 0..<300 { check(sample, random.bytes(60)) }
    }
  }

  /// Each is the bytes of one whole field that no message here has: varint, 64 bits, length, 32 bits.
  @Test func unknownFieldsArePassedOver() throws {
    let unknown: [[UInt8]] = [
      [0xA0, 0x06, 0x96, 0x01], [0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8], [0xA2, 0x06, 2, 0xFF, 0xFE],
      [0xA5, 0x06, 1, 2, 3, 4],
    ]
    for seed in 71..<81 as Range<UInt64> {
      for sample in samples(seed: seed) where sample.name != "message" {
        let plain = try sample.decode(sample.bytes)
        for field in unknown {
          #expect(try sample.decode(field + sample.bytes) == plain, "\(sample.name)")
          #expect(try sample.decode(sample.bytes + field) == plain, "\(sample.name)")
        }
      }
    }
  }

  @Test func whatProtobufForbids() {
    let cases: [[UInt8]] = [
      [0x0B], [0x0B, 0x0C], [0x0C],  // groups
      [0x0E], [0x0F],  // wire types that do not exist
      [0x00], [0x02, 0x00],  // field number 0
      [0x0A], [0x0A, 0x01], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],  // a length beyond the end
      [0x0A] + Array(repeating: 0xFF, count: 11),  // a length without end
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],  // a tag without end
      [0x0D, 0x00], [0x09, 0x00],  // fixed numbers cut short
    ]
    for sample in samples(seed: 82) where sample.name != "message" {
      for bytes in cases {
        #expect(throws: WireError.self, "\(sample.name) \(bytes)") { try sample.decode(bytes) }
      }
    }
  }

  /// The members of a oneof again and again: the last one counts, and none is lost in memory.
  @Test func theLastOfAOneofCounts() throws {
    let text: [UInt8] = [0x12, 0x03, 0x0A, 0x01, 0x61]
    let tokens: [UInt8] = [0x1A, 0x03, 0x0A, 0x01, 0x05]
    let many = (0..<500).flatMap { _ in tokens + text }
    #expect(
      try CallRequest(decoding: many + tokens, method: .generate)
        == .generate(GenerationRequest(prompt: .tokens([5]))))
    #expect(
      try CallRequest(decoding: many, method: .generate)
        == .generate(GenerationRequest(prompt: .text("a", parsesSpecialTokens: false))))
  }

  private func mutate(_ bytes: [UInt8], _ random: inout RandomValues) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0...5, using: &random) {
      case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 1 where at < bytes.count:
        bytes[at] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
      case 2 where at < bytes.count: bytes.remove(at: at)
      case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
      case 4: bytes.insert(contentsOf: random.bytes(12), at: at)
      default: bytes += bytes[at...].prefix(20)
      }
    }
    return bytes
  }
}
