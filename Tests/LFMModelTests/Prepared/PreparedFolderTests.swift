import Foundation
import Glibc
import LFMCheckpoint
import Testing

@testable import LFMModel

@Suite struct PreparedFolderTests {
  @Test func theStandardPlace() {
    func path(_ environment: [String: String], user: uid_t = 1000) -> String {
      PreparedFolder.standard(environment: environment, user: user, home: "/home/a").path
    }
    #expect(path([:]) == "/home/a/.cache/lfmd")
    #expect(path([:], user: 0) == "/var/cache/lfmd")
    #expect(path(["XDG_CACHE_HOME": "/x"]) == "/x/lfmd")
    #expect(path(["XDG_CACHE_HOME": "relative"]) == "/home/a/.cache/lfmd")
    #expect(path(["XDG_CACHE_HOME": "/x", "CACHE_DIRECTORY": "/c"], user: 0) == "/c")
    #expect(path(["CACHE_DIRECTORY": "/c:/d"]) == "/c")
    #expect(path(["CACHE_DIRECTORY": "", "XDG_CACHE_HOME": ""]) == "/home/a/.cache/lfmd")
  }

  @Test func namesAreByPathAndHarmless() {
    let folder = PreparedFolder("/c")
    let names = [
      "/a/model.gguf", "/b/model.gguf", "/a/.hidden.gguf", "/a/mödel \n.gguf", "/a/" + "x/" + "",
      "/a/" + String(repeating: "n", count: 250) + ".gguf",
    ].map(folder.fileName)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.hasSuffix(".lfmweights") && !name.hasPrefix(".") && name.utf8.count < 200)
      #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
    }
    #expect(names[0].hasPrefix("model-"))
  }

  @Test func pruningRemovesWhatNobodyCanUse() throws {
    let folder = try TemporaryFolder()
    let place = PreparedFolder(folder.path + "/cache")
    let sources = ["kept", "gone", "changed", "older"].map { folder.path + "/\($0).gguf" }
    for source in sources {
      try FileManager.default.copyItem(
        at: Place.fixtures.appending(path: "plain-q8_0.gguf"), to: URL(filePath: source))
      var preparation = Preparation(try Checkpoint(path: source), in: place, threads: 2)
      preparation.packing = PlainPacking.make(version: source.contains("older") ? 1 : 77)
      _ = try preparation.run()
    }
    try FileManager.default.removeItem(atPath: sources[1])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: sources[2])
    for name in [".77-1-model.lfmweights.part", "bad-0123.lfmweights", "other.txt", ".x.part"] {
      try Data(repeating: 1, count: 5000).write(to: URL(filePath: place.path + "/" + name))
    }
    let pruned = try place.prune(packedVersion: 77)
    let reasons = pruned.entries.map { entry in
      let name = entry.path.split(separator: "/").last.map(String.init) ?? ""
      return "\(name.prefix { $0 != "-" }) \(entry.reason.split(separator: " ").last ?? "")"
    }
    #expect(
      reasons.sorted() == [
        ".77 unfinished", "bad version", "changed changed", "gone gone", "older layout",
      ])
    #expect(pruned.bytes > 3 * 2 << 20)
    let left = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
    #expect(left.count == 4 && left[0] == ".x.part" && left[2] == "lock" && left[3] == "other.txt")
    #expect(left[1].hasPrefix("kept-"))
    #expect(try place.prune(packedVersion: 77).entries.isEmpty)
    #expect(try PreparedFolder(folder.path + "/none").prune() == PreparedFolder.Pruned())
  }

  @Test func theNextPreparationClearsAway() throws {
    let folder = try TemporaryFolder()
    let left = folder.path + "/.4711-1-x.lfmweights.part"
    try Data(repeating: 1, count: 5000).write(to: URL(filePath: left))
    var preparation = Preparation(
      try fixture("plain-q8_0"), in: PreparedFolder(folder.path), threads: 1)
    preparation.packing = PlainPacking.make()
    _ = try preparation.run()
    #expect(!FileManager.default.fileExists(atPath: left))
  }

  @Test func smapsAreRead() {
    let text = """
      7f0000000000-7f0000200000 r--s 00000000 fe:00 1   /cache/x.lfmweights
      Size:               2048 kB
      Rss:                2048 kB
      FilePmdMapped:      1024 kB
      VmFlags: rd sh mr
      7f0000200000-7f0000400000 rw-p 00000000 00:00 0
      Rss:                1000 kB
      AnonHugePages:         0 kB
      7f0000400000-7f0000600000 rw-p 00000000 00:00 0
      Rss:                 512 kB

      """
    let pages = PageKinds(smaps: text, from: 0x7f00_0000_0000, bytes: 4 << 20)
    #expect(pages.residentBytes == 3048 << 10 && pages.hugeBytes == 1024 << 10)
    #expect(pages.text == "33 % huge")
    #expect(PageKinds(smaps: text, from: 0x7f00_0040_0000, bytes: 2 << 20).text == "4 KiB")
    #expect(PageKinds(smaps: text, from: 0x1000, bytes: 4096).text == "not touched yet")
    #expect(PageKinds(smaps: "garbage\n\n:\n1-\n", from: 0, bytes: 1).residentBytes == 0)
  }
}
