import LFMCheckpoint
import Testing

/// Headers and metadata that lie: each is refused with the key, what was found and what was expected.
@Suite struct GGUFReaderTests {
  @Test(arguments: [2, 3] as [UInt32]) func goodVersions(version: UInt32) throws {
    var writer = GGUFWriter.small()
    writer.version = version
    #expect(try open(writer.bytes()).version == Int(version))
  }

  @Test func badVersions() throws {
    let sentences: [UInt32: String] = [
      0: "found GGUF version 0, expected version 2 or 3",
      1: "found GGUF version 1, expected version 2 or 3. Convert the model again",
      4: "found GGUF version 4, expected version 2 or 3",
      UInt32.max: "found GGUF version 4294967295",
      0x0300_0000: "found a big-endian GGUF file (version 3), expected a little-endian one",
      0x0200_0000: "found a big-endian GGUF file (version 2), expected a little-endian one",
    ]
    for (version, sentence) in sentences {
      var writer = GGUFWriter.small()
      writer.version = version
      try expect(writer, .unsupportedVersion, sentence)
    }
  }

  @Test func otherFiles() throws {
    try expect(
      Array("{\"model\": 1}".utf8), .notACheckpoint,
      "found a file that starts with the bytes 7b 22 6d 6f, expected 47 47 55 46 (GGUF)")
    try expect(Array("GG".utf8), .truncated, "found 2 bytes before the end of the file")
    try expect(Array("GX".utf8), .notACheckpoint, "starts with the bytes 47 58")
  }

  /// Counts that the rest of the file cannot hold are refused before anything is made of them.
  @Test(arguments: [100, 1 << 31, 1 << 32, 1 << 60, 1 << 63, UInt64.max])
  func countsBeyondTheFile(count: UInt64) throws {
    var writer = GGUFWriter.small()
    writer.entryCount = count
    try expect(writer, .truncated, "found \(count) keys announced")
    writer.entryCount = nil
    writer.tensorCount = count
    try expect(writer, .truncated, "header: found \(count) tensors announced")
  }

  /// A large file could hold many more keys than memory does.
  @Test func countsBeyondReason() throws {
    var bytes = GGUFWriter().head() + [UInt8](repeating: 0, count: 26 << 20)
    bytes.replaceSubrange(16..<24, with: GGUFWriter.bytes(UInt64(1 << 20) + 1))
    try expect(bytes, .malformed, "header: found 1048577 keys, expected at most 1048576")
    bytes.replaceSubrange(8..<24, with: [1, 0, 16] + [UInt8](repeating: 0, count: 13))
    try expect(bytes, .malformed, "header: found 1048577 tensors, expected at most 1048576")
  }

  @Test func lengthsBeyondTheFile() throws {
    for length in [1 << 20, 1 << 31, 1 << 62, 1 << 63, UInt64.max - 7, UInt64.max] {
      var writer = GGUFWriter()
      writer.add("long", .raw(8, GGUFWriter.bytes(length) + [65]))
      try expect(writer, .truncated, "key long: found", "expected \(length) for a string")
      writer.entries = [(key: [], value: .raw(0, [0, 0, 0, 0]))]
      var bytes = writer.head()
      bytes.replaceSubrange(24..<32, with: GGUFWriter.bytes(length))
      try expect(bytes, .truncated, "key number 0: found", "expected \(length) for a key")
    }
  }

  @Test func arraysBeyondTheFile() throws {
    for (type, name) in [(0, "uint8"), (8, "string"), (9, "array"), (12, "float64")] {
      for count in [1 << 20, 1 << 40, 1 << 61, 1 << 63, UInt64.max] {
        var writer = GGUFWriter()
        writer.add(
          "big", .raw(9, GGUFWriter.bytes(UInt32(type)) + GGUFWriter.bytes(count) + [0, 0, 0]))
        try expect(writer, .truncated, "key big: found an array of \(count) \(name)")
      }
    }
    var writer = GGUFWriter()
    let inner = GGUFWriter.bytes(UInt64(2)) + [65, 66] + GGUFWriter.bytes(UInt64(1 << 40))
    writer.add("cut", .raw(9, GGUFWriter.bytes(UInt32(8)) + GGUFWriter.bytes(UInt64(2)) + inner))
    try expect(writer, .truncated, "key cut: found", "expected 1099511627776 for a string of an")
  }

