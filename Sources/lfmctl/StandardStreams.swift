// Standard output, error and input: whole writes, a closed pipe as an error that can be caught, and descriptors that
// were closed when the program began.

import Foundation
import Glibc

/// The reader of an output went away.
struct BrokenPipe: Error {}

/// The three descriptors that every program begins with, or should.
enum StandardStreams {
  /// Fills the places of descriptors that were closed at the start (`<&-`), before anything else is opened: a socket
  /// that became number 1 would receive the answer. What was closed stays unusable: it is filled the wrong way round.
  static func fillGaps() {
    let modes = [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ]
    for (descriptor, mode) in modes where fcntl(descriptor, F_GETFD) == -1 {
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// Whether a descriptor is open for reading (`O_RDONLY`) or writing (`O_WRONLY`).
  static func isOpen(_ descriptor: Int32, for mode: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags != -1 && (flags & O_ACCMODE == mode || flags & O_ACCMODE == O_RDWR)
  }
}

/// Messages for people. Never part of the result.
enum StandardError {
  static func say(_ sentence: String) {
    write("lfmctl: \(sentence)\n")
  }

  static func write(_ text: String) {
    // Nothing sensible is left to do if standard error itself is gone.
    try? writeAll(Array(TerminalText.fit(text, isTerminal: isTerminal).utf8), to: STDERR_FILENO)
  }

  /// Escape sequences of our own.
  static func control(_ sequence: String) {
    try? writeAll(Array(sequence.utf8), to: STDERR_FILENO)
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// The result, and nothing else.
enum StandardOutput {
  static func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  static func write(_ bytes: [UInt8]) throws {
    try writeAll(bytes, to: STDOUT_FILENO)
  }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// - Throws: `Failure` if there is no standard output: better said before the work than after it.
  static func check() throws {
    guard StandardStreams.isOpen(STDOUT_FILENO, for: O_WRONLY) else {
      throw Failure(.inputOutput, "standard output is closed: redirect it, or name a file with -o")
    }
  }

  /// - Throws: `BrokenPipe` if nobody will read what is written, without writing anything.
  static func checkReader() throws {
    var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    guard unsafe poll(&state, 1, 0) == 1, state.revents & Int16(POLLERR) != 0 else { return }
    throw BrokenPipe()
  }
}

/// What a model or a file says, made fit for a terminal: it must not steer it.
enum TerminalText {
  /// On a terminal control characters other than newline and tab are shown as symbols; elsewhere bytes stay as they are.
  static func fit(_ text: String, isTerminal: Bool) -> String {
    guard isTerminal, text.unicodeScalars.contains(where: isControl) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard isControl(scalar) else {
        result.append(scalar)
        continue
      }
      // U+2400 to U+241F picture U+0000 to U+001F.
      result.append(
        Unicode.Scalar(0x2400 + scalar.value).flatMap { scalar.value < 0x20 ? $0 : nil }
          ?? "\u{FFFD}")
    }
    return String(result)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    return value < 0x20 && value != 0x0A && value != 0x09 || (0x7F...0x9F).contains(value)
  }
}

/// What `errno` says, in words.
func systemError(_ code: Int32 = errno) -> String {
  unsafe String(cString: strerror(code))
}

/// Writes everything, whatever the descriptor takes at a time.
///
/// - Throws: `BrokenPipe`, or `Failure` with `inputOutput`.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = unsafe rest.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if errno == EPIPE {
      throw BrokenPipe()
    } else if errno == EAGAIN {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&waiting, 1, -1)
    } else if errno != EINTR {
      throw Failure(.inputOutput, "cannot write: \(systemError())")
    }
  }
}
