import LFMCheckpoint
import Testing

/// Tensor tables that lie: each is refused with the tensor, what was found and what was expected.
@Suite struct GGUFTensorTableTests {
  @Test func goodTable() throws {
    let checkpoint = try open(GGUFWriter.small().bytes())
    #expect(checkpoint.tensors.map(\.name) == ["a.vector", "a.matrix", "a.scalar"])
    let matrix = try checkpoint.tensor(named: "a.matrix")
    #expect(matrix.type == .q80 && matrix.shape == [32, 2] && matrix.elementCount == 64)
    #expect(matrix.rowLength == 32 && matrix.rowCount == 2 && matrix.bytesPerRow == 34)
    #expect(matrix.shapeDescription == "32 x 2")
    #expect(matrix.byteRange.lowerBound == checkpoint.head.count + 32)
    #expect(try checkpoint.bytes(of: matrix).array == (0..<68).map { UInt8($0) })
    let scalar = try checkpoint.tensor(named: "a.scalar")
    #expect(scalar.shape == [] && scalar.elementCount == 1 && scalar.byteRange.count == 4)
    #expect(scalar.shapeDescription == "scalar")
    let error = try #require(throws: CheckpointError.self) {
      try checkpoint.tensor(named: "output.weight")
    }
    #expect(error.code == .missing && error.subject == "tensor output.weight")
  }

  /// Every type of the format is listed, supported or not.
  @Test(arguments: TensorType.allCases) func everyType(type: TensorType) throws {
    var writer = GGUFWriter()
    let data = [UInt8](repeating: 5, count: 3 * type.bytesPerBlock)
    writer.tensors = [
      .init("t", [UInt64(type.blockSize), 3], type: type.rawValue, data: data)
    ]
    let tensor = try open(writer.bytes()).tensor(named: "t")
    #expect(tensor.type == type && tensor.byteRange.count == data.count)
  }

  @Test func emptyTensors() throws {
    var writer = GGUFWriter()
    writer.tensors = [
      .init("none", [0]), .init("rows", [256, 0], type: 12), .init("one", [1], data: [1, 2, 3, 4]),
      .init("beside", [3, 0, 1 << 40]),
    ]
    writer.tensors[3].offset = 0
    let checkpoint = try open(writer.bytes())
    #expect(checkpoint.tensors.map(\.elementCount) == [0, 0, 1, 0])
    #expect(checkpoint.tensors.map(\.rowCount) == [0, 0, 1, 0])
    #expect(try checkpoint.bytes(of: checkpoint.tensors[1]).array == [])
  }

  @Test func gapsAndOrderAreTheWritersOwn() throws {
    var writer = GGUFWriter()
    writer.tensors = [
      .init("second", [1], data: [9, 9, 9, 9], offset: 64),
      .init("first", [1], data: [1, 2, 3, 4], offset: 0),
      .init("filler", [1], data: [5, 6, 7, 8], offset: 32),
    ]
    let checkpoint = try open(writer.bytes())
    let second = try checkpoint.tensor(named: "second")
    #expect(try checkpoint.bytes(of: second).array == [5, 6, 7, 8])
  }

  @Test func badNames() throws {
    var writer = GGUFWriter.small()
    writer.tensors.append(.init("a.matrix", [1], data: [1, 2, 3, 4]))
    try expect(writer, .malformed, "tensor a.matrix: found it twice, expected each tensor once")
    writer = GGUFWriter()
    writer.tensors = [.init(String(repeating: "n", count: 64), [1], data: [1, 2, 3, 4])]
    #expect(try refusal(writer.bytes()) == nil)
    writer.tensors = [.init(String(repeating: "n", count: 65), [1], data: [1, 2, 3, 4])]
    try expect(writer, .malformed, "tensor number 0: found a name of 65 bytes, expected 1 to 64")
    writer.tensors = [.init("", [1], data: [1, 2, 3, 4])]
    try expect(writer, .malformed, "tensor number 0: found a name of 0 bytes")
    writer.tensors[0].name = [0xFF]
    try expect(writer, .malformed, "tensor number 0: found a name that is not UTF-8")
  }

  @Test func badShapes() throws {
    for count in [5, 100, UInt32.max] {
      try expect(
        .init("t", [1], data: [1, 2, 3, 4], dimensionCount: count), .malformed,
        "tensor t: found \(count) dimensions, expected at most 4")
    }
    try expect(
      .init("t", [UInt64.max, 2]), .malformed,
      "tensor t: found a dimension of 18446744073709551615, expected 0 to")
    try expect(
      .init("t", [48], type: 8), .malformed,
      "tensor t: found rows of 48 elements, expected a multiple of 32, the block size of Q8_0")
    let most = UInt64(Int.max)
    for shape in [[most, 2], [1 << 32, 1 << 32], [1 << 21, 1 << 21, 1 << 21, 1 << 21], [most]] {
      try expect(
        .init("t", shape, type: 28), .malformed, "tensor t: found a shape of \(shape[0])",
        "expected one whose size in bytes a 64-bit number holds")
    }
    // 4 x 1073741823 x 1073741825 floats: the size wraps to almost nothing.
    try expect(
      .init("t", [4, 1_073_741_823, 1_073_741_825]), .malformed, "tensor t: found a shape of 4 x")
  }

  @Test func badTypes() throws {
    for type in [43, 1000, UInt32.max] {
      try expect(.init("t", [1], type: type), .malformed, "tensor t: found tensor type \(type),")
    }
    try expect(
      .init("t", [32], type: 31), .malformed,
      "tensor t: found tensor type 31 (Q4_0_4_4, no longer in use), expected a known one")
  }

  @Test func badOffsets() throws {
    let data: [UInt8] = [1, 2, 3, 4]
    for offset in [1, 31, 33, UInt64.max] {
      try expect(
        .init("t", [1], data: data, offset: offset), .malformed,
        "tensor t: found offset \(offset), expected a multiple of 32")
    }
    for offset in [64, 1 << 40, 1 << 62, 1 << 63, UInt64.max - 31] {
      try expect(
        .init("t", [1], data: data, offset: offset), .truncated,
        "tensor t: found 4 bytes at offset \(offset), expected an end within the 32 bytes")
    }
    try expect(
      .init("t", [9], data: [UInt8](repeating: 0, count: 32)), .truncated,
      "tensor t: found 36 bytes at offset 0, expected an end within the 32 bytes of tensor data")
  }

  @Test func overlaps() throws {
    var writer = GGUFWriter()
    let data = [UInt8](repeating: 0, count: 64)
    writer.tensors = [.init("a", [16], data: data), .init("b", [16], data: data, offset: 32)]
    try expect(
      writer, .malformed, "tensor b: found data from byte",
      "where the data of tensor a end")
    writer.tensors = [.init("a", [16], data: data), .init("b", [16], data: data, offset: 0)]
    try expect(writer, .malformed, "found data from byte")
  }

  /// Without data, places that no file can have are refused all the same.
  @Test func impossiblePlacesWithoutData() throws {
    var writer = GGUFWriter()
    writer.tensors = [.init("t", [1 << 62], type: 24, offset: 1 << 62)]
    #expect(try refusal(writer.bytes(), requiring: .metadata)?.code == .malformed)
    writer.tensors = [.init("t", [1], type: 24, offset: 1 << 63)]
    #expect(try refusal(writer.bytes(), requiring: .metadata)?.code == .malformed)
    writer.tensors = [.init("t", [UInt64(Int.max) - 40], type: 24)]
    #expect(try refusal(writer.bytes(), requiring: .metadata)?.code == .malformed)
  }

  private func expect(
    _ tensor: GGUFWriter.Tensor, _ code: CheckpointError.Code, _ sentences: String...
  ) throws {
    var writer = GGUFWriter()
    writer.tensors = [tensor]
    // The data of some other tensor, so that the file has a data section.
    if tensor.data.isEmpty {
      writer.tensors.append(.init("other", [1], data: [0, 0, 0, 0], offset: 0))
    }
    for sentence in sentences { try expect(writer, code, sentence) }
  }

  private func expect(
    _ writer: GGUFWriter, _ code: CheckpointError.Code, _ sentences: String...
  ) throws {
    for contents in [Checkpoint.Contents.tensorData, .metadata] {
      let error = try refusal(writer.bytes(), requiring: contents)
      #expect(error?.code == code)
      for sentence in sentences {
        #expect(error?.description.contains(sentence) == true, "\(error as Any)")
      }
    }
  }
}
