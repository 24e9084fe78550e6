import LFMCheckpoint
import Testing

@testable import LFMModel

@Suite struct PreparedHeadTests {
  private static func head(path: String = "/a/model.gguf") throws -> PreparedHead {
    let checkpoint = try fixture("mixed-q4_0")
    return PreparedHead(
      source: SourcePin(checkpoint), sourcePath: Array(path.utf8),
      plan: try PackedPlan(checking: checkpoint, packing: PlainPacking.make()), packedVersion: 77)
  }

  @Test(arguments: ["", "/", "/a/model.gguf", "/ä", String(repeating: "x", count: 5000)])
  func whatIsEncodedIsDecoded(_ path: String) throws {
    let head = try Self.head(path: path)
    let bytes = head.encoded
    #expect(PreparedHead.length(ofHeadBeginning: bytes) == bytes.count)
    #expect(PreparedHead(decoding: bytes) == head)
    #expect(bytes.count <= PackedPlan.headRoom * 2)
  }

  @Test func thePathAloneMakesNoDifference() throws {
    let head = try Self.head()
    #expect(head.isSame(as: try Self.head(path: "/elsewhere")))
    var other = head
    other.extents[1].offset += 64
    #expect(!head.isSame(as: other))
    other = head
    other.instructionSet = 1
    #expect(!head.isSame(as: other))
  }

  @Test func anyDamageIsSeen() throws {
    let bytes = try Self.head().encoded
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= UInt8(1 << (place % 8))
      #expect(PreparedHead(decoding: damaged) == nil, "byte \(place)")
    }
    for count in 0..<bytes.count {
      #expect(PreparedHead(decoding: Array(bytes.prefix(count))) == nil)
    }
    #expect(PreparedHead(decoding: bytes + [0]) == nil)
  }

  /// With a right checksum, too, no number leads astray: counts, lengths and sizes of any value.
  @Test func liesAreNoHead() throws {
    let bytes = try Self.head().encoded
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      var lie = bytes
      let place = Int.random(in: 8..<lie.count - 8, using: &random) & ~7
      let value: UInt64 = [0, 1, .max, .max >> 1, 1 << 62, 4096, UInt64(bytes.count)]
        .randomElement()!
      for index in 0..<8 { lie[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
      for index in 40..<56 { lie[index] = 0 }
      let print = Print128(of: lie)
      for index in 0..<8 {
        lie[40 + index] = UInt8(truncatingIfNeeded: print.low >> (8 * index))
        lie[48 + index] = UInt8(truncatingIfNeeded: print.high >> (8 * index))
      }
      // Nil, or a head that says something else: but nothing ends the process.
      if let head = PreparedHead(decoding: lie) { _ = head.encoded }
    }
  }

  @Test func printsTellBytesApart() {
    var seen: Set<String> = []
    for count in 0..<40 {
      for bit in 0..<max(1, count * 8) {
        var bytes = [UInt8](repeating: 0, count: count)
        if count > 0 { bytes[bit / 8] ^= UInt8(1 << (bit % 8)) }
        let print = Print128(of: bytes)
        seen.insert("\(print.low) \(print.high)")
      }
    }
    #expect(seen.count == 1 + (1..<40).reduce(0) { $0 + $1 * 8 })
    #expect(Print128(of: [1]).shortText.utf8.count == 16)
  }
}
