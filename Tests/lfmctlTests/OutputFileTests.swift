import Foundation
import Testing

@testable import lfmctl

@Suite struct OutputFileTests {
  @Test func aFileAppearsWhenItIsWholeAndOnlyThen() throws {
    let folder = try TemporaryFolder()
    do {
      let file = try OutputFile(folder.path("a"))
      try file.write(Array("half".utf8))
      #expect(folder.names.count == 1 && !folder.names.contains("a"))
    }
    #expect(folder.names.isEmpty)
    let file = try OutputFile(folder.path("a"))
    try file.write(Array("whole".utf8))
    try file.commit()
    #expect(folder.names == ["a"])
    #expect(try folder.text("a") == "whole")
  }

  @Test func anExistingFileKeepsItsModeAndUntilTheEndItsContents() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "a")
    #expect(unsafe chmod(folder.path("a"), 0o640) == 0)
    let file = try OutputFile(folder.path("a"))
    try file.write(Array("new".utf8))
    #expect(try folder.text("a") == "old")
    try file.commit()
    #expect(try folder.text("a") == "new")
    #expect(try folder.mode("a") == 0o640)
  }

  @Test func aSymbolicLinkStaysOne() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "real")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "real")
    let file = try OutputFile(folder.path("link"))
    try file.write(Array("new".utf8))
    try file.commit()
    #expect(try folder.text("real") == "new")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "real")
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    let file = try OutputFile("/dev/null")
    try file.write([1, 2, 3])
    try file.commit()
    let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
    #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test func aFIFOIsWrittenToAndNotReplaced() throws {
    let folder = try TemporaryFolder()
    #expect(unsafe mkfifo(folder.path("f"), 0o600) == 0)
    let reader = unsafe open(folder.path("f"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try OutputFile(folder.path("f"))
    try file.write(Array("through".utf8))
    try file.commit()
    #expect(
      String(decoding: try Input.readAll(from: reader, name: "f"), as: UTF8.self) == "through")
    #expect(folder.names == ["f"])
  }

  @Test func whatCannotBeMadeIsRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("no/file"), folder.path(""), "", "/"] {
      let failure = #expect(throws: Failure.self) { try OutputFile(path) }
      #expect(failure?.status == .cannotCreate, "\(path)")
    }
    #expect(folder.names.isEmpty)
  }

  @Test func theLongestNameIsNotTooLong() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    let file = try OutputFile(folder.path(name))
    try file.commit()
    #expect(folder.names == [name])
  }
}
