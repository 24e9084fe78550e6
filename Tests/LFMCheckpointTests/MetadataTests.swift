import LFMCheckpoint
import Testing

@Suite struct MetadataTests {
  let metadata: Metadata

  init() throws {
    metadata = try open(GGUFWriter.small().bytes()).metadata
  }

  @Test func keepsTheOrderOfTheFile() {
    #expect(
      metadata.entries.map(\.key).prefix(3) == ["general.architecture", "a.uint8", "a.int8"])
    #expect(metadata.entries.count == 15)
  }

  @Test func readsEveryType() throws {
    #expect(try metadata.string("general.architecture") == "lfm2moe")
    #expect(try metadata.integer("a.uint8") == 200)
    #expect(try metadata.integer("a.int8", in: Int.min...Int.max) == -100)
    #expect(try metadata.integer("a.uint16") == 50_000)
    #expect(try metadata.integer("a.int16", in: Int.min...0) == -30_000)
    #expect(try metadata.integer("a.uint32") == 4_000_000_000)
    #expect(try metadata.integer("a.int32", in: -2_000_000_000...0) == -2_000_000_000)
    #expect(try metadata.integer("a.int64", in: Int.min...0) == Int.min)
    #expect(try metadata.float("a.float32") == Double(Float(0.2)))
    #expect(try metadata.float("a.float64") == -1.5e300)
    #expect(try metadata.bool("a.bool"))
    #expect(try metadata.integers("an.array") == [8, 0, 8])
    #expect(try metadata.strings("a.vocabulary").map(\.string) == ["a", "", "né"])
    guard case .array(let nest) = metadata["a.nest"], let inner = nest.arrays else {
      Issue.record("no nested arrays")
      return
    }
    #expect(inner.map(\.integers) == [[1], nil])
    #expect(inner.last?.strings?.map(\.string) == ["x"])
    guard case .uint64(.max) = metadata["a.uint64"] else {
      Issue.record("a.uint64 is \(String(describing: metadata["a.uint64"]))")
      return
    }
  }

  @Test func boolsAndFloatsInArrays() throws {
    var writer = GGUFWriter()
    writer.add("b", .array(7, [.bool(true), .bool(false)]))
    writer.add("f", .array(6, [.float32(1.5), .float32(.nan)]))
    writer.add("d", .array(12, [.float64(0.1)]))
    writer.add("empty", .array(8, []))
    writer.add("odd", .raw(7, [98]))
    let metadata = try open(writer.bytes(), requiring: .metadata).metadata
    guard case .array(let bools) = metadata["b"] else { throw Missing() }
    #expect(bools.bools == [true, false])
    #expect(bools.integers == nil && bools.floats == nil && bools.strings == nil)
    #expect(try metadata.floats("f")[0] == 1.5)
    #expect(try metadata.floats("f")[1].isNaN)
    #expect(try metadata.floats("d") == [0.1])
    #expect(try metadata.strings("empty").isEmpty)
    // llama.cpp reads any byte but 0 as true.
    #expect(try metadata.bool("odd"))
  }

  struct Missing: Error {}

  @Test func wrongTypesAreNamed() throws {
    try expect(
      "key a.float32: found float32 0.2, expected an integer.", .mismatch
    ) { _ = try $0.integer("a.float32") }
    try expect(
      "key general.architecture: found string \"lfm2moe\", expected a finite float32", .mismatch
    ) { _ = try $0.float("general.architecture") }
    try expect(
      "key a.vocabulary: found array of 3 string, expected an array of integers.", .mismatch
    ) { _ = try $0.integers("a.vocabulary") }
    try expect("key an.array: found array of 3 int32, expected a string.", .mismatch) {
      _ = try $0.string("an.array")
    }
    try expect("key a.uint8: found uint8 200, expected a bool.", .mismatch) {
      _ = try $0.bool("a.uint8")
    }
    try expect("expected an array of string", .mismatch) { _ = try $0.strings("an.array") }
    try expect("expected an array of float32 or float64", .mismatch) {
      _ = try $0.floats("an.array")
    }
    try expect("key no.such: is not in the file", .missing) { _ = try $0.bytes("no.such") }
  }

  @Test func rangesAreNamed() throws {
    try expect("key a.int8: found int8 -100, expected a number of at least 0", .mismatch) {
      _ = try $0.integer("a.int8")
    }
    try expect("found uint8 200, expected a number from 1 to 199", .mismatch) {
      _ = try $0.integer("a.uint8", in: 1...199)
    }
    try expect("found uint64 18446744073709551615, expected a number of at least 0", .mismatch) {
      _ = try $0.integer("a.uint64")
    }
    try expect("key an.array: found 0 at index 1, expected numbers from 1 to 9", .mismatch) {
      _ = try $0.integers("an.array", in: 1...9)
    }
    try expect("found array of 3 int32, expected 24 integers", .mismatch) {
      _ = try $0.integers("an.array", count: 24)
    }
  }

  /// Per-layer keys may be one number for all layers.
  @Test func oneIntegerStandsForMany() throws {
    #expect(try metadata.integers("an.array", count: 3) == [8, 0, 8])
    #expect(try metadata.integers("a.uint8", count: 4) == [200, 200, 200, 200])
    try expect("found uint8 200, expected an array of integers", .mismatch) {
      _ = try $0.integers("a.uint8")
    }
  }

  @Test func valuesThatAreNoNumberOrNoText() throws {
    var writer = GGUFWriter()
    writer.add("nan", .float32(.nan))
    writer.add("infinite", .float64(.infinity))
    writer.add("text", .raw(8, GGUFWriter.string([0x61, 0xFF, 0x62])))
    let metadata = try open(writer.bytes(), requiring: .metadata).metadata
    #expect(throws: CheckpointError.self) { try metadata.float("nan") }
    #expect(throws: CheckpointError.self) { try metadata.float("infinite") }
    #expect(try metadata.bytes("text").array == [0x61, 0xFF, 0x62])
    let error = try #require(throws: CheckpointError.self) { try metadata.string("text") }
    #expect(error.description.contains("key text: found bytes that are not UTF-8, expected text"))
  }

  /// `String` equality would merge these two keys; the file holds both.
  @Test func keysAreBytes() throws {
    var writer = GGUFWriter()
    writer.add("caf\u{E9}", .uint8(1))
    writer.add("cafe\u{301}", .uint8(2))
    let metadata = try open(writer.bytes(), requiring: .metadata).metadata
    #expect(try metadata.integer("caf\u{E9}") == 1)
    #expect(try metadata.integer("cafe\u{301}") == 2)
  }

  private func expect(
    _ sentence: String, _ code: CheckpointError.Code,
    _ body: (Metadata) throws -> Void
  ) throws {
    do {
      try body(metadata)
      Issue.record("accepted: \(sentence)")
    } catch let error as CheckpointError {
      #expect(error.code == code)
      #expect(error.description.contains(sentence), "\(error)")
    }
  }
}
