// Progress on a terminal: one line on standard error that is wiped before anything else is written.

import Foundation
import LFMGeneration

/// Escape sequences, where a person reads along and has not asked for plain text.
enum Style {
  static let dim = "\u{1b}[2m"
  static let reset = "\u{1b}[0m"

  /// Colours are off in a pipe, with NO_COLOR, and on a dumb terminal (https://clig.dev, https://no-color.org).
  static let isOn: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return StandardError.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] != "dumb"
  }()
}

/// The line that says how far the daemon is before the first text comes.
struct ProgressLine {
  private var isShown = false
  private let isOn =
    StandardError.isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  mutating func take(_ event: GenerationEvent) {
    guard isOn else { return }
    switch event {
    case .queued(let ahead): show("waiting, \(ahead) ahead")
    case .prefill(let done, let total) where done < total:
      show("reading the prompt \(Self.bar(done, of: total)) \(done)/\(total)")
    default: clear()
    }
  }

  mutating func clear() {
    guard isShown else { return }
    isShown = false
    StandardError.write("\r\u{1b}[K")
  }

  private mutating func show(_ text: String) {
    isShown = true
    StandardError.write("\r\u{1b}[K\(text)")
  }

  static func bar(_ done: Int, of total: Int, width: Int = 24) -> String {
    let filled = total > 0 ? min(width, max(0, done) * width / total) : 0
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: width - filled) + "]"
  }
}
