/// Reads a GGUF file's header and metadata (version 2 and 3, little-endian), and hands the tensor table to
/// ``GGUFTensorTable``. Every count, length and product is checked before it is used, and memory grows only with what
/// was really read.
///
/// The format: ggml's `docs/gguf.md`; where files in the wild and llama.cpp disagree with it, a comment says so.
struct GGUFReader: Sendable {
  var version: UInt32 = 0
  var metadata: Metadata
  var alignment: Int
  var table: GGUFTensorTable

  static let defaultAlignment = 32
  static let alignmentKey = "general.alignment"
  /// Bytes of a key: length, one byte at least, type, and one byte of value at least.
  private static let smallestEntry = 8 + 1 + 4 + 1
  private static let longestKey = 65_535
  /// More keys or tensors than any model has (thousands), so that a huge file of lies cannot take all memory.
  static let mostEntries = 1 << 20

  init(_ file: MappedFile) throws(CheckpointError) {
    var cursor = ByteCursor(file, 0..<file.count)
    version = try GGUFReader.version(&cursor)
    let tensorCount = try cursor.read(UInt64.self, "the number of tensors")
    let entryCount = try cursor.read(UInt64.self, "the number of keys")
    try GGUFReader.check(
      "keys", entryCount, smallest: GGUFReader.smallestEntry, cursor)
    try GGUFReader.check(
      "tensors", tensorCount, smallest: GGUFTensorTable.smallestEntry, cursor)
    metadata = try GGUFReader.metadata(&cursor, count: entryCount)
    alignment = try GGUFReader.alignment(metadata, file)
    table = try GGUFTensorTable(&cursor, count: tensorCount, alignment: alignment)
  }

  /// Reads magic and version.
  private static func version(_ cursor: inout ByteCursor) throws(CheckpointError) -> UInt32 {
    let magic = [UInt8]("GGUF".utf8)
    let head = MappedBytes(file: cursor.file, range: 0..<min(4, cursor.remaining)).array
    guard head == Array(magic.prefix(head.count)) else {
      let found = head.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }
      throw CheckpointError(
        .notACheckpoint, path: cursor.file.path,
        found: "a file that starts with the bytes \(found.joined(separator: " "))",
        expected: "47 47 55 46 (GGUF)", advice: "Give the path of a GGUF file.")
    }
    _ = try cursor.skip(4, "the letters GGUF")
    let version = try cursor.read(UInt32.self, "the version")
    switch version {
    case 2, 3: return version
    case 1:
      throw cursor.failure(
        .unsupportedVersion, found: "GGUF version 1", expected: "version 2 or 3",
        advice: "Convert the model again with a current converter.")
    case _ where version.byteSwapped == 2 || version.byteSwapped == 3:
      throw cursor.failure(
        .unsupportedVersion, found: "a big-endian GGUF file (version \(version.byteSwapped))",
        expected: "a little-endian one",
        advice: "Download the little-endian file, or convert it with gguf_convert_endian.py.")
    default:
      throw cursor.failure(
        .unsupportedVersion, found: "GGUF version \(version)", expected: "version 2 or 3")
    }
  }

  /// Refuses a count that the rest of the file cannot hold.
  private static func check(
    _ what: String, _ count: UInt64, smallest: Int, _ cursor: ByteCursor
  ) throws(CheckpointError) {
    guard count <= UInt64(cursor.remaining / smallest) else {
      throw cursor.failure(
        .truncated, found: "\(count) \(what) announced",
        expected: "no more than the \(cursor.remaining) bytes before the end of the file can hold",
        advice: "The file is cut short or damaged: copy or download it again.")
    }
    guard count <= UInt64(mostEntries) else {
      throw cursor.failure(
        .malformed, found: "\(count) \(what)", expected: "at most \(mostEntries)")
    }
  }

  private static func metadata(
    _ cursor: inout ByteCursor, count: UInt64
  ) throws(CheckpointError) -> Metadata {
    var entries: [Metadata.Entry] = []
    var indices: [[UInt8]: Int] = [:]
    for index in 0..<Int(count) {
      cursor.subject = .keyNumber(index)
      let key = try key(&cursor)
      cursor.subject = .key(key)
      guard indices.updateValue(index, forKey: Array(key.utf8)) == nil else {
        throw cursor.failure(.malformed, found: "it twice", expected: "each key once")
      }
      let type = try GGUFValueReader.type(&cursor, "value type")
      entries.append(
        Metadata.Entry(key: key, value: try GGUFValueReader.value(type, &cursor)))
    }
    return Metadata(path: cursor.file.path, entries: entries, indices: indices)
  }

  private static func key(_ cursor: inout ByteCursor) throws(CheckpointError) -> String {
    let bytes = try cursor.string("a key")
    guard bytes.count > 0, bytes.count <= longestKey else {
      throw cursor.failure(
        .malformed, found: "a key of \(bytes.count) bytes", expected: "1 to \(longestKey) bytes")
    }
    guard let key = bytes.string else {
      throw cursor.failure(.malformed, found: "a key that is not UTF-8", expected: "text")
    }
    return key
  }

  private static func alignment(
    _ metadata: Metadata, _ file: MappedFile
  ) throws(CheckpointError) -> Int {
    guard let value = metadata[alignmentKey] else { return defaultAlignment }
    guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1 else {
      throw CheckpointError(
        .malformed, path: file.path, subject: "key \(alignmentKey)", found: value.summary,
        expected: "a uint32 that is a power of two")
    }
    return Int(alignment)
  }
}
