import LFMGeneration
import Testing

@testable import lfmctl

@Suite struct AttemptsTests {
  private let noDaemon = GenerationFailure(.unavailable, "no daemon answers")

  @Test func withoutWaitThereIsOneAttempt() {
    var attempts = Attempts(isPatient: false)
    #expect(attempts.pause(after: noDaemon) == nil)
  }

  @Test func pausesGrowAndAreBounded() {
    var attempts = Attempts(isPatient: true)
    let pauses = (0..<10).map { _ in attempts.pause(after: noDaemon) }
    #expect(pauses.prefix(3) == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
    #expect(pauses.last == .seconds(2))
  }

  @Test func theDaemonSaysWhenToComeAgain() {
    var attempts = Attempts(isPatient: true)
    var busy = GenerationFailure(.resourceExhausted, "busy", isRetryable: true)
    busy.retryAfter = .seconds(1)
    #expect(attempts.pause(after: busy) == .seconds(1))
    busy.retryAfter = .seconds(3600)
    #expect(attempts.pause(after: busy) == .seconds(5))
  }

  @Test func whatWillNotHealIsNotTriedAgain() {
    var attempts = Attempts(isPatient: true)
    #expect(attempts.pause(after: GenerationFailure(.permissionDenied, "no")) == nil)
    #expect(attempts.pause(after: GenerationFailure(.resourceExhausted, "too long")) == nil)
  }
}
