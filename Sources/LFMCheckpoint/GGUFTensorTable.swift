/// Reads a GGUF file's tensor table and decides where each tensor's data lie. Refuses names, shapes, types, offsets and
/// sizes that contradict the format, each other, or the length of the file.
struct GGUFTensorTable: Sendable {
  private(set) var tensors: [TensorEntry] = []
  /// By the name's bytes, as keys are.
  private(set) var indices: [[UInt8]: Int] = [:]
  /// Where the tensor data begin, in bytes from the start of the file.
  private(set) var dataStart = 0
  /// Whether the data that the table describes are in the file.
  private(set) var hasData = true

  /// Bytes of a tensor: length of the name, number of dimensions, type, offset.
  static let smallestEntry = 8 + 4 + 4 + 8
  /// The format's limit.
  private static let longestName = 64
  private static let mostDimensions = 4

  /// A line of the table before its place in the file is known.
  private struct Line {
    var name: String
    var shape: [Int]
    var type: TensorType
    var elementCount: Int
    var byteCount: Int
    var offset: UInt64
  }

  init(
    _ cursor: inout ByteCursor, count: UInt64, alignment: Int
  ) throws(CheckpointError) {
    var lines: [Line] = []
    for index in 0..<Int(count) {
      cursor.subject = .tensorNumber(index)
      let name = try GGUFTensorTable.name(&cursor)
      cursor.subject = .tensor(name)
      guard indices.updateValue(index, forKey: Array(name.utf8)) == nil else {
        throw cursor.failure(.malformed, found: "it twice", expected: "each tensor once")
      }
      lines.append(try GGUFTensorTable.line(&cursor, name: name))
    }
    cursor.subject = .header
    try findData(cursor, alignment: alignment)
    for line in lines {
      cursor.subject = .tensor(line.name)
      tensors.append(try place(line, cursor, alignment: alignment))
    }
    try checkOverlap(cursor)
  }

  private static func name(_ cursor: inout ByteCursor) throws(CheckpointError) -> String {
    let bytes = try cursor.string("a tensor's name")
    guard bytes.count > 0, bytes.count <= longestName else {
      throw cursor.failure(
        .malformed, found: "a name of \(bytes.count) bytes", expected: "1 to \(longestName) bytes")
    }
    guard let name = bytes.string else {
      throw cursor.failure(.malformed, found: "a name that is not UTF-8", expected: "text")
    }
    return name
  }

  /// Reads shape, type and offset, and works out the size.
  private static func line(
    _ cursor: inout ByteCursor, name: String
  ) throws(CheckpointError) -> Line {
    let dimensions = try cursor.read(UInt32.self, "the number of dimensions")
    guard dimensions <= mostDimensions else {
      throw cursor.failure(
        .malformed, found: "\(dimensions) dimensions", expected: "at most \(mostDimensions)")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      let length = try cursor.read(UInt64.self, "a dimension")
      guard let length = Int(exactly: length) else {
        throw cursor.failure(
          .malformed, found: "a dimension of \(length)", expected: "0 to \(Int.max)")
      }
      shape.append(length)
    }
    let type = try type(&cursor)
    let (elements, bytes) = try size(shape, type, cursor)
    let offset = try cursor.read(UInt64.self, "the offset")
    return Line(
      name: name, shape: shape, type: type, elementCount: elements, byteCount: bytes,
      offset: offset)
  }

  private static func type(_ cursor: inout ByteCursor) throws(CheckpointError) -> TensorType {
    let number = try cursor.read(UInt32.self, "the type")
    guard let type = TensorType(rawValue: number) else {
      let name = TensorType.removedName(number).map { " (\($0), no longer in use)" } ?? ""
      throw cursor.failure(
        .malformed, found: "tensor type \(number)\(name)",
        expected: "a known one, 0 (F32) to \(TensorType.q20.rawValue) (Q2_0)",
        advice: "Use a file converted or quantised by a current tool.")
    }
    return type
  }

