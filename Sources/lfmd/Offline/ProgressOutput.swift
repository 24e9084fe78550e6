// How far offline work is: one line on standard error, on a terminal only, wiped before anything else is written.

import Foundation
import Glibc

/// The progress line of an offline command.
struct ProgressOutput {
  private let isOn =
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  private var last = ContinuousClock.now - .seconds(1)

  /// Shows a text in place of the last one, ten times a second at most.
  mutating func show(_ text: @autoclosure () -> String) {
    guard isOn, ContinuousClock.now - last >= .milliseconds(100) else { return }
    last = .now
    LogOutput.writeStandardError("\r\u{1b}[K\(text())")
  }

  mutating func clear() {
    guard isOn else { return }
    LogOutput.writeStandardError("\r\u{1b}[K")
    last = .now - .seconds(1)
  }
}

/// Standard output, for results.
enum ResultOutput {
  /// Writes it all at once: a reader of a pipe sees every row when it is there.
  static func write(_ text: String) {
    print(text, terminator: "")
    _ = fflush(nil)
  }
}
