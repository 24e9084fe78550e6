import Foundation
import Glibc
import Testing

@testable import LFMCheckpoint

/// Checkpoints in several files: read as one, and every way in which one of the files is not what it should be.
@Suite struct CheckpointSplitTests {
  @Test func partsReadAsOne() throws {
    let whole = try open(GGUFWriter.small().bytes())
    let split = try SplitFiles(.small(), tensors: [2, 1])
    let checkpoint = try Checkpoint(path: split.path(0))
    #expect(checkpoint.parts.map(\.path) == [split.path(0), split.path(1)])
    #expect(checkpoint.path == split.path(0))
    #expect(checkpoint.tensors.map(\.name) == whole.tensors.map(\.name))
    #expect(checkpoint.tensors.map(\.part) == [0, 0, 1])
    #expect(checkpoint.hasTensorData && checkpoint.parameterCount == whole.parameterCount)
    #expect(checkpoint.fileSize == checkpoint.parts.map(\.fileSize).reduce(0, +))
    for tensor in whole.tensors {
      let found = try checkpoint.tensor(named: tensor.name)
      #expect(try checkpoint.bytes(of: found).array == whole.bytes(of: tensor).array)
    }
    #expect(try checkpoint.architecture() == "lfm2moe")
  }

  /// Whichever part is named, the checkpoint is the same, and so is its path.
  @Test func anyPartWillDo() throws {
    let split = try SplitFiles(.small(), tensors: [1, 1, 1])
    for index in 0..<3 {
      let checkpoint = try Checkpoint(path: split.path(index))
      #expect(checkpoint.path == split.path(0))
      #expect(checkpoint.tensors.map(\.part) == [0, 1, 2])
    }
  }

  /// gguf-split --no-tensor-first-split; and a link of another name.
  @Test func firstWithoutTensors() throws {
    let split = try SplitFiles(.small(), tensors: [0, 3])
    #expect(try Checkpoint(path: split.path(0)).tensors.map(\.part) == [1, 1, 1])
    let link = split.folder + "/model.gguf"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: split.path(0))
    #expect(try Checkpoint(path: link).tensors.count == 3)
  }

  /// Keys of a split in a file that is whole: put together again, or never cut.
  @Test(arguments: [0, 1] as [UInt16]) func wholeFileWithKeys(count: UInt16) throws {
    var writer = GGUFWriter.small()
    writer.add("split.no", .uint16(0))
    writer.add("split.count", .uint16(count))
    #expect(try open(writer.bytes()).parts.count == 1)
  }

  @Test func aMissingPartIsNamed() throws {
    let split = try SplitFiles(.small(), tensors: [1, 1, 1])
    try FileManager.default.removeItem(atPath: split.path(1))
    for index in [0, 2] {
      let error = try #require(split.refusal(index))
      #expect(error.code == .unreadable && error.path == split.path(1))
      #expect(error.message.contains("No such file"))
      #expect(error.message.contains("part 2 of 3"))
    }
  }

  /// No part may be cut anywhere, not even where only its data are gone.
  @Test(arguments: [Checkpoint.Contents.tensorData, .metadata])
  func aTruncatedPartIsNamed(contents: Checkpoint.Contents) throws {
    let split = try SplitFiles(.small(), tensors: [2, 1])
    let size = try Checkpoint(path: split.path(0)).parts[1].fileSize
    for length in (1..<size).reversed() {
      let cut = unsafe truncate(split.path(1), length)
      #expect(cut == 0)
      let error = try #require(split.refusal(0, requiring: contents), "\(length)")
      #expect(error.code == .truncated && error.path == split.path(1), "\(error)")
    }
  }

  /// The data of all tensors may be absent, for who needs none.
  @Test func metadataOnly() throws {
    let split = try SplitFiles(.small(), tensors: [2, 1])
    let parts = try Checkpoint(path: split.path(0)).parts
    for part in parts { #expect(unsafe truncate(part.path, part.head.count) == 0) }
    #expect(try !Checkpoint(path: split.path(0), requiring: .metadata).hasTensorData)
    #expect(split.refusal(0)?.message.contains("2 tensors but none of their data") == true)
  }

  @Test func aRenamedPartIsRefused() throws {
    let split = try SplitFiles(.small(), tensors: [2, 1])
    let other = split.folder + "/other.gguf"
    try FileManager.default.moveItem(atPath: split.path(0), toPath: other)
    let error = try #require(throws: CheckpointError.self) { try Checkpoint(path: other) }
    #expect(error.code == .mismatch && error.path == other)
    #expect(error.message.contains("one that ends in -00001-of-00002.gguf"))
  }

  /// The names are right, but a file says that it is another part, or of another split, or none at all.
  @Test func aStrangerIsRefused() throws {
    let split = try SplitFiles(.small(), tensors: [1, 1, 1])
    let second = try Data(contentsOf: URL(filePath: split.path(1)))
    func expectRefusal(_ bytes: Data, _ code: CheckpointError.Code, _ words: String) throws {
      try bytes.write(to: URL(filePath: split.path(1)))
      let error = try #require(split.refusal(0))
      #expect(error.code == code && error.path == split.path(1), "\(error)")
      #expect(error.description.contains(words), "\(error)")
    }
    try expectRefusal(
      try Data(contentsOf: URL(filePath: split.path(2))), .mismatch,
      "found part 3 of 3, expected part 2 of 3")
    try expectRefusal(
      Data(GGUFWriter.small().bytes()), .mismatch, "no part of a split, expected part 2 of 3")
    try expectRefusal(
      SplitFiles.part(.small(), 1, of: 3, tensors: 2..<3, all: 9), .mismatch,
      "split.tensors.count: found 9, expected 3")
    try expectRefusal(
      SplitFiles.part(.small(), 1, of: 3, tensors: 0..<1, all: 3), .malformed,
      "tensor a.vector: found it here and in \(split.path(0))")
    var alien = GGUFWriter.small()
    alien.entries = []
    alien.add("general.architecture", .string("llama"))
    try expectRefusal(
      SplitFiles.part(alien, 1, of: 3, tensors: 1..<2, all: 3, keepsEntries: true), .mismatch,
      "found \"llama\", expected \"lfm2moe\"")
    try second.write(to: URL(filePath: split.path(1)))
    #expect(split.refusal(0) == nil)
  }

  @Test func everyTensorMustBeThere() throws {
    let split = try SplitFiles(.small(), tensors: [1, 1], all: 3)
    let error = try #require(split.refusal(0))
    #expect(error.code == .mismatch)
    #expect(error.message.contains("found 2 tensors in all 2 parts, expected 3"))
  }

  @Test func impossibleKeysAreRefused() throws {
    for (number, count) in [(2, 2), (9, 2)] as [(UInt16, UInt16)] {
      var writer = GGUFWriter.small()
      writer.add("split.no", .uint16(number))
      writer.add("split.count", .uint16(count))
      #expect(try #require(try refusal(writer.bytes())).code == .mismatch)
    }
    var writer = GGUFWriter.small()
    writer.add("split.count", .uint16(2))
    #expect(try #require(try refusal(writer.bytes())).subject == "key split.no")
  }

  @Test func names() {
    let name = SplitName(path: "/a/b-1-00002-of-00011.gguf")
    #expect(name == SplitName(stem: "/a/b-1", number: 2, count: 11))
    #expect(name?.path(ofPart: 10) == "/a/b-1-00011-of-00011.gguf")
    for path in ["", ".gguf", "a.gguf", "a-1-of-2.gguf", "a-00001-of-00002", "00001-of-00002.gguf"]
    {
      #expect(SplitName(path: path) == nil, "\(path)")
    }
  }
}

