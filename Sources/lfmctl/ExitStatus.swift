// The exit codes (sysexits.h): one for each kind of failure.

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
    case .failure: "another failure"
    case .usage: "wrong usage: an unknown flag, a parameter out of its range"
    case .badInput: "wrong input: bad JSON or UTF-8, a prompt too long, a malformed model"
    case .noInput: "an input file is missing"
    case .unavailable: "no daemon, or it is loading or stopping: start it, or --wait"
    case .software: "the daemon failed inside"
    case .system: "the operating system refused something"
    case .cannotCreate: "the output file cannot be made"
    case .inputOutput: "reading or writing failed, or the daemon lost its weights while it worked"
    case .busy: "the daemon is busy: try again later"
    case .wireProtocol: "what answers on the socket speaks another protocol, or breaks it"
    case .notPermitted: "not permitted, by the socket's mode or by the daemon"
    case .configuration: "the daemon's configuration does not allow it"
    case .timedOut: "the time of --timeout passed"
    }
  }

  init(_ failure: GenerationFailure) {
    // Too much of something is the daemon's load where trying again helps, and the caller's input where it does not.
    let isTooLarge = failure.code == .resourceExhausted && !failure.isRetryable
    self = isTooLarge ? .badInput : Self(failure.code)
  }

  /// gRPC's code of a failed call as an exit code.
  init(_ code: StatusCode) {
    switch code {
    case .invalidArgument, .outOfRange: self = .badInput
    case .notFound: self = .noInput
    case .deadlineExceeded: self = .timedOut
    case .unavailable: self = .unavailable
    case .resourceExhausted, .aborted: self = .busy
    case .permissionDenied, .unauthenticated: self = .notPermitted
    case .failedPrecondition: self = .configuration
    case .unimplemented: self = .wireProtocol
    case .dataLoss: self = .inputOutput
    case .internalError: self = .software
    default: self = .failure
    }
  }

  /// gRPC's code of a failure on this side of the socket.
  var code: StatusCode {
    switch self {
    case .usage, .badInput: .invalidArgument
    case .noInput: .notFound
    case .timedOut: .deadlineExceeded
    case .unavailable: .unavailable
    case .busy: .resourceExhausted
    case .notPermitted: .permissionDenied
    case .configuration: .failedPrecondition
    case .wireProtocol: .unimplemented
    case .software, .system, .cannotCreate, .inputOutput: .internalError
    case .failure: .unknown
    }
  }

  /// The table for `--help`.
  static var help: String {
    let rows = allCases.map { "\(String($0.rawValue).leftPadded(to: 5))  \($0.meaning)" }
    return "Exit codes:\n    0  done\n" + rows.joined(separator: "\n")
      + "\n  130  interrupted (Ctrl-C)\n  141  the reader of standard output went away"
  }
}

extension String {
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
