/// Walks forward through part of a mapped file. Every step is checked against the bytes that remain, and a step that
/// does not fit throws an error that names the thing being read. Knows nothing of what the bytes mean.
struct ByteCursor {
  /// What is being read, for error messages; made into text only when one is needed.
  enum Subject {
    case header
    case keyNumber(Int)
    case key(String)
    case tensorNumber(Int)
    case tensor(String)

    var text: String {
      switch self {
      case .header: "header"
      case .keyNumber(let index): "key number \(index)"
      case .key(let name): "key \(CheckpointError.printable(name))"
      case .tensorNumber(let index): "tensor number \(index)"
      case .tensor(let name): "tensor \(CheckpointError.printable(name))"
      }
    }
  }

  let file: MappedFile
  /// Bytes from the start of the file; never beyond ``end``.
  private(set) var position: Int
  let end: Int
  var subject = Subject.header

  init(_ file: MappedFile, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  /// Reads an integer; `what` names it.
  mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ what: String
  ) throws(CheckpointError) -> T {
    let size = MemoryLayout<T>.size
    guard size <= remaining else { throw truncated(what, UInt64(size)) }
    defer { position += size }
    return file.load(type, at: position)
  }

  /// Steps over `count` bytes, however many the file announced; `what` names them.
  mutating func skip(_ count: UInt64, _ what: String) throws(CheckpointError) -> Range<Int> {
    guard count <= UInt64(remaining) else { throw truncated(what, count) }
    let start = position
    position += Int(count)
    return start..<position
  }

  /// Reads a length and steps over so many bytes.
  mutating func string(_ what: String) throws(CheckpointError) -> MappedBytes {
    let length = try read(UInt64.self, "the length of \(what)")
    return MappedBytes(file: file, range: try skip(length, what))
  }

  /// Steps over `count` strings. One loop without a view for each: vocabularies have hundreds of thousands.
  mutating func skipStrings(_ count: Int) throws(CheckpointError) {
    for _ in 0..<count {
      guard remaining >= 8 else { throw truncated("the length of a string of an array", 8) }
      let length = file.load(UInt64.self, at: position)
      position += 8
      guard length <= UInt64(remaining) else { throw truncated("a string of an array", length) }
      position += Int(length)
    }
  }

  /// An error about the thing being read.
  func failure(
    _ code: CheckpointError.Code, found: String, expected: String, advice: String = ""
  ) -> CheckpointError {
    CheckpointError(
      code, path: file.path, subject: subject.text, found: found, expected: expected,
      advice: advice)
  }

  private func truncated(_ what: String, _ needed: UInt64) -> CheckpointError {
    failure(
      .truncated, found: "\(remaining) bytes before the end of the file",
      expected: "\(needed) for \(what)",
      advice: "The file is cut short or damaged: copy or download it again.")
  }
}
