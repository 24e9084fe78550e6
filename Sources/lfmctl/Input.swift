// Files and standard input, read whole: prompts, documents, conversations.

import Foundation
import Glibc

/// Standard input as a source of prompts and documents.
enum StandardInput {
  static let name = "standard input"

  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Whether there is anything to read: false for a terminal and for a descriptor that was closed at the start.
  static var isPiped: Bool {
    !isTerminal && StandardStreams.isOpen(STDIN_FILENO, for: O_RDONLY)
  }

  static func readAll() throws -> [UInt8] {
    guard StandardStreams.isOpen(STDIN_FILENO, for: O_RDONLY) else {
      throw Failure(.noInput, "standard input is closed")
    }
    if isTerminal {
      StandardError.say("reading from the terminal: end with Ctrl-D on a line of its own")
    }
    return try Input.readAll(from: STDIN_FILENO, name: name)
  }

  static func readText() throws -> String {
    try Input.text(of: try readAll(), name: name)
  }
}

/// Files and descriptors as whole byte arrays.
enum Input {
  /// Four times the largest message that the daemon takes: above it there is no sense in reading on.
  static let limit = 64 << 20

  /// The bytes of a file, `-` being standard input.
  static func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return try StandardInput.readAll() }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.noInput, "cannot open \(path): \(systemError())")
    }
    defer { close(descriptor) }
    return try readAll(from: descriptor, name: path)
  }

  /// Text of a file, refused with the offset of the first byte that is not UTF-8.
  static func readText(_ path: String) throws -> String {
    try text(of: try read(path), name: path == "-" ? StandardInput.name : path)
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
        switch errno {
        case EINTR: continue
        case EAGAIN:
          var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          _ = unsafe poll(&waiting, 1, -1)
          continue
        case EISDIR: throw Failure(.noInput, "cannot read \(name): it is a directory")
        default: throw Failure(.inputOutput, "cannot read \(name): \(systemError())")
        }
      }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw Failure(
          .badInput, "\(name) is larger than \(limit >> 20) MiB, more than any model reads")
      }
    }
  }
}
