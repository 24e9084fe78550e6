// The daemon's exit codes, as sysexits.h has them: a service manager can tell what will not heal by itself.

import ArgumentParser
import Glibc
import LFMModel

/// Ways for the daemon to end without having served.
enum Exit {
  static let dataError: Int32 = 65
  static let noInput: Int32 = 66
  static let unavailable: Int32 = 69
  static let software: Int32 = 70
  static let cannotCreate: Int32 = 73
  static let temporaryFailure: Int32 = 75
  static let inputOutput: Int32 = 74
  static let configurationError: Int32 = 78

  /// Says what is wrong with the configuration on standard error and gives the code to exit with.
  static func configuration(_ sentence: String) -> ExitCode {
    say(sentence)
    Systemd.notify("STATUS=failed: \(sentence)")
    return ExitCode(configurationError)
  }

  /// A sentence for the person or the log that reads standard error.
  static func say(_ sentence: String) {
    // The journal takes the priority from the front of a line (sd-daemon(3)).
    let priority = Systemd.standardErrorIsJournal ? "<2>" : ""
    LogOutput.writeStandardError("\(priority)lfmd: \(LogText.oneLine(sentence))\n")
  }

  /// Ends the process once the log is written.
  ///
  /// Not `exit`: that would take apart what other threads, a step of the model perhaps, are still using.
  static func now(_ code: Int32) -> Never {
    Preparation.discardUnfinished()
    LogOutput.flush()
    _exit(code)
  }
}

/// Why the daemon cannot serve: a sentence for the log, and the code that it ends with.
struct StartFailure: Error {
  var exitCode: Int32
  var sentence: String

  init(_ exitCode: Int32, _ sentence: String) {
    self.exitCode = exitCode
    self.sentence = sentence
  }
}