  /// Elements and bytes of a shape. Rows are whole blocks, and every product fits an `Int`, even beside a dimension of 0.
  private static func size(
    _ shape: [Int], _ type: TensorType, _ cursor: ByteCursor
  ) throws(CheckpointError) -> (elements: Int, bytes: Int) {
    var elements = 1
    for length in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: length)
      guard !overflow else { throw tooBig(shape, type, cursor) }
      elements = product
    }
    let row = shape.first ?? 1
    guard row % type.blockSize == 0 else {
      throw cursor.failure(
        .malformed, found: "rows of \(row) elements",
        expected: "a multiple of \(type.blockSize), the block size of \(type.name)")
    }
    guard let bytes = type.byteCount(ofElements: elements) else {
      throw tooBig(shape, type, cursor)
    }
    return (elements, bytes)
  }

  private static func tooBig(
    _ shape: [Int], _ type: TensorType, _ cursor: ByteCursor
  ) -> CheckpointError {
    cursor.failure(
      .malformed,
      found: "a shape of \(shape.map(String.init).joined(separator: " x ")) of \(type.name)",
      expected: "one whose size in bytes a 64-bit number holds")
  }

  /// Finds where the data begin, and whether they are there at all. A file that ends exactly where its data would begin
  /// holds metadata only: well-formed, but nothing to compute with.
  private mutating func findData(
    _ cursor: ByteCursor, alignment: Int
  ) throws(CheckpointError) {
    // No overflow: the position is within a file, the alignment below 2^32.
    dataStart = (cursor.position + alignment - 1) & ~(alignment - 1)
    // Writers of vocabularies without tensors do not pad the end of the table.
    if indices.isEmpty { dataStart = min(dataStart, cursor.end) }
    guard dataStart <= cursor.end else {
      throw cursor.failure(
        .truncated, found: "the end of the file at byte \(cursor.end)",
        expected: "tensor data from byte \(dataStart)",
        advice: "The file is cut short: copy or download it again.")
    }
    hasData = !indices.isEmpty && dataStart < cursor.end
  }

  /// Turns a line's offset into a place in the file.
  private func place(
    _ line: Line, _ cursor: ByteCursor, alignment: Int
  ) throws(CheckpointError) -> TensorEntry {
    guard line.offset % UInt64(alignment) == 0 else {
      throw cursor.failure(
        .malformed, found: "offset \(line.offset)", expected: "a multiple of \(alignment)")
    }
    // Without data there is no end of file to check against, but the place must still be one that a file can have.
    let room = (hasData ? cursor.end : Int.max) - dataStart
    guard let offset = Int(exactly: line.offset), offset <= room, line.byteCount <= room - offset
    else {
      throw cursor.failure(
        hasData ? .truncated : .malformed,
        found: "\(line.byteCount) bytes at offset \(line.offset)",
        expected: "an end within the \(room) bytes of tensor data",
        advice: hasData ? "The file is cut short or damaged: copy or download it again." : "")
    }
    // The padding behind each tensor, the last one too, belongs to the file: without it, it was cut.
    let padding = (alignment - line.byteCount % alignment) % alignment
    guard padding <= room - offset - line.byteCount else {
      throw cursor.failure(
        .truncated, found: "\(room - offset - line.byteCount) bytes behind its data",
        expected: "\(padding) bytes of padding",
        advice: "The file is cut short: copy or download it again.")
    }
    let start = dataStart + offset
    return TensorEntry(
      name: line.name, type: line.type, shape: line.shape, elementCount: line.elementCount,
      byteRange: start..<start + line.byteCount)
  }

  /// Two tensors that share bytes: one of the offsets is wrong.
  private func checkOverlap(_ cursor: ByteCursor) throws(CheckpointError) {
    let ordered = tensors.filter { !$0.byteRange.isEmpty }
      .sorted { $0.byteRange.lowerBound < $1.byteRange.lowerBound }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where second.byteRange.lowerBound < first.byteRange.upperBound {
      var cursor = cursor
      cursor.subject = .tensor(second.name)
      throw cursor.failure(
        .malformed,
        found: "data from byte \(second.byteRange.lowerBound)",
        expected: "none before byte \(first.byteRange.upperBound), where the data of tensor "
          + "\(CheckpointError.printable(first.name)) end")
    }
  }
}
