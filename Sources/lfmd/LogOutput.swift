// Writes finished log entries, one after the other, off the threads that serve. What an entry looks like is
// `LogHandlers`'.

import Dispatch
import Glibc
import Synchronization

/// The way out for log entries. Callers never wait: a reader of the log that has stopped reading, a full pipe or a
/// stuck journal, must not stop the daemon.
enum LogOutput {
  private static let queue = DispatchQueue(label: "lfm.log")
  /// Entries that wait at most; what comes beyond is counted and dropped.
  private static let limit = 4096
  private static let backlog = Mutex(Backlog())

  private struct Backlog {
    var waiting = 0
    var dropped = 0
  }

  /// Has `write` called in its turn.
  ///
  /// - Parameter noteDropped: makes an entry that says how many were lost before this one.
  static func submit(
    noteDropped: @escaping @Sendable (Int) -> Void, write: @escaping @Sendable () -> Void
  ) {
    let hasRoom = backlog.withLock { backlog in
      guard backlog.waiting < limit else {
        backlog.dropped += 1
        return false
      }
      backlog.waiting += 1
      return true
    }
    guard hasRoom else { return }
    queue.async {
      write()
      let dropped = backlog.withLock { backlog in
        backlog.waiting -= 1
        defer { backlog.dropped = 0 }
        return backlog.dropped
      }
      if dropped > 0 { noteDropped(dropped) }
    }
  }

  /// Waits until what was submitted is written, a second at most.
  static func flush() {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + 1)
  }

  /// Writes to standard error. A reader that is gone is no error of ours: the text is lost, the daemon serves on.
  static func writeStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
      }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 || !mayWriteAgain(errno) {
        return
      }
    }
  }

  /// Interrupted, or a standard error that somebody made non-blocking and that is full: wait for room.
  private static func mayWriteAgain(_ number: Int32) -> Bool {
    if number == EINTR { return true }
    guard number == EAGAIN else { return false }
    var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&wanted, 1, -1) > 0 || errno == EINTR
  }
}

/// Texts from outside, names in a model file and paths, as one printable line.
enum LogText {
  /// Control characters and line separators become `\u{…}`.
  static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
    var line = ""
    for scalar in text.unicodeScalars {
      line += isUnprintable(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return line
  }

  /// A value as it stands after `key=`: quoted where it would not read as one word.
  static func value(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value > 0x20 && $0 != "\"" && $0 != "=" && !isUnprintable($0)
    }
    return isPlain && !text.isEmpty ? text : oneLine(text.debugDescription)
  }

  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
