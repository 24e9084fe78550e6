/// The head of a prepared file: what it was made from, by which layout, and where every matrix lies. Little-endian, all
/// integers at multiples of 8 or 4 from its start. Encodes and decodes; opens no file.
///
/// Nothing that is read here is used to find a matrix: a file is used only where its head equals the one that the
/// checkpoint's own plan gives (`isSame`). The head is read for its source when files are pruned.
struct PreparedHead: Equatable, Sendable {
  /// Of this format: the order of fields, and of data in the file.
  static let formatVersion: UInt32 = 1
  static let magic: [UInt8] = Array("LFMPREP\n".utf8)
  /// One layout serves all instruction sets today.
  static let anyInstructionSet: UInt32 = 0

  var packedVersion: UInt32
  var instructionSet = PreparedHead.anyInstructionSet
  var fileBytes: UInt64
  var source: SourcePin
  /// Where the source lay, in bytes as the file system has them: for people and for pruning.
  var sourcePath: [UInt8]
  var extents: [PackedPlan.Extent]

  init(source: SourcePin, sourcePath: [UInt8], plan: PackedPlan, packedVersion: UInt32) {
    self.packedVersion = packedVersion
    fileBytes = UInt64(plan.fileBytes)
    self.source = source
    self.sourcePath = Array(sourcePath.prefix(Self.longestPath))
    extents = plan.extents
  }

  /// Whether both describe the same bytes made from the same source, wherever that lies.
  func isSame(as other: PreparedHead) -> Bool {
    var other = other
    other.sourcePath = sourcePath
    return self == other
  }

  static let longestPath = 4096
  /// Fixed fields, up to the path.
  static let fixedBytes = 112
  private static let byteOrder: UInt32 = 0x0102_0304
  private static let checksumPlace = 40..<56
  private static let mostExtents = 1 << 20

  /// Bytes that one line of the table takes.
  static func bytes(ofExtentNamed name: String) -> Int {
    8 + 7 * 8 + PackedPlan.roundUp(name.utf8.count, 8)
  }

