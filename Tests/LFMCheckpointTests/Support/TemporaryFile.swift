import Foundation
import LFMCheckpoint

/// A file of a test's own, gone when the test lets go of it.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    path = TemporaryFile.freshPath()
    try Data(bytes).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  static func freshPath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "checkpoint-\(UUID().uuidString)").path
  }
}

/// Opens bytes as a checkpoint. The file is unlinked at once; the mapping stays.
func open(
  _ bytes: [UInt8], requiring contents: Checkpoint.Contents = .tensorData
) throws -> Checkpoint {
  let file = try TemporaryFile(bytes)
  return try Checkpoint(path: file.path, requiring: contents)
}

/// The error with which bytes are refused, or nil where they are read.
func refusal(
  _ bytes: [UInt8], requiring contents: Checkpoint.Contents = .tensorData
) throws -> CheckpointError? {
  do {
    _ = try open(bytes, requiring: contents)
    return nil
  } catch let error as CheckpointError {
    return error
  }
}

extension GGUFWriter {
  /// A small good file: every metadata type, and three tensors of which one is a matrix of blocks.
  static func small() -> GGUFWriter {
    var writer = GGUFWriter()
    writer.add("general.architecture", .string("lfm2moe"))
    writer.add("a.uint8", .uint8(200))
    writer.add("a.int8", .int8(-100))
    writer.add("a.uint16", .uint16(50_000))
    writer.add("a.int16", .int16(-30_000))
    writer.add("a.uint32", .uint32(4_000_000_000))
    writer.add("a.int32", .int32(-2_000_000_000))
    writer.add("a.float32", .float32(0.2))
    writer.add("a.bool", .bool(true))
    writer.add("a.uint64", .uint64(.max))
    writer.add("a.int64", .int64(.min))
    writer.add("a.float64", .float64(-1.5e300))
    writer.add("an.array", .array(5, [.int32(8), .int32(0), .int32(8)]))
    writer.add("a.vocabulary", .array(8, [.string("a"), .string(""), .string("né")]))
    writer.add("a.nest", .array(9, [.array(0, [.uint8(1)]), .array(8, [.string("x")])]))
    writer.tensors = [
      Tensor("a.vector", [3], data: [UInt8](repeating: 1, count: 12)),
      Tensor("a.matrix", [32, 2], type: 8, data: (0..<68).map { UInt8($0) }),
      Tensor("a.scalar", [], data: [0, 0, 128, 63]),
    ]
    return writer
  }
}
