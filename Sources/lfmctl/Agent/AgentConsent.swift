// Whether a tool may be run: `lfmctl agent` asks on the terminal, unless it was told not to.

import Glibc

/// Asks before each call.
struct AgentConsent {
  /// Tools that need not be asked about any more.
  private var allowed: Set<String> = []
  /// `nil` if everything is allowed.
  private let terminal: Int32?

  /// - Throws: `Failure` with `usage` if nobody can be asked.
  init(allowsAll: Bool) throws {
    guard !allowsAll else {
      terminal = nil
      return
    }
    // Tools must not inherit it: they could answer for the user.
    let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        .usage, "there is no terminal to ask on before a tool is run; --yes runs them unasked")
    }
    terminal = descriptor
  }

  mutating func allows(_ tool: String, _ arguments: String) -> Bool {
    guard let terminal, !allowed.contains(tool) else { return true }
    // What was typed before the question was there is no answer to it.
    tcflush(terminal, TCIFLUSH)
    try? writeAll(Array(ShownCall.question(tool, arguments).utf8), to: terminal)
    switch Self.line(from: terminal)?.lowercased() {
    case "y", "yes": return true
    case "a", "always":
      allowed.insert(tool)
      return true
    default: return false
    }
  }

  /// A line from the terminal; `nil` at its end.
  private static func line(from terminal: Int32) -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = unsafe Glibc.read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
      if bytes.count < 64 { bytes.append(byte) }
    }
  }
}
