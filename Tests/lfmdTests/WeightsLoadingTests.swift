import Foundation
import LFMCheckpoint
import LFMGeneration
import LFMModel
import Synchronization
import Testing

@testable import lfmd

/// Which weights are chosen, with the demo model taken for a large one.
@Suite struct WeightsLoadingTests {
  private let path = "/tmp/lfm-cache-\(UUID().uuidString.prefix(8))"

  private func choose(
    _ policy: PreparePolicy, folder: String? = nil, instructionSet: String = "fast",
    progress: @Sendable (Preparation.Progress) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool = { false }
  ) throws -> ChosenWeights {
    var loading = WeightsLoading(
      policy: policy, folder: PreparedFolder(folder ?? path), threads: 2)
    loading.smallest = 0
    return try loading.choose(
      for: Checkpoint(path: Built.model), instructionSet: instructionSet, progress: progress,
      isCancelled: isCancelled)
  }

  @Test func autoMakesAndExistingFinds() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let none = try choose(.existing)
    #expect(none.prepared == nil && none.isWarning && none.reason.contains("lfmctl prepare"))
    #expect(none.description.layout == "as in the model file")
    let steps = Mutex<[String]>([])
    let made = try choose(.auto, progress: { step in steps.withLock { $0.append(step.text) } })
    #expect(made.description.preparedPath?.hasPrefix(path) == true)
    #expect(steps.withLock { $0.contains("100 %") && $0.last == "(waiting for the disk)" })
    #expect(try choose(.existing).description.preparedPath == made.description.preparedPath)
    #expect(try choose(.off).prepared == nil)
    #expect(try choose(.auto, instructionSet: "exact").reason == "computed exactly")
  }

  @Test func withoutAFolderItIsServedAsItIs() throws {
    let chosen = try choose(.auto, folder: "/proc/none")
    #expect(chosen.prepared == nil && chosen.isWarning)
    #expect(chosen.reason.contains("/proc/none"), "\(chosen.reason)")
  }

  @Test func cancelledTheStartEnds() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: StartFailure.self) { try choose(.auto, isCancelled: { true }) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["lock"])
  }

  @Test func theSettingReadsItsWords() throws {
    for (text, policy) in [
      ("auto", PreparePolicy.auto), ("existing", .existing), ("off", .off), ("false", .off),
      ("no", .off),
    ] {
      var configuration = Configuration()
      try ConfigurationKey.prepare.apply(text, to: &configuration)
      #expect(configuration.prepare == policy)
    }
    var configuration = Configuration()
    #expect(throws: ConfigurationProblem.self) {
      try ConfigurationKey.prepare.apply("yes", to: &configuration)
    }
  }

  @Test func progressIsToldWhenItIsNew() {
    let told = Mutex<[String]>([])
    let report = PreparationReport { text in
      told.withLock { $0.append(text) }
    }
    for done in 0..<1000 { report.take(.packing(done: done, total: 500)) }
    report.take(.syncing)
    #expect(told.withLock { $0.count } == 201)
    #expect(told.withLock { $0.last } == "(waiting for the disk)")
    #expect(!report.isCancelled)
    report.cancel()
    #expect(report.isCancelled)
  }

  @Test func theBarSaysHowLong() {
    let text = PreparationProgress.bar(2_000_000_000, of: 5_000_000_000, seconds: 2)
    #expect(
      text
        == "preparing [#########---------------]  40 %  2.00 GB of 5.00 GB  1.00 GB/s  3 s left")
    #expect(PreparationProgress.bar(0, of: 0, seconds: 0).contains("  0 %"))
  }
}
