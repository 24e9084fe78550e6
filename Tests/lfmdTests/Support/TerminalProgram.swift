import Foundation
import Glibc
import Synchronization
import Testing

/// `lfmctl` on a terminal of its own, whose other end the test holds.
final class TerminalProgram {
  private let master: Int32
  /// Kept open: without it the terminal would lose its modes with the program's end.
  private let slave: Int32
  private let program: RunningProgram
  private let written = Mutex(Data())
  private let reader: DispatchSourceRead

  init(_ arguments: [String], environment: [String: String]) throws {
    // What posix_openpt(3) and its like do, which Swift's Glibc does not have: TIOCSPTLCK and TIOCGPTN.
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var isLocked: Int32 = 0
    var number: UInt32 = 0
    try #require(unsafe ioctl(master, 0x4004_5431, &isLocked) == 0)
    try #require(unsafe ioctl(master, 0x8004_5430, &number) == 0)
    slave = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(slave >= 0)
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    // A session of its own, whose terminal this is: Ctrl-C is a signal to those in it.
    program = try RunningProgram(
      URL(filePath: "/usr/bin/setsid"),
      ["--wait", "--ctty", Built.program("lfmctl").path] + arguments, standardInput: handle,
      standardOutput: handle, standardError: handle,
      environment: environment.merging(["NO_COLOR": ""]) { $1 })
    reader = DispatchSource.makeReadSource(fileDescriptor: master, queue: .global())
    reader.setEventHandler { [unowned self] in
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = unsafe read(master, &bytes, bytes.count)
      if count > 0 { written.withLock { $0 += bytes[..<count] } }
    }
    reader.activate()
  }

  deinit {
    reader.cancel()
    close(slave)
    close(master)
  }

  /// Everything that has appeared on the terminal.
  var output: String { String(decoding: written.withLock { $0 }, as: UTF8.self) }

  var isRunning: Bool { program.process.isRunning }

  var modes: termios {
    var modes = termios()
    unsafe _ = tcgetattr(slave, &modes)
    return modes
  }

  /// Waits for a text that has not been waited for before.
  func awaitText(_ text: String) throws {
    try eventually({ output.contains(text) })
  }

  func type(_ keys: String) throws {
    let bytes = Array(keys.utf8)
    try #require(unsafe write(master, bytes, bytes.count) == bytes.count)
  }

  func wait() throws -> Outcome { try program.wait() }
}