/// The files of a split checkpoint in a folder of their own, gone when the test lets go of it.
final class SplitFiles {
  let folder: String
  private let count: Int

  /// - Parameters:
  ///   - tensors: how many of the writer's tensors go into each file.
  ///   - all: written as the number of all tensors, where given.
  init(_ writer: GGUFWriter, tensors: [Int], all: Int? = nil) throws {
    folder = TemporaryFile.freshPath()
    count = tensors.count
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var start = 0
    for (index, number) in tensors.enumerated() {
      let bytes = Self.part(
        writer, index, of: count, tensors: start..<start + number,
        all: all ?? writer.tensors.count)
      try bytes.write(to: URL(filePath: path(index)))
      start += number
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ index: Int) -> String {
    func digits(_ number: Int) -> String { String(String(100_000 + number).dropFirst()) }
    return "\(folder)/model-\(digits(index + 1))-of-\(digits(count)).gguf"
  }

  func refusal(
    _ index: Int, requiring contents: Checkpoint.Contents = .tensorData
  ) -> CheckpointError? {
    do throws(CheckpointError) {
      _ = try Checkpoint(path: path(index), requiring: contents)
      return nil
    } catch {
      return error
    }
  }

  /// The bytes of one part: the first has all keys, the others only those of the split.
  static func part(
    _ writer: GGUFWriter, _ index: Int, of count: Int, tensors: Range<Int>, all: Int,
    keepsEntries: Bool = false
  ) -> Data {
    var part = writer
    if index > 0, !keepsEntries { part.entries = [] }
    part.add("split.no", .uint16(UInt16(index)))
    part.add("split.count", .uint16(UInt16(count)))
    part.add("split.tensors.count", .int32(Int32(all)))
    part.tensors = Array(writer.tensors[tensors])
    return Data(part.bytes())
  }
}
