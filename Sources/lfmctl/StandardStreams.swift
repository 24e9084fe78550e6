// Standard output, error and input: whole writes, and a closed pipe as an error that can be caught.

import Foundation
import Glibc

/// The reader of an output went away.
struct BrokenPipe: Error {}

/// Messages for people. Never part of the result.
enum StandardError {
  static func say(_ sentence: String) {
    write("lfmctl: \(sentence)\n")
  }

  static func write(_ text: String) {
    // Nothing sensible is left to do if standard error itself is gone.
    try? writeAll(Array(text.utf8), to: STDERR_FILENO)
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// The result, and nothing else.
enum StandardOutput {
  static func write(_ text: String) throws {
    try writeAll(Array(text.utf8), to: STDOUT_FILENO)
  }

  static func write(_ bytes: [UInt8]) throws {
    try writeAll(bytes, to: STDOUT_FILENO)
  }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}

/// Standard input as a source of prompts and documents.
enum StandardInput {
  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether there is anything to read: false for a terminal and for a closed descriptor.
  static var isPiped: Bool {
    !isTerminal && fcntl(STDIN_FILENO, F_GETFL) != -1
  }

  static func readAll() throws -> [UInt8] {
    try Input.readAll(from: STDIN_FILENO, name: "standard input")
  }
}

/// Files and descriptors as whole byte arrays.
enum Input {
  /// Above the largest message the daemon takes there is no sense in reading on.
  static let limit = 64 << 20

  /// The bytes of a file, `-` being standard input.
  static func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return try StandardInput.readAll() }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        errno == ENOENT ? .noInput : .inputOutput,
        "cannot open \(path): \(systemError())")
    }
    defer { close(descriptor) }
    return try readAll(from: descriptor, name: path)
  }

  /// Text of a file, refused with the offset of the first byte that is not UTF-8.
  static func readText(_ path: String) throws -> String {
    try text(of: try read(path), name: path == "-" ? "standard input" : path)
  }

  static func text(of bytes: [UInt8], name: String) throws -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var good = 0
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): good += UTF8.width(scalar)
      case .emptyInput, .error: break decoding
      }
    }
    throw Failure(.badInput, "\(name) is not UTF-8 text: the first wrong byte is at offset \(good)")
  }

  static func readAll(from descriptor: Int32, name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.inputOutput, "cannot read \(name): \(systemError())")
      }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw Failure(.badInput, "\(name) is larger than \(limit >> 20) MiB")
      }
    }
  }
}

/// What `errno` says, in words.
func systemError(_ code: Int32 = errno) -> String {
  unsafe String(cString: strerror(code))
}

/// Writes everything, whatever the descriptor takes at a time.
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
