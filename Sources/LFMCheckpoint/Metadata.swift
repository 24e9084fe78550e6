/// The metadata of a checkpoint: keys and values in the file's order, with getters that check type and range and whose
/// errors name the key, what was found and what was expected. Does not know what any key means.
package struct Metadata: Sendable {
  package struct Entry: Sendable {
    package let key: String
    package let value: MetadataValue
  }

  /// All entries, in the file's order.
  package let entries: [Entry]
  private let path: String
  /// By the key's bytes: `String` would take composed and decomposed letters for the same key.
  private let indices: [[UInt8]: Int]

  init(path: String, entries: [Entry], indices: [[UInt8]: Int]) {
    self.path = path
    self.entries = entries
    self.indices = indices
  }

  /// The value of a key, or nil if the file has none.
  package subscript(key: String) -> MetadataValue? {
    indices[Array(key.utf8)].map { entries[$0].value }
  }

  package func contains(_ key: String) -> Bool {
    indices[Array(key.utf8)] != nil
  }

  /// An integer of any width, in `range`.
  package func integer(
    _ key: String, in range: ClosedRange<Int> = 0...Int.max
  ) throws(CheckpointError) -> Int {
    let value = try value(key)
    guard value.integer != nil || value.type == .uint64 else {
      throw mismatch(key, value, expected: "an integer")
    }
    guard let integer = value.integer, range.contains(integer) else {
      throw mismatch(key, value, expected: "a number \(Metadata.describe(range))")
    }
    return integer
  }

  /// A finite floating-point number of either width.
  package func float(_ key: String) throws(CheckpointError) -> Double {
    let value = try value(key)
    guard let float = value.float, float.isFinite else {
      throw mismatch(key, value, expected: "a finite float32 or float64")
    }
    return float
  }

  /// A Boolean.
  package func bool(_ key: String) throws(CheckpointError) -> Bool {
    let value = try value(key)
    guard case .bool(let bool) = value else { throw mismatch(key, value, expected: "a bool") }
    return bool
  }

  /// A string's bytes, whether they are UTF-8 or not.
  package func bytes(_ key: String) throws(CheckpointError) -> MappedBytes {
    let value = try value(key)
    guard case .string(let bytes) = value else {
      throw mismatch(key, value, expected: "a string")
    }
    return bytes
  }

  /// A string, which must be UTF-8.
  package func string(_ key: String) throws(CheckpointError) -> String {
    guard let string = try bytes(key).string else {
      throw CheckpointError(
        .mismatch, path: path, subject: "key \(CheckpointError.printable(key))",
        found: "bytes that are not UTF-8", expected: "text")
    }
    return string
  }

  /// An array of strings, as views of their bytes. Takes one pass over the lengths: keep the result.
  package func strings(_ key: String) throws(CheckpointError) -> StringArray {
    let value = try value(key)
    guard case .array(let array) = value, let strings = array.strings else {
      throw mismatch(key, value, expected: "an array of string")
    }
    return strings
  }

  /// An array of integers of any width, each in `range`. Where `count` is given, the array must have so many elements,
  /// and a single integer in the place of an array stands for all of them, as llama.cpp reads per-layer keys.
  package func integers(
    _ key: String, count: Int? = nil, in range: ClosedRange<Int> = 0...Int.max
  ) throws(CheckpointError) -> [Int] {
    let value = try value(key)
    guard case .array(let array) = value else {
      guard let count, value.integer != nil else {
        throw mismatch(key, value, expected: "an array of integers")
      }
      return Array(repeating: try integer(key, in: range), count: count)
    }
    if let count, array.count != count {
      throw mismatch(key, value, expected: "\(count) integers")
    }
    guard let integers = array.integers else {
      throw mismatch(key, value, expected: "an array of integers")
    }
    if let index = integers.firstIndex(where: { !range.contains($0) }) {
      throw CheckpointError(
        .mismatch, path: path, subject: "key \(CheckpointError.printable(key))",
        found: "\(integers[index]) at index \(index)",
        expected: "numbers \(Metadata.describe(range))")
    }
    return integers
  }

  /// An array of floating-point numbers of either width, finite or not.
  package func floats(_ key: String) throws(CheckpointError) -> [Double] {
    let value = try value(key)
    guard case .array(let array) = value, let floats = array.floats else {
      throw mismatch(key, value, expected: "an array of float32 or float64")
    }
    return floats
  }

  private func value(_ key: String) throws(CheckpointError) -> MetadataValue {
    guard let value = self[key] else {
      throw CheckpointError(
        .missing, path: path, subject: "key \(CheckpointError.printable(key))",
        message: "is not in the file, but is needed.")
    }
    return value
  }

  private func mismatch(
    _ key: String, _ value: MetadataValue, expected: String
  ) -> CheckpointError {
    CheckpointError(
      .mismatch, path: path, subject: "key \(CheckpointError.printable(key))",
      found: value.summary, expected: expected)
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound == Int.max
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
