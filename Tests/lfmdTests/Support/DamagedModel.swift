import Foundation
import LFMCheckpoint
import Testing

/// A copy of the demo model in a folder of its own, to be spoilt.
final class DamagedModel {
  let folder: URL
  let path: String

  init() throws {
    folder = URL(filePath: "/tmp/lfm-model-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: "copy.gguf").path
    try FileManager.default.copyItem(atPath: Built.model, toPath: path)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Overwrites the values of a tensor of 32-bit floats.
  func fill(_ name: String, with value: Float) throws {
    let checkpoint = try Checkpoint(path: path)
    let tensor = try checkpoint.tensor(named: name)
    let bits = value.bitPattern
    let bytes = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
    try overwrite(
      at: UInt64(tensor.byteRange.lowerBound),
      with: Data((0..<tensor.elementCount).flatMap { _ in bytes }))
  }

  /// Gives the model another name of the same length.
  func rename() throws {
    let whole = try Data(contentsOf: URL(filePath: path))
    let place = try #require(whole.range(of: Data("lfmd-demo".utf8)))
    try overwrite(at: UInt64(place.lowerBound), with: Data("lfmd-demX".utf8))
  }

  private func overwrite(at offset: UInt64, with data: Data) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seek(toOffset: offset)
    try file.write(contentsOf: data)
    try file.close()
  }

  /// Takes the file's end away, tensors and all.
  func cut(to length: UInt64 = 4096) throws { try Self.cut(path, to: length) }

  static func cut(_ path: String, to length: UInt64 = 4096) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: length)
    try file.close()
  }
}
