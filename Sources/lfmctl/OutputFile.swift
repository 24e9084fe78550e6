// `-o FILE`: written beside the target and renamed when complete, so that a reader never sees half of it.

import Foundation
import Glibc

/// Where a result goes: standard output, or a file that appears whole or not at all.
final class OutputFile {
  private let target: String
  private let temporary: String
  private var descriptor: Int32

  /// - Throws: `Failure` with `cannotCreate` if the file's directory does not take a new file.
  init(_ path: String) throws {
    target = path
    temporary = path + ".\(getpid()).part"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot create \(path): \(systemError())")
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    _ = unsafe unlink(temporary)
  }

  func write(_ bytes: [UInt8]) throws {
    try writeAll(bytes, to: descriptor)
  }

  /// Gives the complete file its name.
  func commit() throws {
    let synced = fsync(descriptor)
    let closed = close(descriptor)
    descriptor = -1
    guard synced == 0, closed == 0, unsafe rename(temporary, target) == 0 else {
      let reason = systemError()
      _ = unsafe unlink(temporary)
      throw Failure(.inputOutput, "cannot write \(target): \(reason)")
    }
  }
}
