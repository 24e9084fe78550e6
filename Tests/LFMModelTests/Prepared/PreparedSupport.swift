import Foundation
import Glibc
import LFMCheckpoint
import Testing

@testable import LFMModel

/// A packing that the test can undo: the rows one behind the other, the group filled up to a multiple of 64 bytes.
enum PlainPacking {
  static let packed: Set<Int32> = [2, 8, 12, 13, 14]

  static func rowBytes(_ type: Int32, _ columns: Int) -> Int {
    TensorType(rawValue: UInt32(type))?.byteCount(ofElements: columns) ?? 0
  }

  /// - Parameter padding: zeros behind each group, so that small fixtures make many pieces, and groups lie across them.
  static func make(
    version: UInt32 = 77, types: Set<Int32> = packed, padding: Int = 0
  ) -> GroupPacking {
    unsafe GroupPacking(
      version: version,
      groupBytes: { type, columns in
        guard types.contains(type) else { return 0 }
        return PackedPlan.roundUp(16 * rowBytes(type, columns), 64) + padding
      },
      pack: { type, rows, rowBytes, rowCount, columns, out in
        let bytes =
          PackedPlan.roundUp(16 * PlainPacking.rowBytes(type, columns), 64) + padding
        unsafe memset(out, 0, bytes)
        unsafe memcpy(out, rows, rowBytes * rowCount)
      })
  }

  /// The rows of a packed matrix as the checkpoint has them, zero rows at the end included.
  static func unpack(_ matrix: PackedMatrix) -> [UInt8] {
    let length = 16 * rowBytes(matrix.type, matrix.columns)
    var bytes: [UInt8] = []
    for group in 0..<matrix.groups {
      let start = unsafe matrix.base + group * matrix.groupStride
      unsafe bytes += UnsafeBufferPointer(start: start, count: length)
    }
    return bytes
  }
}

/// A fixture of `Tests/LFMModelTests/Fixtures`.
func fixture(_ name: String) throws -> Checkpoint {
  try Checkpoint(path: Place.fixtures.appending(path: name + ".gguf").path)
}

/// A folder that is removed when this goes.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "lfm-prepared-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// Every packed matrix holds the bytes of its tensor, row for row, and the last group zeros behind them.
func expectAllPacked(_ prepared: PreparedWeights, _ checkpoint: Checkpoint) throws {
  let hyperparameters = try Hyperparameters(checkpoint)
  var found = 0
  for tensor in checkpoint.tensors where PlainPacking.packed.contains(Int32(tensor.type.rawValue)) {
    let bytes = try checkpoint.bytes(of: tensor).array
    if let matrix = prepared.matrix(tensor.name) {
      found += 1
      #expect(matrix.rows == tensor.rowCount && matrix.columns == tensor.rowLength)
      expectSame(matrix, bytes[...], tensor.name)
    } else if tensor.name.contains("_exps") {
      found += 1
      let layer = try #require(Int(tensor.name.split(separator: ".")[1]))
      let one = bytes.count / hyperparameters.experts
      for index in 0..<hyperparameters.experts {
        let expert = try #require(prepared.expert(layer: layer, index))
        let matrix =
          tensor.name.contains("gate")
          ? expert.gate : tensor.name.contains("up") ? expert.up : expert.down
        expectSame(matrix, bytes[index * one..<(index + 1) * one], "\(tensor.name) \(index)")
      }
    }
  }
  #expect(found > 0)
}

private func expectSame(_ matrix: PackedMatrix, _ bytes: ArraySlice<UInt8>, _ name: String) {
  let unpacked = PlainPacking.unpack(matrix)
  #expect(unpacked.prefix(bytes.count) == bytes, "\(name)")
  #expect(unpacked.dropFirst(bytes.count).allSatisfy { $0 == 0 }, "\(name): behind the rows")
  let place = unsafe Int(bitPattern: matrix.base)
  #expect(place % 64 == 0, "\(name)")
}
