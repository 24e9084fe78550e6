import Foundation
import LFMCheckpoint
import Testing

@testable import lfmd

/// The generation before `READY=1`, and what a damaged model makes of it.
@Suite struct SelfTestTests {
  @Test func theDemoModelIsKnownAndPasses() throws {
    let checkpoint = try Checkpoint(path: Built.model)
    #expect(SelfTest.known.map(\.head) == [SelfTest.print(of: checkpoint)])
    for family in ["exact", "fast"] {
      let daemon = try TestDaemon(environment: ["LFM_ISA": family])
      let errors = daemon.program.errors
      #expect(errors.contains("self-test passed"), "\(errors)")
      #expect(errors.contains("known=true"), "\(errors)")
      #expect(errors.contains("seconds="))
    }
  }

  @Test func logitsThatAreNoNumbersFailTheStart() throws {
    let model = try DamagedModel()
    try model.fill("token_embd_norm.weight", with: .nan)
    let outcome = try start(model)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("critical: the self-test of \(model.path) failed"))
    #expect(outcome.errors.contains("is not a number"), "\(outcome.errors)")
  }

  @Test func otherTokensThanThoseKnownFailTheStart() throws {
    let model = try DamagedModel()
    try model.fill("token_embd_norm.weight", with: -1)
    let outcome = try start(model)
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains(
        "lfmd-demo goes on with \(SelfTest.known[0].tokens), but here with"),
      "\(outcome.errors)")
  }

  @Test func aModelThatIsNotKnownIsOnlyTried() throws {
    let model = try DamagedModel()
    try model.rename()
    try model.fill("token_embd_norm.weight", with: -1)
    let daemon = try TestDaemon(model: model.path)
    #expect(daemon.program.errors.contains("known=false"), "\(daemon.program.errors)")
  }

  @Test func aDaemonThatFailsIsNeverReady() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let model = try DamagedModel()
    try model.fill("token_embd_norm.weight", with: .nan)
    #expect(try start(model, environment: ["NOTIFY_SOCKET": manager.path]).status == 65)
    let states = try manager.states(until: { $0.hasPrefix("STATUS=failed: the self-test") })
    #expect(!states.contains("READY=1"))
  }

  private func start(
    _ model: DamagedModel, environment: [String: String] = [:]
  ) throws -> Outcome {
    try RunningProgram(
      "lfmd",
      [
        "--config", "/dev/null", "--model", model.path, "--socket",
        model.folder.appending(path: "s").path,
      ], environment: environment
    ).wait()
  }
}

@Suite struct LoadingProgressTests {
  @Test func onlyWhatMovesIsWaitedFor() {
    let looks = [
      LoadingMeasure(), LoadingMeasure(), LoadingMeasure(pagesRead: 3),
      LoadingMeasure(layers: 1, pagesRead: 3), LoadingMeasure(phase: 1, layers: 1, pagesRead: 3),
      LoadingMeasure(phase: 1, layers: 1, pagesRead: 3, blocksRead: 8),
      LoadingMeasure(phase: 1, layers: 1, pagesRead: 3, blocksRead: 8),
    ]
    var progress = LoadingProgress()
    let moved = looks.map { progress.hasMoved(to: $0) }
    #expect(moved == [true, false, true, true, true, true, false])
  }
}