  var encoded: [UInt8] {
    var bytes = Self.magic
    func append(_ value: some FixedWidthInteger) {
      for shift in stride(from: 0, to: value.bitWidth, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    func append(_ text: [UInt8]) {
      bytes += text
      while bytes.count % 8 != 0 { bytes.append(0) }
    }
    append(Self.formatVersion)
    append(Self.byteOrder)
    append(packedVersion)
    append(instructionSet)
    let table = extents.reduce(0) { $0 + Self.bytes(ofExtentNamed: $1.name) }
    append(UInt64(Self.fixedBytes + PackedPlan.roundUp(sourcePath.count, 8) + table))
    append(fileBytes)
    for _ in Self.checksumPlace { bytes.append(0) }
    append(source.size)
    append(source.modifiedSeconds)
    append(source.modifiedNanoseconds)
    append(source.print.low)
    append(source.print.high)
    append(UInt64(sourcePath.count))
    append(UInt64(extents.count))
    append(sourcePath)
    for extent in extents {
      append(UInt32(extent.name.utf8.count))
      append(extent.type)
      let numbers = [
        extent.rows, extent.columns, extent.count, extent.groups, extent.offset,
        extent.groupStride, extent.matrixStride,
      ]
      for number in numbers { append(UInt64(number)) }
      append(Array(extent.name.utf8))
    }
    let print = Print128(of: bytes)
    bytes.replaceSubrange(Self.checksumPlace, with: Self.bytes(of: print))
    return bytes
  }

  /// The length of the whole head, told by its fixed fields; nil where these are no head of this format.
  static func length(ofHeadBeginning bytes: [UInt8]) -> Int? {
    guard bytes.count >= fixedBytes, bytes.starts(with: magic) else { return nil }
    var reader = Reader(bytes: bytes, position: magic.count)
    guard reader.integer(UInt32.self) == formatVersion,
      reader.integer(UInt32.self) == byteOrder,
      reader.integer(UInt64.self) != nil,
      let length = reader.integer(UInt64.self).flatMap({ Int(exactly: $0) }),
      length >= fixedBytes, length <= 64 << 20
    else { return nil }
    return length
  }

  /// The head that `bytes` are, whole; nil for anything cut short, damaged, or of another format.
  init?(decoding bytes: [UInt8]) {
    guard Self.length(ofHeadBeginning: bytes) == bytes.count else { return nil }
    var unsummed = bytes
    unsummed.replaceSubrange(
      Self.checksumPlace, with: [UInt8](repeating: 0, count: Self.checksumPlace.count))
    guard bytes[Self.checksumPlace].elementsEqual(Self.bytes(of: Print128(of: unsummed))) else {
      return nil
    }
    var reader = Reader(bytes: bytes, position: Self.magic.count + 8)
    guard let packedVersion = reader.integer(UInt32.self),
      let instructionSet = reader.integer(UInt32.self), reader.integer(UInt64.self) != nil,
      let fileBytes = reader.integer(UInt64.self), reader.skip(Self.checksumPlace.count),
      let source = SourcePin(&reader), let pathCount = reader.count(atMost: Self.longestPath),
      let extentCount = reader.count(atMost: Self.mostExtents),
      let path = reader.text(pathCount)
    else { return nil }
    self.packedVersion = packedVersion
    self.instructionSet = instructionSet
    self.fileBytes = fileBytes
    self.source = source
    sourcePath = path
    extents = []
    for _ in 0..<extentCount {
      guard let extent = PackedPlan.Extent(&reader) else { return nil }
      extents.append(extent)
    }
    guard reader.position == bytes.count else { return nil }
  }

  private static func bytes(of print: Print128) -> [UInt8] {
    [print.low, print.high].flatMap { lane in
      (0..<8).map { UInt8(truncatingIfNeeded: lane >> (8 * $0)) }
    }
  }

  /// Takes fields from the front, never more than there are.
  struct Reader {
    let bytes: [UInt8]
    var position: Int

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type) -> T? {
      let size = T.bitWidth / 8
      guard bytes.count - position >= size else { return nil }
      defer { position += size }
      return (0..<size).reduce(T.zero) {
        $0 | T(truncatingIfNeeded: bytes[position + $1]) << ($1 * 8)
      }
    }

    mutating func count(atMost limit: Int) -> Int? {
      integer(UInt64.self).flatMap { Int(exactly: $0) }.flatMap { $0 <= limit ? $0 : nil }
    }

    mutating func text(_ count: Int) -> [UInt8]? {
      let padded = PackedPlan.roundUp(count, 8)
      guard bytes.count - position >= padded else { return nil }
      defer { position += padded }
      return Array(bytes[position..<position + count])
    }

    mutating func skip(_ count: Int) -> Bool {
      guard bytes.count - position >= count else { return false }
      position += count
      return true
    }
  }
}

extension SourcePin {
  init?(_ reader: inout PreparedHead.Reader) {
    guard let size = reader.integer(UInt64.self),
      let seconds = reader.integer(Int64.self), let nanoseconds = reader.integer(UInt64.self),
      let low = reader.integer(UInt64.self), let high = reader.integer(UInt64.self)
    else { return nil }
    self.init(
      size: size, modifiedSeconds: seconds, modifiedNanoseconds: nanoseconds,
      print: Print128(low: low, high: high))
  }
}

extension PackedPlan.Extent {
  fileprivate init?(_ reader: inout PreparedHead.Reader) {
    guard let nameCount = reader.integer(UInt32.self), nameCount <= 1024,
      let type = reader.integer(UInt32.self)
    else { return nil }
    var numbers: [Int] = []
    for _ in 0..<7 {
      guard let number = reader.count(atMost: .max) else { return nil }
      numbers.append(number)
    }
    guard let bytes = reader.text(Int(nameCount)),
      let name = String(validating: bytes, as: UTF8.self)
    else { return nil }
    self.init(
      name: name, type: type, rows: numbers[0], columns: numbers[1], count: numbers[2],
      offset: numbers[4], groupStride: numbers[5], matrixStride: numbers[6])
    // Also keeps the sum in `groups` from overflowing.
    guard numbers[0] <= Int.max - 16, groups == numbers[3] else { return nil }
  }
}
