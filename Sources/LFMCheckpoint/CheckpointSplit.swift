/// Finds and checks the files of a split checkpoint: `STEM-00001-of-00003.gguf` and so on, in one folder, as llama.cpp's
/// gguf-split and gguf-py write them. The first holds the metadata, and perhaps no tensors; the others hold tensors and
/// three keys that say what they are.
enum CheckpointSplit {
  /// What a file says of its place in a split.
  struct Keys: Hashable, Sendable {
    /// From 0.
    var number: Int
    /// At least 2.
    var count: Int
    /// Tensors of all parts together, where the file says so.
    var tensors: Int?

    static let numberKey = "split.no"
    static let countKey = "split.count"
    static let tensorsKey = "split.tensors.count"

    /// - Returns: nil for a file that is whole; a file put together again counts 0 or 1.
    init?(_ metadata: Metadata) throws(CheckpointError) {
      guard metadata.contains(Keys.countKey) else { return nil }
      // Both are written in 16 bits.
      count = try metadata.integer(Keys.countKey, in: 0...Int(UInt16.max))
      guard count > 1 else { return nil }
      number = try metadata.integer(Keys.numberKey, in: 0...(count - 1))
      if metadata.contains(Keys.tensorsKey) {
        tensors = try metadata.integer(Keys.tensorsKey, in: 0...Int(Int32.max))
      }
    }
  }

  /// All parts of the checkpoint to which a file belongs, the first one first. For a file that is whole: that one.
  ///
  /// - Throws: ``CheckpointError`` that names the file at fault.
  static func parts(at path: String) throws(CheckpointError) -> [CheckpointPart] {
    let given = try CheckpointPart(path: path)
    guard let keys = try Keys(given.contents.metadata) else { return [given] }
    let name = try name(of: given, keys)
    var parts: [CheckpointPart] = []
    for index in 0..<keys.count {
      let part = index == keys.number ? given : try open(name, index, from: given)
      try check(part, index, against: parts.first ?? given, keys)
      parts.append(part)
    }
    try checkTensorCount(parts, keys)
    return parts
  }

  /// The name by which the others are found: that of the path or, where it is a link, of what that leads to.
  private static func name(
    of part: CheckpointPart, _ keys: Keys
  ) throws(CheckpointError) -> SplitName {
    for path in [part.path, MappedFile.resolved(part.path)] {
      if let path, let name = SplitName(path: path), name.count == keys.count,
        name.number == keys.number + 1
      {
        return name
      }
    }
    let ending = SplitName(stem: "", number: keys.number + 1, count: keys.count)
    throw part.failure(
      .mismatch, "", found: "part \(keys.number + 1) of \(keys.count) under this name",
      expected: "one that ends in \(ending.path(ofPart: keys.number))",
      advice: "Give all parts the names that they were made with, in one folder.")
  }

  private static func open(
    _ name: SplitName, _ index: Int, from given: CheckpointPart
  ) throws(CheckpointError) -> CheckpointPart {
    do {
      return try CheckpointPart(path: name.path(ofPart: index))
    } catch  where error.code == .unreadable {
      throw CheckpointError(
        .unreadable, path: error.path,
        message:
          "\(error.message). It is part \(index + 1) of \(name.count) of the checkpoint that "
          + "\(CheckpointError.printable(given.path, limit: 4096)) belongs to; all parts must lie in one folder."
      )
    }
  }

  /// Whether a file is what its place asks for.
  private static func check(
    _ part: CheckpointPart, _ index: Int, against first: CheckpointPart, _ keys: Keys
  ) throws(CheckpointError) {
    let metadata = part.contents.metadata
    guard let found = try Keys(metadata) else {
      throw part.failure(
        .mismatch, "key \(Keys.countKey)",
        found: "a file that is no part of a split", expected: "part \(index + 1) of \(keys.count)")
    }
    guard found.number == index, found.count == keys.count else {
      throw part.failure(
        .mismatch, "key \(Keys.numberKey)",
        found: "part \(found.number + 1) of \(found.count)",
        expected: "part \(index + 1) of \(keys.count), as it is named")
    }
    let key = "general.architecture"
    if index > 0, metadata.contains(key), first.contents.metadata.contains(key) {
      let (own, other) = (
        try metadata.string(key), try first.contents.metadata.string(key)
      )
      guard own == other else {
        throw stranger(
          part, "key \(key)", found: "\"\(CheckpointError.printable(own))\"",
          expected: "\"\(CheckpointError.printable(other))\", as in the first part")
      }
    }
    if let own = found.tensors, let all = keys.tensors, own != all {
      throw stranger(
        part, "key \(Keys.tensorsKey)", found: "\(own)", expected: "\(all), as in the other parts")
    }
  }

  private static func checkTensorCount(
    _ parts: [CheckpointPart], _ keys: Keys
  ) throws(CheckpointError) {
    let found = parts.reduce(0) { $0 + $1.tensorCount }
    guard let expected = keys.tensors, expected != found, let first = parts.first else { return }
    throw stranger(
      first, "key \(Keys.tensorsKey)", found: "\(found) tensors in all \(parts.count) parts",
      expected: "\(expected)")
  }

  private static func stranger(
    _ part: CheckpointPart, _ subject: String, found: String, expected: String
  ) -> CheckpointError {
    part.failure(
      .mismatch, subject, found: found, expected: expected,
      advice: "One of the parts belongs to another checkpoint: copy or download them again.")
  }
}

/// The path of one part of a split checkpoint: `STEM-00002-of-00003.gguf`.
struct SplitName: Hashable, Sendable {
  /// The path up to the last hyphen before the numbers.
  var stem: String
  /// From 1, as it is written.
  var number: Int
  var count: Int

  init(stem: String, number: Int, count: Int) {
    (self.stem, self.number, self.count) = (stem, number, count)
  }

  /// - Returns: nil for a path of another form.
  init?(path: String) {
    var rest = path[...]
    guard SplitName.drop(".gguf", from: &rest), let count = SplitName.dropNumber(from: &rest),
      SplitName.drop("-of-", from: &rest), let number = SplitName.dropNumber(from: &rest),
      SplitName.drop("-", from: &rest)
    else { return nil }
    self.init(stem: String(rest), number: number, count: count)
  }

  /// - Parameter index: from 0.
  func path(ofPart index: Int) -> String {
    "\(stem)-\(SplitName.digits(index + 1))-of-\(SplitName.digits(count)).gguf"
  }

  private static let width = 5

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func drop(_ ending: String, from text: inout Substring) -> Bool {
    guard text.hasSuffix(ending) else { return false }
    text.removeLast(ending.count)
    return true
  }

  private static func dropNumber(from text: inout Substring) -> Int? {
    let end = text.suffix(width)
    guard end.count == width, end.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    text.removeLast(width)
    return Int(end)
  }
}
