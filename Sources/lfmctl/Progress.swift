// Progress on a terminal: one line on standard error that is wiped before anything else is written.

import Foundation
import LFMGeneration
import Synchronization

/// Dim text on standard error, where a person reads along and has not asked for plain text.
enum Style {
  private static let cleanUp = Mutex<Int?>(nil)

  /// Styles are off in a pipe, with NO_COLOR, and on a dumb terminal (https://clig.dev, https://no-color.org).
  static let isOn: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return StandardError.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] != "dumb"
  }()

  static func begin() {
    guard isOn else { return }
    StandardError.control("\u{1b}[2m")
    let number = Termination.atEnd { StandardError.control("\u{1b}[0m\n") }
    cleanUp.withLock { $0 = number }
  }

  static func end() {
    guard isOn, let number = cleanUp.withLock({ $0.take() }) else { return }
    Termination.forget(number)
    StandardError.control("\u{1b}[0m")
  }
}

/// The line that says how far the daemon is before the first text comes.
struct ProgressLine {
  private var cleanUp: Int?
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
    guard let cleanUp else { return }
    Termination.forget(cleanUp)
    self.cleanUp = nil
    StandardError.control(Self.wipe)
  }

  private mutating func show(_ text: String) {
    cleanUp = cleanUp ?? Termination.atEnd { StandardError.control(Self.wipe) }
    StandardError.control(Self.wipe + text)
  }

  private static let wipe = "\r\u{1b}[K"

  static func bar(_ done: Int, of total: Int, width: Int = 24) -> String {
    let filled =
      total > 0 ? min(width, Int(Double(max(0, done)) / Double(total) * Double(width))) : 0
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: width - filled) + "]"
  }
}
