import Dispatch
import Foundation
import Glibc
import LFMCheckpoint
import Synchronization
import Testing

@testable import LFMModel

@Suite struct PreparationTests {
  /// No divisor of a piece.
  private static let padding = 200_064

  private static func prepare(
    _ checkpoint: Checkpoint, _ folder: TemporaryFolder, named: Bool = false
  ) -> Preparation {
    var preparation = Preparation(checkpoint, in: PreparedFolder(folder.path), threads: 2)
    preparation.packing = PlainPacking.make(padding: padding)
    preparation.usesNamedFiles = named
    return preparation
  }

  private static func open(
    _ checkpoint: Checkpoint, _ folder: TemporaryFolder, version: UInt32 = 77
  ) throws -> PreparedWeights.Found {
    try PreparedWeights.open(
      for: checkpoint, in: PreparedFolder(folder.path),
      packing: PlainPacking.make(version: version, padding: padding)
    )
  }

  @Test(arguments: PackedPlanTests.names, [false, true])
  func whatIsPreparedIsFound(_ name: String, named: Bool) throws {
    let folder = try TemporaryFolder()
    let checkpoint = try fixture(name)
    let steps = Mutex<[Preparation.Progress]>([])
    let outcome = try Self.prepare(checkpoint, folder, named: named).run(
      progress: { step in steps.withLock { $0.append(step) } })
    guard case .made(let path, let bytes) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(
      folder.names.sorted { $1 == "lock" && $0 != "lock" } == [
        path.split(separator: "/").last.map(String.init), "lock",
      ])
    #expect(steps.withLock(\.last) == .syncing)
    let done = steps.withLock { $0 }.compactMap { step -> Int? in
      if case .packing(let done, _) = step { done } else { nil }
    }
    #expect(done == done.sorted() && done.last == bytes - PackedPlan.hugePage)
    guard case .weights(let prepared) = try Self.open(checkpoint, folder) else {
      Issue.record("not found")
      return
    }
    #expect(prepared.home == .file(path) && prepared.mappedBytes == bytes)
    try expectAllPacked(prepared, checkpoint)
    #expect(prepared.populate())
    #expect(prepared.pages.residentBytes == bytes)
    #expect(try Self.prepare(checkpoint, folder).run() == .found(path: path, bytes: bytes))
  }

