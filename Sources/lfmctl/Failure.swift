// How lfmctl fails: what went wrong as data, and its end as a sentence on standard error and an exit code.

import ArgumentParser
import Glibc
import LFMGeneration

/// A failure that ends the command.
struct Failure: Error, CustomStringConvertible {
  var status: ExitStatus
  /// The sentence.
  var description: String
  /// gRPC's code, for programs that read `--stream-json`.
  var code: StatusCode
  var isRetryable = false
  var retryAfter: Duration?
  /// The system's number of the error that is the reason, where somebody may go on in spite of it.
  var errorNumber: Int32?

  init(_ status: ExitStatus, _ sentence: String) {
    self.status = status
    self.description = sentence
    self.code = status.code
  }

  init(_ failure: GenerationFailure) {
    status = ExitStatus(failure)
    description = failure.message
    code = failure.code
    isRetryable = failure.isRetryable
    retryAfter = failure.retryAfter
  }

  /// What a person is told.
  var sentence: String {
    guard isRetryable, let retryAfter else { return description }
    return "\(description) (try again in \(retryAfter.short))"
  }

  static func timedOut(_ limit: Duration) -> Failure {
    Failure(.timedOut, "the time-out of \(limit.short) passed")
  }
}

/// Runs a command's body and turns what it throws into a sentence on standard error and an exit code.
///
/// - Parameters:
///   - limit: when the command ends at the latest, counted from the program's start. The daemon keeps the time of a call;
///     this keeps that of everything else: a slow pipe, a socket that nobody accepts from, a private daemon's start.
///   - report: what else is to be done with the failure.
func reportingFailures<Result>(
  within limit: TimeLimit? = nil, report: @escaping @Sendable (Failure) -> Void = { _ in },
  _ body: () async throws -> Result
) async throws -> Result {
  if let limit = limit?.duration {
    // The daemon's own answer, which knows more, gets half a second to come.
    Termination.end(after: limit - ProgramClock.elapsed + .milliseconds(500)) {
      let failure = Failure.timedOut(limit)
      report(failure)
      StandardError.say(failure.sentence)
    }
  }
  let failure: Failure
  do {
    return try await body()
  } catch let error as Failure {
    failure = error
  } catch let error as GenerationFailure {
    failure = Failure(error)
  } catch is BrokenPipe {
    // The reader has what it wanted (`| head`): a shell expects silence and death by SIGPIPE.
    Termination.dieBySignal(SIGPIPE)
  }
  report(failure)
  StandardError.say(failure.sentence)
  throw ExitCode(failure.status.rawValue)
}
