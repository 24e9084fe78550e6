import CLFMKernels
import Foundation
import Testing

/// Dequantisation against gguf-py, against the format's own definition, and against the slow twin.
@Suite struct DequantizeTests {
  typealias Kind = WeightType

  struct Fixture: Decodable {
    let type: UInt32
    let blocks: [String]
    let values: [String]
  }

  struct Golden: Decodable {
    let rows: [String]
    let values: [[Double]]

    enum CodingKeys: String, CodingKey {
      case rows = "row_bytes_hex"
      case values
    }
  }

  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
  static let golden = tests.appending(
    path: "../../../shared/testdata/gguf/dequant_golden.json"
  ).standardizedFileURL

  @Test func randomBlocksAsGGUFPy() throws {
    let data = try Data(contentsOf: Self.tests.appending(path: "Fixtures/dequantize.json"))
    let fixtures = try JSONDecoder().decode([String: Fixture].self, from: data)
    #expect(fixtures.count == 13)
    for (name, fixture) in fixtures {
      let kind = try #require(Kind.all.first { $0.number == fixture.type })
      let blocks = try fixture.blocks.flatMap { try Self.bytes(hex: $0) }
      let expected = try fixture.values.flatMap { try Self.bytes(hex: $0) }
      #expect(Self.dequantize(kind, blocks).map(\.bitPattern) == Self.words(expected), "\(name)")
      let twin = Self.dequantize(kind, blocks, baseline: true)
      #expect(twin.map(\.bitPattern) == Self.words(expected), "\(name), slow twin")
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: golden.path),
      "needs ../shared/testdata/gguf/dequant_golden.json"))
  func goldenRowsAsGGUFPy() throws {
    let golden = try JSONDecoder().decode(
      [String: Golden].self, from: Data(contentsOf: Self.golden))
    let kinds = Kind.all.filter { golden[$0.name] != nil }
    #expect(kinds.count >= 13)
    for kind in kinds {
      let fixture = try #require(golden[kind.name])
      #expect(!fixture.values.isEmpty && fixture.values.count == fixture.rows.count)
      for (hex, values) in zip(fixture.rows, fixture.values) {
        let found = Self.dequantize(kind, try Self.bytes(hex: hex)).prefix(values.count)
        #expect(found.map(\.bitPattern) == values.map { Float($0).bitPattern }, "\(kind.name)")
      }
    }
  }

  /// Every f16 there is, against the language's own conversion; NaNs keep sign and payload, and
  /// signalling ones stay so, as in gguf-py.
  @Test(arguments: [false, true]) func everyHalf(baseline: Bool) {
    let halves = (0...UInt16.max).map { $0 }
    let blocks = halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let found = Self.dequantize(Kind.f16, blocks, baseline: baseline)
    for (half, value) in zip(halves, found) {
      let payload = UInt32(half & 0x3FF)
      if half & 0x7C00 == 0x7C00, payload != 0 {
        let expected = UInt32(half & 0x8000) << 16 | 0x7F80_0000 | payload << 13
        #expect(value.bitPattern == expected, "\(half)")
      } else if value.bitPattern != Float(Float16(bitPattern: half)).bitPattern {
        Issue.record("\(half) became \(value)")
      }
    }
  }

  @Test(arguments: [false, true]) func everyBrainFloat(baseline: Bool) {
    let halves = (0...UInt16.max).map { $0 }
    let blocks = halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let found = Self.dequantize(Kind.bf16, blocks, baseline: baseline)
    #expect(found.map(\.bitPattern) == halves.map { UInt32($0) << 16 })
  }

  /// The same bits with and without the processor's extras, for any number of blocks at any address, and nothing written
  /// beyond the last element.
  @Test(arguments: Kind.all) func fastEqualsSlow(kind: Kind) {
    var random = SplitMix(state: 7)
    for count in [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 100] {
      var blocks = (0..<count * kind.bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Scales stay finite: which NaN a product of NaNs is depends on the order of its factors.
      for block in 0..<count {
        for scale in kind.scales { blocks[block * kind.bytes + scale + 1] &= 0xBB }
      }
      let fast = Self.dequantize(kind, blocks)
      for shift in 0...3 {
        let slow = Self.dequantize(kind, blocks, baseline: true, shift: shift)
        #expect(fast.map(\.bitPattern) == slow.map(\.bitPattern), "\(count) blocks")
        let shifted = Self.dequantize(kind, blocks, shift: shift)
        #expect(fast.map(\.bitPattern) == shifted.map(\.bitPattern), "\(count) blocks, +\(shift)")
      }
    }
  }

  @Test func onlySupportedTypesAreFound() {
    let supported = Set(Kind.all.map(\.number))
    for number in (0...100).map({ UInt32($0) }) + [UInt32.max] {
      #expect((unsafe lfm_dequantize_function_for(number) != nil) == supported.contains(number))
      #expect((unsafe lfm_dequantize_baseline_for(number) != nil) == supported.contains(number))
    }
  }

  /// Runs the C function on `blocks`, moved `shift` bytes off alignment, and checks that nothing else is written.
  static func dequantize(
    _ kind: Kind, _ blocks: [UInt8], baseline: Bool = false, shift: Int = 0
  ) -> [Float] {
    let count = blocks.count / kind.bytes
    let function =
      unsafe baseline
      ? lfm_dequantize_baseline_for(kind.number) : lfm_dequantize_function_for(kind.number)
    guard let function = unsafe function else { return [] }
    let guardValue = Float(bitPattern: 0x7FA5_5A5A)
    var out = [Float](repeating: guardValue, count: count * kind.elements + 64)
    let moved = [UInt8](repeating: 0, count: shift) + blocks
    unsafe moved.withUnsafeBytes { bytes in
      unsafe out.withUnsafeMutableBufferPointer { floats in
        guard let start = bytes.baseAddress, let target = floats.baseAddress else { return }
        unsafe function(start + shift, count, target)
      }
    }
    #expect(out.suffix(64).allSatisfy { $0.bitPattern == guardValue.bitPattern })
    return Array(out.dropLast(64))
  }

  static func bytes(hex: String) throws -> [UInt8] {
    let digits = Array(hex.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { index in
      try #require(UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16))
    }
  }

  static func words(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { index in
      bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}

/// A small generator with a seed, for tests that must repeat.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
