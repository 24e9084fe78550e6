import Foundation
import Glibc
import LFMCheckpoint
import Testing

@Suite struct MappedFileTests {
  @Test func mapsAndForgetsTheDescriptor() throws {
    let file = try TemporaryFile(GGUFWriter.small().bytes())
    do {
      let mapped = try MappedFile(path: file.path)
      #expect(mapped.count == GGUFWriter.small().bytes().count)
      #expect(mapped.identity.size == mapped.count)
      #expect(mapped.load(UInt32.self, at: 0) == 0x4655_4747)
      #expect(mapped.load(UInt32.self, at: 4) == 3)
      #expect(try withExtendedLifetime(mapped) { try maps().contains(file.path) })
      #expect(!openFiles().contains(file.path))
    }
    #expect(try !maps().contains(file.path))
  }

  @Test func identityChangesWithTheFile() throws {
    let file = try TemporaryFile([1, 2, 3])
    let before = try MappedFile(path: file.path).identity
    #expect(try MappedFile(path: file.path).identity == before)
    try Data([1, 2, 3, 4]).write(to: URL(filePath: file.path))
    #expect(try MappedFile(path: file.path).identity != before)
  }

  @Test func refusesWhatIsNoRegularFile() throws {
    let fifo = TemporaryFile.freshPath()
    let made = unsafe mkfifo(fifo, 0o600)
    #expect(made == 0)
    defer { unsafe unlink(fifo) }
    try expectRefusal(fifo, .unreadable, "found a FIFO, expected a regular file")
    try expectRefusal("/", .unreadable, "found a directory, expected a regular file")
    try expectRefusal("/dev/null", .unreadable, "found a device, expected a regular file")
  }

  @Test func refusesWhatIsNotThere() throws {
    try expectRefusal("/no/such/file.gguf", .unreadable, "/no/such/file.gguf: cannot be opened: ")
    try expectRefusal("", .unreadable, "is no path")
    try expectRefusal("/etc/hostname\0.gguf", .unreadable, "is no path")
    let empty = try TemporaryFile([])
    try expectRefusal(empty.path, .truncated, "found an empty file, expected a GGUF file")
  }

  private func expectRefusal(
    _ path: String, _ code: CheckpointError.Code, _ sentence: String
  ) throws {
    let error = try #require(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(error.code == code)
    #expect(error.description.contains(sentence), "\(error)")
  }

  private func maps() throws -> String {
    // Not by its size, which is 0.
    let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
    return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
  }

  private func openFiles() -> [String] {
    let directory = "/proc/self/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
    }
  }
}