  @Test func forcedItIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try fixture("plain-q8_0")
    var preparation = Self.prepare(checkpoint, folder)
    guard case .made(let path, let bytes) = try preparation.run() else { return }
    let before = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    preparation.isForced = true
    #expect(try preparation.run() == .made(path: path, bytes: bytes))
    let after = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    #expect(before != after)
    #expect(folder.names.count == 2)
  }

  /// Every byte of the head counts, and so does the length; damaged, a file is made anew.
  @Test func damagedFilesAreAbsent() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try fixture("mixed-q4_0")
    let preparation = Self.prepare(checkpoint, folder)
    guard case .made(let path, let bytes) = try preparation.run() else { return }
    let whole = try Data(contentsOf: URL(filePath: path))
    let head = try #require(PreparedHead.length(ofHeadBeginning: Array(whole.prefix(112))))
    func expectAbsent(_ data: Data, _ what: String) throws {
      try FileManager.default.removeItem(atPath: path)
      try data.write(to: URL(filePath: path))
      unsafe chmod(path, 0o644)
      if case .weights = try Self.open(checkpoint, folder) { Issue.record("used: \(what)") }
    }
    for count in [0, 1, 8, 111, 112, head - 1, head, bytes - 1] {
      try expectAbsent(whole.prefix(count), "\(count) bytes")
    }
    try FileManager.default.removeItem(atPath: path)
    try whole.write(to: URL(filePath: path))
    unsafe chmod(path, 0o644)
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    for place in Array(0..<112) + Array(stride(from: 112, to: head, by: 29)) {
      try handle.seek(toOffset: UInt64(place))
      try handle.write(contentsOf: Data([whole[place] ^ UInt8(1 << (place % 8))]))
      if case .weights = try Self.open(checkpoint, folder) { Issue.record("used: byte \(place)") }
      try handle.seek(toOffset: UInt64(place))
      try handle.write(contentsOf: Data([whole[place]]))
    }
    try handle.close()
    guard case .weights = try Self.open(checkpoint, folder) else {
      Issue.record("undamaged, and not used")
      return
    }
    try expectAbsent(whole + Data([0]), "a byte more")
    #expect(try preparation.run() == .made(path: path, bytes: bytes))
    guard case .weights(let prepared) = try Self.open(checkpoint, folder) else {
      Issue.record("not made anew")
      return
    }
    try expectAllPacked(prepared, checkpoint)
  }

  @Test func whatOthersCanWriteIsNotTrusted() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try fixture("plain-q8_0")
    guard case .made(let path, _) = try Self.prepare(checkpoint, folder).run() else { return }
    unsafe chmod(path, 0o666)
    if case .weights = try Self.open(checkpoint, folder) { Issue.record("used") }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
    if case .weights = try Self.open(checkpoint, folder) { Issue.record("used") }
  }

  @Test func anotherLayoutIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try fixture("plain-q8_0")
    var preparation = Self.prepare(checkpoint, folder)
    guard case .made(let path, let bytes) = try preparation.run() else { return }
    guard case .nothing(let reason) = try Self.open(checkpoint, folder, version: 78) else {
      Issue.record("used")
      return
    }
    #expect(reason.contains("layout"))
    preparation.packing = PlainPacking.make(version: 78, padding: Self.padding)
    #expect(try preparation.run() == .made(path: path, bytes: bytes))
  }

  @Test func aChangedSourceIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/model.gguf"
    let original = Place.fixtures.appending(path: "plain-q8_0.gguf")
    try FileManager.default.copyItem(at: original, to: URL(filePath: source))
    let first = try Checkpoint(path: source)
    guard case .made(let path, let bytes) = try Self.prepare(first, folder).run() else { return }
    // Another time, the same bytes.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: source)
    let second = try Checkpoint(path: source)
    guard case .nothing = try Self.open(second, folder) else {
      Issue.record("used")
      return
    }
    #expect(try Self.prepare(second, folder).run() == .made(path: path, bytes: bytes))
    // Other weights at the same time: the end of the file is no metadata.
    var data = try Data(contentsOf: URL(filePath: source))
    for place in data.count / 2..<data.count { data[place] ^= 1 }
    try data.write(to: URL(filePath: source))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: source)
    let third = try Checkpoint(path: source)
    guard case .nothing = try Self.open(third, folder) else {
      Issue.record("used for other weights")
      return
    }
    #expect(try Self.prepare(third, folder).run() == .made(path: path, bytes: bytes))
    guard case .weights(let prepared) = try Self.open(third, folder) else { return }
    try expectAllPacked(prepared, third)
  }

  /// Whoever still has the old model mapped leaves the new one's file alone.
  @Test func anOvertakenPreparationRemovesNothing() throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/model.gguf"
    try FileManager.default.copyItem(
      at: Place.fixtures.appending(path: "plain-q8_0.gguf"), to: URL(filePath: source))
    let old = try Checkpoint(path: source)
    try FileManager.default.removeItem(atPath: source)
    try FileManager.default.copyItem(
      at: Place.fixtures.appending(path: "mixed-q4_0.gguf"), to: URL(filePath: source))
    let new = try Checkpoint(path: source)
    _ = try Self.prepare(new, folder).run()
    let error = #expect(throws: PreparationFailure.self) {
      _ = try Self.prepare(old, folder).run()
    }
    #expect(error?.kind == .sourceChanged)
    guard case .weights = try Self.open(new, folder) else {
      Issue.record("the new model's file is gone")
      return
    }
  }

  @Test func aSourceThatChangesMeanwhileMakesNothing() throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/model.gguf"
    try FileManager.default.copyItem(
      at: Place.fixtures.appending(path: "plain-q8_0.gguf"), to: URL(filePath: source))
    let checkpoint = try Checkpoint(path: source)
    let error = #expect(throws: PreparationFailure.self) {
      _ = try Self.prepare(checkpoint, folder).run(
        progress: { _ in
          var times = [timeval(tv_sec: 5, tv_usec: 0), timeval(tv_sec: 5, tv_usec: 0)]
          unsafe _ = utimes(source, &times)
        })
    }
    #expect(error?.kind == .sourceChanged)
    #expect(folder.names == ["lock", "model.gguf"])
  }

  @Test(arguments: [false, true])
  func cancelledNothingIsLeft(named: Bool) throws {
    let folder = try TemporaryFolder()
    let asked = Atomic(0)
    let error = #expect(throws: PreparationFailure.self) {
      _ = try Self.prepare(fixture("all-dense-q4_0"), folder, named: named).run(
        isCancelled: { asked.add(1, ordering: .relaxed).newValue > 1 })
    }
    #expect(error?.kind == .cancelled)
    #expect(folder.names == ["lock"])
  }

  @Test func nothingToPackIsSaid() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: PreparationFailure.self) {
      _ = try Self.prepare(fixture("odd-f32"), folder).run()
    }
    #expect(error?.kind == .nothingToPack && error?.description.contains("odd-f32") == true)
    #expect(folder.names.isEmpty)
  }

  /// Two at once: one works, the other waits and finds it done.
  @Test func twoAtOnceMakeOne() throws {
    let folder = try TemporaryFolder()
    let outcomes = Mutex<[Preparation.Outcome]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      guard let checkpoint = try? fixture("plain-q8_0"),
        let outcome = try? Self.prepare(checkpoint, folder).run()
      else { return }
      outcomes.withLock { $0.append(outcome) }
    }
    let all = outcomes.withLock { $0 }
    let made = all.filter { if case .made = $0 { true } else { false } }
    #expect(all.count == 4 && made.count == 1)
    #expect(folder.names.count == 2)
  }

  @Test func whoWaitsCanBeCancelled() throws {
    let folder = try TemporaryFolder()
    let held = try PreparedFolder(folder.path).lock()
    let waited = Atomic(0)
    let error = #expect(throws: PreparationFailure.self) {
      _ = try Self.prepare(fixture("plain-q8_0"), folder).run(
        progress: { if $0 == .waiting { waited.add(1, ordering: .relaxed) } },
        isCancelled: { waited.load(ordering: .relaxed) > 0 })
    }
    #expect(error?.kind == .cancelled)
    withExtendedLifetime(held) {}
    #expect(folder.names == ["lock"])
  }

  @Test func aFolderThatCannotBeIsSaid() throws {
    let folder = try TemporaryFolder()
    _ = FileManager.default.createFile(atPath: folder.path + "/file", contents: nil)
    let error = #expect(throws: PreparationFailure.self) {
      var preparation = Preparation(
        try fixture("plain-q8_0"), in: PreparedFolder(folder.path + "/file/below"), threads: 1)
      preparation.packing = PlainPacking.make()
      _ = try preparation.run()
    }
    #expect(error?.kind == .cannotWrite && error?.description.contains("/file/below") == true)
  }
}
