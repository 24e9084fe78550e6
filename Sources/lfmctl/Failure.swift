// How lfmctl ends: one exit code for each kind of failure (sysexits.h), and the sentence on standard error.

import ArgumentParser
import Foundation
import Glibc
import LFMGeneration

/// The exit codes, stable: scripts branch on them.
enum ExitStatus: Int32, CaseIterable {
  case failure = 1
  case usage = 64
  case badInput = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case system = 71
  case cannotCreate = 73
  case inputOutput = 74
  case busy = 75
  case wireProtocol = 76
  case notPermitted = 77
  case configuration = 78
  case timedOut = 124

  /// What `--help` says of the code.
  var meaning: String {
    switch self {
    case .failure: "another failure (the sentence on standard error says which)"
    case .usage: "wrong usage: an unknown flag, a parameter out of its range"
    case .badInput:
      "the input is wrong: malformed JSON, a prompt longer than the context, a malformed model"
    case .noInput: "an input file is missing"
    case .unavailable: "no daemon, or it is loading or stopping"
    case .software: "the daemon failed inside"
    case .system: "the operating system refused something"
    case .cannotCreate: "an output file cannot be made"
    case .inputOutput: "reading or writing failed"
    case .busy: "the daemon is busy, or a quota is used up: try again later"
    case .wireProtocol: "the two ends do not understand each other"
    case .notPermitted: "not permitted"
    case .configuration: "the daemon's configuration does not allow it, or is wrong"
    case .timedOut: "the time-out passed"
    }
  }

  /// gRPC's code of a failed call as an exit code.
  init(_ code: StatusCode) {
    switch code {
    case .invalidArgument, .outOfRange, .dataLoss: self = .badInput
    case .notFound: self = .noInput
    case .deadlineExceeded: self = .timedOut
    case .unavailable: self = .unavailable
    case .resourceExhausted, .aborted: self = .busy
    case .permissionDenied, .unauthenticated: self = .notPermitted
    case .failedPrecondition: self = .configuration
    case .unimplemented: self = .wireProtocol
    case .internalError: self = .software
    default: self = .failure
    }
  }

  /// The table for `--help`.
  static var help: String {
    let rows = allCases.map { "\(String($0.rawValue).leftPadded(to: 5))  \($0.meaning)" }
    return "Exit codes:\n    0  done\n" + rows.joined(separator: "\n")
      + "\n  130  interrupted (Ctrl-C)\n  141  the reader of standard output went away"
  }
}

/// A failure that ends the command.
struct Failure: Error, CustomStringConvertible {
  var status: ExitStatus
  var description: String

  init(_ status: ExitStatus, _ sentence: String) {
    self.status = status
    self.description = sentence
  }

  init(_ failure: GenerationFailure) {
    var sentence = failure.message
    if failure.isRetryable, let wait = failure.retryAfter {
      sentence += " (try again in \(wait.formatted(.units(allowed: [.seconds, .milliseconds]))))"
    }
    self.init(ExitStatus(failure.code), sentence)
  }
}

extension String {
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}

/// Runs a command's body and turns what it throws into a sentence on standard error and an exit code.
func reportingFailures<Result>(_ body: () async throws -> Result) async throws -> Result {
  do {
    return try await body()
  } catch let failure as Failure {
    StandardError.say(failure.description)
    throw ExitCode(failure.status.rawValue)
  } catch let failure as GenerationFailure {
    let failure = Failure(failure)
    StandardError.say(failure.description)
    throw ExitCode(failure.status.rawValue)
  } catch is BrokenPipe {
    // The reader has what it wanted (`| head`): a shell expects silence and death by SIGPIPE.
    Termination.dieBySignal(SIGPIPE)
  }
}
