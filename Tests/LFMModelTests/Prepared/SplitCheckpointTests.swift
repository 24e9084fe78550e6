import Foundation
import LFMCheckpoint
import Testing

@testable import LFMModel

/// A model in several files: the same numbers, and prepared weights that are tied to all of them.
@Suite struct SplitCheckpointTests {
  static let options = Model.Options(threads: 2, maximumRows: 16, instructionSet: "exact")

  @Test func computesTheSame() throws {
    let whole = try fixture("plain-q8_0")
    let split = try SplitFixture(whole, count: 4)
    let tokens: [Int32] = [1, 5, 2, 9, 7]
    let (one, other) = (
      try Model(whole, options: Self.options), try Model(split.open(), options: Self.options)
    )
    let expected = try one.logits(one.freshSequence(), tokens)
    #expect(same(try other.logits(other.freshSequence(), tokens), expected))
    #expect(one.mappedBytes == other.mappedBytes)
  }

  @Test func isPreparedAndFoundAgain() throws {
    let split = try SplitFixture(try fixture("plain-q8_0"), count: 3)
    let folder = try TemporaryFolder()
    let checkpoint = try split.open()
    var preparation = Preparation(checkpoint, in: PreparedFolder(folder.path), threads: 2)
    preparation.packing = PlainPacking.make()
    guard case .made = try preparation.run() else {
      Issue.record("not made")
      return
    }
    guard
      case .weights(let prepared) = try PreparedWeights.open(
        for: split.open(), in: PreparedFolder(folder.path), packing: PlainPacking.make())
    else {
      Issue.record("not found")
      return
    }
    try expectAllPacked(prepared, checkpoint)
  }

  /// A change of any file, even one that only its time tells, is another source.
  @Test func aChangeOfAnyPartIsSeen() throws {
    let split = try SplitFixture(try fixture("plain-q8_0"), count: 3)
    let pin = SourcePin(try split.open())
    #expect(SourcePin(try split.open()) == pin)
    for index in 0..<3 {
      let path = split.path(index)
      let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
      let earlier = try #require(date).addingTimeInterval(-5)
      try FileManager.default.setAttributes([.modificationDate: earlier], ofItemAtPath: path)
      #expect(SourcePin(try split.open()) != pin, "part \(index)")
      try FileManager.default.setAttributes(
        [.modificationDate: try #require(date)], ofItemAtPath: path)
    }
  }

  @Test func aChangeWhileItIsPreparedIsRefused() throws {
    let split = try SplitFixture(try fixture("plain-q8_0"), count: 3)
    let checkpoint = try split.open()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: split.path(2))
    let folder = try TemporaryFolder()
    var preparation = Preparation(checkpoint, in: PreparedFolder(folder.path), threads: 1)
    preparation.packing = PlainPacking.make()
    let error = try #require(throws: PreparationFailure.self) { try preparation.run() }
    #expect(error.kind == .sourceChanged)
    #expect("\(error)".contains("m-00003-of-00003.gguf changed"))
  }
}
