// Whether a tool may be run: `lfmctl agent` asks on the terminal, unless it was told not to.

import Foundation
import Glibc

/// Asks before each call.
struct AgentConsent {
  /// Tools that need not be asked about any more.
  private var allowed: Set<String> = []
  private let allowsAll: Bool
  private let terminal: FileHandle?

  /// - Throws: `Failure` with `usage` if nobody can be asked.
  init(allowsAll: Bool) throws {
    self.allowsAll = allowsAll
    terminal = allowsAll ? nil : FileHandle(forUpdatingAtPath: "/dev/tty")
    guard allowsAll || terminal != nil else {
      throw Failure(
        .usage, "there is no terminal to ask on before a tool is run; --yes runs them unasked")
    }
  }

  mutating func allows(_ tool: String, _ arguments: String) -> Bool {
    if allowsAll || allowed.contains(tool) { return true }
    let call = TerminalText.fit("\(tool) \(arguments)", isTerminal: true)
    ask("run \(call)? [y]es, [n]o, [a]lways this tool: ")
    switch line()?.lowercased() {
    case "y", "yes": return true
    case "a", "always":
      allowed.insert(tool)
      return true
    default: return false
    }
  }

  private func ask(_ question: String) {
    guard let terminal else { return }
    try? writeAll(Array(question.utf8), to: terminal.fileDescriptor)
  }

  /// A line from the terminal; `nil` at its end.
  private func line() -> String? {
    guard let terminal else { return nil }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = unsafe Glibc.read(terminal.fileDescriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
      if bytes.count < 64 { bytes.append(byte) }
    }
  }
}
