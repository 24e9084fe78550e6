import Foundation
import LFMCheckpoint

/// A fixture cut into several files, as gguf-split does it, in a folder of its own.
final class SplitFixture {
  let folder: TemporaryFolder
  private let count: Int

  /// - Parameter count: how many files; the first has no tensors.
  init(_ whole: Checkpoint, count: Int) throws {
    folder = try TemporaryFolder()
    self.count = count
    let head = whole.parts[0].head.array
    let metadata = head[24..<Self.tableStart(head, whole)]
    for index in 0..<count {
      let numbers = 0..<whole.tensors.count
      let tensors = whole.tensors[
        index == 0
          ? 0..<0
          : numbers.count * (index - 1) / (count - 1)..<numbers.count * index / (count - 1)]
      var file = Array("GGUF".utf8) + Self.bytes(UInt32(3)) + Self.bytes(UInt64(tensors.count))
      let entries = index == 0 ? whole.metadata.entries.count : 0
      file += Self.bytes(UInt64(entries + 3))
      if index == 0 { file += metadata }
      let keys = [("no", index), ("count", count), ("tensors.count", whole.tensors.count)]
      for (key, value) in keys {
        file += Self.string("split." + key) + Self.bytes(UInt32(4)) + Self.bytes(UInt32(value))
      }
      var offset = 0
      for tensor in tensors {
        file += Self.string(tensor.name) + Self.bytes(UInt32(tensor.shape.count))
        for length in tensor.shape { file += Self.bytes(UInt64(length)) }
        file += Self.bytes(tensor.type.rawValue) + Self.bytes(UInt64(offset))
        offset += (tensor.byteRange.count + 31) / 32 * 32
      }
      Self.pad(&file)
      for tensor in tensors {
        file += try whole.bytes(of: tensor).array
        Self.pad(&file)
      }
      try Data(file).write(to: URL(filePath: path(index)))
    }
  }

  func path(_ index: Int) -> String { "\(folder.path)/m-0000\(index + 1)-of-0000\(count).gguf" }

  func open() throws -> Checkpoint { try Checkpoint(path: path(0)) }

  /// Where the tensor table begins: where the first tensor's name stands as its line has it.
  private static func tableStart(_ head: [UInt8], _ whole: Checkpoint) -> Int {
    let line = string(whole.tensors[0].name) + bytes(UInt32(whole.tensors[0].shape.count))
    return (24..<head.count - line.count).first { head[$0..<$0 + line.count] == line[...] } ?? 24
  }

  private static func pad(_ file: inout [UInt8]) {
    while file.count % 32 != 0 { file.append(0) }
  }

  private static func string(_ text: String) -> [UInt8] {
    bytes(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
