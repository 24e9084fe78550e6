import LFMGeneration
import Testing

@testable import lfmctl

@Suite struct FailureTests {
  @Test(
    arguments: [
      (.invalidArgument, .badInput), (.outOfRange, .badInput), (.notFound, .noInput),
      (.deadlineExceeded, .timedOut), (.unavailable, .unavailable),
      (.permissionDenied, .notPermitted), (.unauthenticated, .notPermitted),
      (.failedPrecondition, .configuration), (.unimplemented, .wireProtocol),
      (.dataLoss, .inputOutput), (.internalError, .software), (.unknown, .failure),
      (.cancelled, .failure),
      (StatusCode(rawValue: 4711), .failure),
    ] as [(StatusCode, lfmctl.ExitStatus)])
  func everyCodeHasItsExit(code: StatusCode, expected: lfmctl.ExitStatus) {
    #expect(lfmctl.ExitStatus(GenerationFailure(code, "")) == expected)
  }

  @Test func tooMuchIsBusyOnlyIfTryingAgainHelps() {
    #expect(
      lfmctl.ExitStatus(GenerationFailure(.resourceExhausted, "queue full", isRetryable: true))
        == .busy)
    #expect(lfmctl.ExitStatus(GenerationFailure(.resourceExhausted, "too long")) == .badInput)
  }

  @Test func helpNamesEveryCode() {
    for status in lfmctl.ExitStatus.allCases {
      #expect(lfmctl.ExitStatus.help.contains("\(status.rawValue)  \(status.meaning)"))
    }
  }

  @Test func aSentenceSaysWhenToTryAgain() {
    let failure = Failure(
      GenerationFailure(.resourceExhausted, "busy", isRetryable: true, retryAfter: .seconds(2)))
    #expect(failure.sentence == "busy (try again in 2 s)")
    #expect(Failure(.usage, "wrong").sentence == "wrong")
    #expect(Failure(.usage, "wrong").code == .invalidArgument)
  }
}
