// The pipes between this program and a tool.

import Glibc

/// Three pipes: to the tool's standard input, from its standard output, from its standard error.
struct ToolPipes: Sendable {
  /// The reading and the writing end of each, in this order.
  private let ends: [Int32]

  /// - Throws: `Failure` with `system`.
  init() throws {
    var ends: [Int32] = []
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      guard unsafe pipe(&pair) == 0 else {
        let sentence = "cannot make a pipe: \(systemError())"
        for end in ends { close(end) }
        throw Failure(.system, sentence)
      }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      ends += pair
    }
    self.ends = ends
  }

  /// The tool's standard input, output and error, in this order.
  var toolEnds: [Int32] { [ends[0], ends[3], ends[5]] }

  var input: Int32 { ends[1] }
  var output: Int32 { ends[2] }
  var errors: Int32 { ends[4] }

  func closeToolEnds() {
    for end in toolEnds { close(end) }
  }

  func closeAll() {
    for end in ends { close(end) }
  }
}
