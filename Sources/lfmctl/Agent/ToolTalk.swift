// What passes between this program and a running tool. How long it runs is ToolProcess's affair.

import Glibc

/// The three pipes of a tool, all at once: it may answer before it has read everything, and complain at any time.
struct ToolTalk {
  private var output: [UInt8] = []
  private var leftOut = 0
  private var messages = ToolMessages()
  private var input: ArraySlice<UInt8>
  private var toTool: Int32?
  private var fromTool: Int32?
  private var errors: Int32?
  private let longestOutput: Int
  private let tell: ([String]) -> Void

  /// - Parameters:
  ///   - pipes: their ends on our side are closed by `finish` at the latest.
  ///   - tell: what becomes of lines of the tool's standard error.
  init(
    _ pipes: ToolPipes, input: [UInt8], longestOutput: Int, tell: @escaping ([String]) -> Void
  ) {
    self.input = input[...]
    self.longestOutput = longestOutput
    self.tell = tell
    toTool = pipes.input
    fromTool = pipes.output
    errors = pipes.errors
    for end in [pipes.input, pipes.output, pipes.errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  func outcome(_ ending: ToolProcess.Ending) -> ToolProcess.Outcome {
    ToolProcess.Outcome(
      output: output, leftOut: leftOut, complaint: messages.end, ending: ending)
  }

  /// Waits a moment for one of the pipes, and takes or gives what can be.
  mutating func step() {
    var waiting: [pollfd] = []
    if let toTool { waiting.append(pollfd(fd: toTool, events: Int16(POLLOUT), revents: 0)) }
    for case let end? in [fromTool, errors] {
      waiting.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0))
    }
    if unsafe poll(&waiting, nfds_t(waiting.count), 20) > 0 {
      send()
      receive()
    }
  }

  /// Takes what the tool left in the pipes, and closes them.
  mutating func finish() {
    receive()
    tell(messages.finish())
    for case let end? in [toTool, fromTool, errors] { close(end) }
    (toTool, fromTool, errors) = (nil, nil, nil)
  }

  private mutating func send() {
    guard let end = toTool else { return }
    while !input.isEmpty {
      let count = unsafe input.withUnsafeBytes {
        unsafe Glibc.write(end, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EAGAIN || errno == EINTR { return }
        // It does not want to read on: that is its right.
        break
      }
      input = input.dropFirst(count)
    }
    close(end)
    toTool = nil
  }

  private mutating func receive() {
    if let end = fromTool, Self.read(end, { keep($0) }) {
      close(end)
      fromTool = nil
    }
    if let end = errors, Self.read(end, { tell(messages.take($0)) }) {
      close(end)
      errors = nil
    }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    let kept = bytes.prefix(longestOutput - output.count)
    output += kept
    leftOut += bytes.count - kept.count
  }

  /// The most that a pipe can be made to hold.
  private static let pipeSize = 1 << 20

  /// Reads what a pipe holds and no more: one who writes without end must not keep us from looking at the clock.
  ///
  /// - Returns: whether nothing will come any more.
  private static func read(_ end: Int32, _ take: (ArraySlice<UInt8>) -> Void) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var left = pipeSize
    while left > 0 {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(end, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return false }
      guard count > 0 else { return true }
      take(chunk[..<count])
      left -= count
    }
    return false
  }
}
