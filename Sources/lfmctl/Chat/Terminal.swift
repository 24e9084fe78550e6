// A terminal's modes: keys as they come while a message is edited, the usual ones while an answer is written. Left as it
// was found, however the program ends.

import Glibc

/// The terminal on a descriptor.
final class Terminal {
  private let descriptor: Int32
  private let original: termios
  private let cleanUp: Int

  /// Nil if it is no terminal.
  init?(_ descriptor: Int32) {
    var modes = termios()
    guard unsafe tcgetattr(descriptor, &modes) == 0 else { return nil }
    self.descriptor = descriptor
    original = modes
    cleanUp = Termination.atEnd { [modes] in
      var modes = modes
      StandardError.control(Terminal.pasteOff)
      unsafe _ = tcsetattr(descriptor, TCSADRAIN, &modes)
    }
  }

  deinit {
    Termination.forget(cleanUp)
    var modes = original
    unsafe _ = tcsetattr(descriptor, TCSADRAIN, &modes)
  }

  /// Every key at once and unechoed, Ctrl-C too; what is pasted is marked (bracketed paste).
  func beginEditing() {
    var modes = original
    modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP)
    unsafe _ = tcsetattr(descriptor, TCSADRAIN, &modes)
    try? StandardOutput.write(Self.pasteOn)
  }

  /// Ctrl-C is a signal again; what is typed meanwhile is not echoed into the answer, and read afterwards.
  func endEditing() {
    try? StandardOutput.write(Self.pasteOff)
    var modes = original
    modes.c_lflag &= ~tcflag_t(ECHO)
    unsafe _ = tcsetattr(descriptor, TCSADRAIN, &modes)
  }

  /// Gives the terminal back and stops the program, as Ctrl-Z does; returns when it goes on.
  func suspend() {
    endEditing()
    var modes = original
    unsafe _ = tcsetattr(descriptor, TCSADRAIN, &modes)
    kill(0, SIGTSTP)
    beginEditing()
  }

  /// Columns; 80 where the terminal does not say.
  var width: Int {
    var size = winsize()
    let failed = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return failed == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The next bytes that were typed; empty at the end of input.
  ///
  /// - Parameter patience: milliseconds; nil waits for ever. Nil is returned when nothing came.
  func read(patience: Int32? = nil) throws -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&waiting, 1, patience ?? -1)
      if ready == 0 { return nil }
      if ready < 0, errno == EINTR { continue }
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 { return Array(chunk[..<count]) }
      // A terminal that hung up gives EIO: its end.
      if errno == EIO { return [] }
      guard errno == EINTR || errno == EAGAIN else {
        throw Failure(.inputOutput, "cannot read the terminal: \(systemError())")
      }
    }
  }

  private static let pasteOn = "\u{1b}[?2004h"
  private static let pasteOff = "\u{1b}[?2004l"
}