  @Test func unknownValueTypes() throws {
    for type in [13, 255, UInt32.max] {
      var writer = GGUFWriter()
      writer.add("odd", .raw(type, [0, 0, 0, 0]))
      try expect(writer, .malformed, "key odd: found value type \(type), expected 0 (uint8) to 12")
      writer.entries = []
      // Even where it has no elements.
      writer.add("odd", .array(type, []))
      try expect(writer, .malformed, "key odd: found array element type \(type), expected")
    }
  }

  @Test func deepNesting() throws {
    func nested(_ depth: Int) -> GGUFWriter.Value {
      (1..<depth).reduce(.array(0, [.uint8(9)])) { inner, _ in .array(9, [inner]) }
    }
    var writer = GGUFWriter()
    writer.add("nest", nested(8))
    #expect(try refusal(writer.bytes(), requiring: .metadata) == nil)
    for depth in [9, 20_000] {
      writer.entries = [(key: Array("nest".utf8), value: .raw(9, GGUFReaderTests.flat(depth)))]
      try expect(writer, .malformed, "key nest: found arrays nested 9 deep, expected at most 8")
    }
  }

  @Test func badKeys() throws {
    var writer = GGUFWriter.small()
    writer.add("a.bool", .bool(false))
    try expect(writer, .malformed, "key a.bool: found it twice, expected each key once")
    writer = GGUFWriter()
    writer.add("", .bool(false))
    try expect(writer, .malformed, "key number 0: found a key of 0 bytes, expected 1 to 65535")
    writer = GGUFWriter()
    writer.add(String(repeating: "k", count: 65_536), .bool(false))
    try expect(writer, .malformed, "key number 0: found a key of 65536 bytes")
    writer = GGUFWriter()
    writer.entries = [(key: [0x61, 0xC3], value: .bool(false))]
    try expect(writer, .malformed, "key number 0: found a key that is not UTF-8, expected text")
  }

  /// The key of an error cannot write to the terminal or flood it.
  @Test func keysArePrintedSafely() throws {
    var writer = GGUFWriter()
    let key = "\u{1B}[2J\n" + String(repeating: "x", count: 5000)
    writer.add(key, .raw(99, []))
    let error = try #require(try refusal(writer.bytes(), requiring: .metadata))
    #expect(error.subject.hasPrefix("key \\u{1B}[2J\\nxxx"))
    #expect(error.subject.count < 120)
  }

  @Test func alignments() throws {
    for alignment in [1, 2, 8, 32, 64, 4096] {
      var writer = GGUFWriter.small()
      writer.alignment = alignment
      writer.add("general.alignment", .uint32(UInt32(alignment)))
      #expect(try open(writer.bytes()).alignment == alignment)
    }
    #expect(try open(GGUFWriter.small().bytes()).alignment == 32)
    let bad: [(GGUFWriter.Value, String)] = [
      (.uint32(0), "uint32 0"), (.uint32(3), "uint32 3"), (.uint32(13), "uint32 13"),
      (.uint32(.max), "uint32 4294967295"), (.int32(32), "int32 32"), (.uint64(32), "uint64 32"),
      (.string("32"), "string \"32\""), (.float32(32), "float32 32.0"),
    ]
    for (value, found) in bad {
      var writer = GGUFWriter.small()
      writer.add("general.alignment", value)
      try expect(
        writer, .malformed,
        "key general.alignment: found \(found), expected a uint32 that is a power of two")
    }
    var writer = GGUFWriter.small()
    writer.add("general.alignment", .uint32(1 << 31))
    try expect(writer, .truncated, "expected tensor data from byte 2147483648")
  }

  private static func flat(_ depth: Int) -> [UInt8] {
    let level = GGUFWriter.bytes(UInt32(9)) + GGUFWriter.bytes(UInt64(1))
    return (1..<depth).flatMap { _ in level } + GGUFWriter.bytes(UInt32(0))
      + GGUFWriter.bytes(UInt64(0))
  }

  private func expect(
    _ writer: GGUFWriter, _ code: CheckpointError.Code, _ sentences: String...
  ) throws {
    for sentence in sentences { try expect(writer.bytes(), code, sentence) }
  }

  private func expect(
    _ bytes: [UInt8], _ code: CheckpointError.Code, _ sentences: String...
  ) throws {
    for contents in [Checkpoint.Contents.tensorData, .metadata] {
      let error = try refusal(bytes, requiring: contents)
      #expect(error?.code == code)
      for sentence in sentences {
        #expect(error?.description.contains(sentence) == true, "\(error as Any)")
      }
    }
  }
}
