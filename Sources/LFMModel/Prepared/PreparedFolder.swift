import CLFMLinux
import Foundation
import Glibc
import LFMCheckpoint

/// The cache directory: what its files are called, who may write there, and which files can go. Owns no weights.
///
/// Holds one file a checkpoint (`NAME-DIGITS.lfmweights`; the digits are of the checkpoint's path), one named `lock`
/// that whoever writes or removes something holds locked, and, on file systems without unnamed files, what is
/// being written (`.NAME.PID.part`).
package struct PreparedFolder: Sendable {
  /// Absolute.
  package let path: String

  /// - Parameter path: relative to the working directory unless it begins with a slash.
  package init(_ path: String) {
    self.path = URL(filePath: path).standardizedFileURL.path
  }

  /// Where prepared files lie unless told otherwise: the service manager's cache directory, the user's, the machine's.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment, user: uid_t = geteuid(),
    home: String = NSHomeDirectory()
  ) -> PreparedFolder {
    // systemd separates several by colons; the unit names one.
    if let given = environment["CACHE_DIRECTORY"]?.split(separator: ":").first {
      return PreparedFolder(String(given))
    }
    if let given = environment["XDG_CACHE_HOME"], given.hasPrefix("/") {
      return PreparedFolder(given + "/lfmd")
    }
    return PreparedFolder(user == 0 ? "/var/cache/lfmd" : home + "/.cache/lfmd")
  }

  static let suffix = ".lfmweights"
  static let temporarySuffix = ".part"
  static let lockName = "lock"

  /// The name of a checkpoint's file: by its path, so that a changed checkpoint replaces its old weights.
  func fileName(forSource source: String) -> String {
    let stem = source.split(separator: "/").last.map(String.init) ?? ""
    let plain = stem.hasSuffix(".gguf") ? String(stem.dropLast(5)) : stem
    let kept = plain.unicodeScalars.prefix(100).map { scalar in
      let isPlain = scalar.isASCII && scalar.properties.isAlphabetic
      return isPlain || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
        ? String(scalar) : "_"
    }
    // No dot in front: that is what the names of unfinished files begin with.
    let name = String(kept.joined().drop { $0 == "." })
    return "\(name)-\(Print128(of: Array(source.utf8)).shortText)\(Self.suffix)"
  }

  func file(forSource source: String) -> String {
    path + "/" + fileName(forSource: source)
  }

  /// Where a path leads, symbolic links resolved; the path itself, made absolute, where that cannot be told.
  static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else {
      return URL(filePath: path).standardizedFileURL.path
    }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  // MARK: - The folder and its lock

  /// Makes the folder and those above it, as far as they are missing.
  func create() throws(PreparationFailure) {
    var place = ""
    for part in path.split(separator: "/") {
      place += "/" + part
      guard unsafe mkdir(place, 0o755) != 0, errno != EEXIST else { continue }
      let code = errno
      var status = stat()
      // A parent that is there may be refused for another reason, a read-only file system, say.
      if unsafe stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      throw PreparationFailure("cannot make the cache directory \(path)", code: code)
    }
  }

  /// Locks the folder against all other writers; the lock goes with the value, or with the process.
  ///
  /// - Parameter waiting: called while another process holds it, about five times a second.
  func lock(
    waiting: () -> Void = {}, isCancelled: () -> Bool = { false }
  ) throws(PreparationFailure) -> PreparedFolderLock {
    let place = path + "/" + Self.lockName
    let descriptor = unsafe open(place, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw PreparationFailure("cannot write in the cache directory \(path)", code: errno)
    }
    let lock = PreparedFolderLock(descriptor: descriptor)
    giveToOwner(descriptor)
    while true {
      let code = lfm_file_try_lock(descriptor)
      if code == 0 { return lock }
      guard code == -EWOULDBLOCK else {
        throw PreparationFailure("cannot lock the cache directory \(path)", code: -code)
      }
      if isCancelled() { throw PreparationFailure(.cancelled, "cancelled") }
      waiting()
      usleep(200_000)
    }
  }

  /// What root makes in another user's folder (the service's) is to be that user's.
  func giveToOwner(_ descriptor: Int32) {
    guard geteuid() == 0 else { return }
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_uid != 0 else { return }
    _ = fchown(descriptor, status.st_uid, status.st_gid)
  }

  /// Whether what a file holds may be trusted: made by us, by root, or by the folder's owner, and writable by them alone.
  func trusts(_ status: stat) -> Bool {
    var folder = stat()
    let owner = unsafe stat(path, &folder) == 0 ? folder.st_uid : 0
    return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o022 == 0
      && [0, geteuid(), owner].contains(status.st_uid)
  }
}

/// A held lock.
final class PreparedFolderLock: Sendable {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = close(descriptor) }
}
