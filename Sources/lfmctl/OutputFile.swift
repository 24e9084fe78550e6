// `-o FILE`: written beside the target and renamed when complete, so that a reader never sees half of it.

import Foundation
import Glibc

/// A file that appears whole or not at all. What is no regular file (a device, a FIFO) is written to directly.
final class OutputFile {
  /// The file that gets the result: where the path's symbolic links lead.
  private let target: String
  /// What is written to until then; `nil` if the target itself is.
  private let temporary: String?
  private var descriptor: Int32
  private var cleanUp: Int?

  /// - Throws: `Failure` with `cannotCreate` if the file cannot be made or replaced there.
  init(_ path: String) throws {
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      target = path
      temporary = nil
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw Self.failure(path) }
      return
    }
    // Renaming asks the directory alone; a file that its owner has made read-only is still not to be replaced.
    if exists, unsafe access(path, W_OK) != 0 { throw Self.failure(path) }
    let target = exists ? Self.resolved(path) : path
    self.target = target
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    let temporary = "\(folder).lfmctl-\(getpid())-\(UInt32.random(in: 0 ... .max)).part"
    self.temporary = temporary
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw Failure(.cannotCreate, "cannot create \"\(path)\": it names no file")
    }
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
    cleanUp = Termination.atEnd { _ = unsafe unlink(temporary) }
    guard exists else { return }
    // The new file is the old one with new contents: its mode, and its owner where we may set one.
    _ = fchown(descriptor, status.st_uid, status.st_gid)
    _ = fchmod(descriptor, status.st_mode & 0o7777)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    discard()
  }

  func write(_ bytes: [UInt8]) throws {
    try writeAll(bytes, to: descriptor)
  }

  /// Gives the complete file its name.
  func commit() throws {
    let synced = temporary == nil ? 0 : fsync(descriptor)
    let closed = close(descriptor)
    descriptor = -1
    guard synced == 0, closed == 0 else {
      throw Failure(.inputOutput, "cannot write \(target): \(systemError())")
    }
    guard let temporary else { return }
    guard unsafe rename(temporary, target) == 0 else {
      throw Failure(.cannotCreate, "cannot create \(target): \(systemError())")
    }
    if let cleanUp { Termination.forget(cleanUp) }
    cleanUp = nil
  }

  /// Removes what has not got its name.
  private func discard() {
    guard let temporary, let cleanUp else { return }
    Termination.forget(cleanUp)
    self.cleanUp = nil
    _ = unsafe unlink(temporary)
  }

  private static func failure(_ path: String) -> Failure {
    Failure(.cannotCreate, "cannot create \(path): \(systemError())")
  }

  private static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
