// Where the messages of a conversation come from: the editor on a terminal, or lines.

import Foundation
import Glibc

/// Gives one message after the other.
protocol ChatReading {
  /// Whether a person types: is told of what goes wrong, and goes on.
  var isInteractive: Bool { get }
  /// The next message; nil at the end.
  func next() throws -> String?
}

enum ChatReaders {
  /// The editor where there is a terminal that can do what it needs.
  static func make(keepsHistory: Bool) -> any ChatReading {
    let isTerminal = StandardInput.isTerminal
    let isDumb = ["dumb", ""].contains(ProcessInfo.processInfo.environment["TERM"] ?? "")
    guard isTerminal, StandardOutput.isTerminal, !isDumb,
      let terminal = Terminal(STDIN_FILENO)
    else {
      return ChatLines(LineSource(STDIN_FILENO), isInteractive: isTerminal)
    }
    return ChatEditor(terminal, history: ChatHistory(file: keepsHistory ? ChatHistory.path : nil))
  }
}

/// How lines make a message.
enum ChatBlock {
  static let quotes = "\"\"\""

  /// Whether a text that begins with three quotes has not been closed.
  static func isOpen(_ text: String) -> Bool {
    guard text.hasPrefix(quotes) else { return false }
    return text.utf8.count < 6 || !trimmed(text).hasSuffix(quotes)
  }

  /// The text between the quotes, without the line ends beside them; any other text as it is.
  static func content(_ text: String) -> String {
    guard text.hasPrefix(quotes), !isOpen(text) else { return text }
    var inner = trimmed(text).dropFirst(3).dropLast(3)
    if inner.first?.isNewline == true { inner.removeFirst() }
    if inner.last?.isNewline == true { inner.removeLast() }
    return String(inner)
  }

  private static func trimmed(_ text: String) -> Substring {
    var text = text[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// Messages from lines, of a pipe or of a terminal's own line editing.
final class ChatLines: ChatReading {
  let isInteractive: Bool
  private let lines: LineSource

  init(_ lines: LineSource, isInteractive: Bool) {
    self.lines = lines
    self.isInteractive = isInteractive
  }

  func next() throws -> String? {
    var text = ""
    var isFirst = true
    while true {
      if isInteractive { StandardError.write(isFirst ? "> " : "… ") }
      guard let line = try lines.next() else {
        if isInteractive { StandardError.write("\n") }
        // What was begun and not closed is a message nevertheless: nothing that was typed is lost silently.
        return isFirst ? nil : ChatBlock.content(text)
      }
      text += isFirst ? line : "\n" + line
      isFirst = false
      if ChatBlock.isOpen(text) { continue }
      if !text.hasPrefix(ChatBlock.quotes), text.hasSuffix("\\") {
        text.removeLast()
        continue
      }
      return ChatBlock.content(text)
    }
  }
}

/// The lines of a descriptor, one at a time: what comes after a line is not waited for.
final class LineSource {
  /// Four times the largest message that the daemon takes.
  private static let limit = Input.limit

  private let descriptor: Int32
  private var bytes: [UInt8] = []
  /// Where a line end was not found yet.
  private var searched = 0
  private var hasEnded = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A line without its end; nil when there is no more.
  ///
  /// - Throws: `Failure` if it is not UTF-8, too long, or cannot be read.
  func next() throws -> String? {
    while true {
      if let end = bytes[searched...].firstIndex(of: 0x0A) {
        defer { searched = 0 }
        let line = bytes[..<end]
        bytes.removeFirst(end + 1)
        return try text(line.last == 0x0D ? line.dropLast() : line)
      }
      searched = bytes.count
      if hasEnded {
        guard !bytes.isEmpty else { return nil }
        defer {
          bytes = []
          searched = 0
        }
        return try text(bytes[...])
      }
      guard bytes.count <= Self.limit else {
        throw Failure(.badInput, "a line is longer than \(Self.limit >> 20) MiB")
      }
      try fill()
    }
  }

  private func text(_ line: ArraySlice<UInt8>) throws -> String {
    try Input.text(of: Array(line), name: "a line of standard input")
  }

  private func fill() throws {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe chunk.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    if count > 0 {
      bytes += chunk[..<count]
    } else if count == 0 {
      hasEnded = true
    } else if errno == EAGAIN {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&waiting, 1, -1)
    } else if errno != EINTR {
      throw Failure(.inputOutput, "cannot read standard input: \(systemError())")
    }
  }
}
