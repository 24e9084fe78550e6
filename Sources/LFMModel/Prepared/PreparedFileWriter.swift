import CLFMLinux
import Glibc
import Synchronization

/// A prepared file while it is written: without a name where the file system allows that, so that nothing is left of it
/// however the process ends; else under a name that the next writer, or `prune`, removes.
///
/// Threads write their own runs of bytes; nothing here is changed after `init` but by `commit`.
final class PreparedFileWriter: Sendable {
  private let folder: PreparedFolder
  private let target: String
  /// What the file is called until it has its name: of use once it has any.
  private let temporary: String
  let descriptor: Int32
  private let isNamed: Mutex<Bool>

  init(
    target: String, in folder: PreparedFolder, bytes: Int, usesNamedFiles: Bool
  ) throws(PreparationFailure) {
    self.target = target
    self.folder = folder
    let name = target.split(separator: "/").last.map(String.init) ?? ""
    let temporary =
      "\(folder.path)/.\(getpid())-\(UInt32.random(in: 0 ... .max))-\(name)"
      + PreparedFolder.temporarySuffix
    self.temporary = temporary
    var descriptor = usesNamedFiles ? -EOPNOTSUPP : unsafe lfm_file_unnamed(folder.path, 0o600)
    let isUnnamed = descriptor >= 0
    if !isUnnamed {
      descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw PreparationFailure("cannot write in the cache directory \(folder.path)", code: errno)
      }
      Self.unfinished.withLock { _ = $0.insert(temporary) }
    }
    self.descriptor = descriptor
    isNamed = Mutex(!isUnnamed)
    // All room at once: a full disk is found before the work, and the file lies in few pieces.
    let code = lfm_file_reserve(descriptor, Int64(bytes))
    guard code == 0 || code == -EOPNOTSUPP || code == -ENOSYS else {
      throw PreparationFailure("cannot make room for \(bytes) bytes in \(folder.path)", code: -code)
    }
    guard code == 0 || ftruncate(descriptor, off_t(bytes)) == 0 else {
      throw PreparationFailure(
        "cannot make a file of \(bytes) bytes in \(folder.path)", code: errno)
    }
  }

  deinit {
    _ = close(descriptor)
    isNamed.withLock { if $0 { Self.discard(temporary) } }
  }

  /// Writes all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(PreparationFailure) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw PreparationFailure("cannot write \(target)", code: count < 0 ? errno : ENOSPC)
      }
      done += count
    }
    // So that the disk works meanwhile, and little is left for the end.
    _ = lfm_file_begin_writing(descriptor, Int64(offset), Int64(bytes.count))
  }

  /// Gives the complete file its name, on the disk too.
  func commit(mode: mode_t) throws(PreparationFailure) {
    folder.giveToOwner(descriptor)
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
      throw PreparationFailure("cannot write \(target)", code: errno)
    }
    try isNamed.withLock { isNamed throws(PreparationFailure) in
      if !isNamed {
        // Linking does not replace what is there; renaming does.
        let code = unsafe lfm_file_link(descriptor, temporary)
        guard code == 0 else { throw PreparationFailure("cannot create \(target)", code: -code) }
        isNamed = true
        Self.unfinished.withLock { _ = $0.insert(temporary) }
      }
      guard unsafe rename(temporary, target) == 0 else {
        throw PreparationFailure("cannot create \(target)", code: errno)
      }
      isNamed = false
      Self.unfinished.withLock { _ = $0.remove(temporary) }
    }
    let directory = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    _ = fsync(directory)
    _ = close(directory)
  }

  // MARK: - Ends that do not wait

  private static let unfinished = Mutex<Set<String>>([])

  private static func discard(_ path: String) {
    _ = unsafe unlink(path)
    unfinished.withLock { _ = $0.remove(path) }
  }

  /// Removes the names of all files that this process has not finished: for a process that ends at once.
  static func discardAll() {
    unfinished.withLock { paths in
      for path in paths { _ = unsafe unlink(path) }
      paths = []
    }
  }
}

extension Preparation {
  /// For a process that ends at once: leaves no unfinished file behind.
  package static func discardUnfinished() { PreparedFileWriter.discardAll() }
}
