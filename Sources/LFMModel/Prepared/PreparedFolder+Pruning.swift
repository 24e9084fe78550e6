import Foundation
import Glibc

/// Removing what nobody can use any more.
extension PreparedFolder {
  /// What pruning removed.
  package struct Pruned: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
      package var path: String
      /// Bytes on the disk.
      package var bytes: Int
      /// Why: a few words.
      package var reason: String
    }
    package var entries: [Entry] = []
    package var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }
  }

  /// Removes prepared files whose checkpoint is gone or changed, those of another layout, and what unfinished
  /// preparations left. A daemon that has such a file mapped keeps it until it ends.
  ///
  /// - Parameter waiting: called while another process prepares in this folder; pruning waits for it.
  package func prune(
    waiting: () -> Void = {}, isCancelled: () -> Bool = { false }
  ) throws(PreparationFailure) -> Pruned {
    var status = stat()
    if unsafe stat(path, &status) != 0, errno == ENOENT { return Pruned() }
    let lock = try lock(waiting: waiting, isCancelled: isCancelled)
    defer { withExtendedLifetime(lock) {} }
    return try prune(packedVersion: GroupPacking.kernels.version)
  }

  /// The same by whoever holds the lock.
  func prune(packedVersion: UInt32) throws(PreparationFailure) -> Pruned {
    var pruned = Pruned()
    for name in try names() {
      let file = path + "/" + name
      let reason: String?
      if Self.isTemporary(name) {
        reason = "unfinished"
      } else if name.hasSuffix(Self.suffix) {
        reason = Self.staleness(of: file, packedVersion: packedVersion)
      } else {
        reason = nil
      }
      if let reason, let entry = try remove(file, reason) { pruned.entries.append(entry) }
    }
    return pruned
  }

  /// Removes what unfinished preparations left: whoever holds the lock is the only one who writes.
  func removeTemporaries() {
    for name in (try? names()) ?? [] where Self.isTemporary(name) {
      _ = try? remove(path + "/" + name, "unfinished")
    }
  }

  private static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(suffix + temporarySuffix)
  }

  private func names() throws(PreparationFailure) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw PreparationFailure("cannot read the cache directory \(path)", code: errno)
    }
  }

  /// - Returns: nil for what went by itself.
  private func remove(
    _ file: String, _ reason: String
  ) throws(PreparationFailure) -> Pruned.Entry? {
    var status = stat()
    guard unsafe lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard unsafe unlink(file) == 0 else {
      if errno == ENOENT { return nil }
      throw PreparationFailure("cannot remove \(file)", code: errno)
    }
    return Pruned.Entry(path: file, bytes: Int(status.st_blocks) * 512, reason: reason)
  }

  /// Why nobody can use a prepared file, or nil where its checkpoint stands as it was.
  static func staleness(of file: String, packedVersion: UInt32) -> String? {
    guard let descriptor = PreparedFileDescriptor(path: file) else { return nil }
    guard let head = descriptor.head() else { return "damaged, or of another version" }
    guard head.packedVersion == packedVersion, head.fileBytes == UInt64(descriptor.status.st_size)
    else { return "of another layout" }
    let source = String(decoding: head.sourcePath, as: UTF8.self)
    var status = stat()
    guard unsafe stat(source, &status) == 0 else {
      // One that we may not look at is not gone.
      return errno == ENOENT || errno == ENOTDIR ? "its source \(source) is gone" : nil
    }
    let pin = head.source
    let isSame =
      UInt64(status.st_size) == pin.size && Int64(status.st_mtim.tv_sec) == pin.modifiedSeconds
      && UInt64(status.st_mtim.tv_nsec) == pin.modifiedNanoseconds
    return isSame ? nil : "its source \(source) has changed"
  }
}
